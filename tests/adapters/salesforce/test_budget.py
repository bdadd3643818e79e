"""Calls are counted as the CRM counts them, and stop at the agreed lines."""

from __future__ import annotations

import pytest

from connector.adapters.salesforce.budget import Allowance
from connector.errors import BudgetSpent


@pytest.mark.parametrize(
    ("header", "used", "allowed"),
    [
        ("api-usage=18/5000", 18, 5000),
        ("api-usage=25/5000; per-app-api-usage=17/250(appName=sample-connected-app)", 25, 5000),
        ("per-app-api-usage=17/250(appName=x); api-usage=25/5000", 25, 5000),
        ("nonsense", None, None),
    ],
)
def test_the_header_is_read(header: str, used: int | None, allowed: int | None) -> None:
    """The org's usage is taken in, never the app's."""
    allowance = Allowance()
    allowance.hear({"Sforce-Limit-Info": header})
    assert (allowance.now().used, allowance.now().allowed) == (used, allowed)


@pytest.mark.trap("S27")
def test_our_share_is_a_line() -> None:
    """A run may use its share of the day and not one call more."""
    allowance = Allowance(share=0.25, stop_at=0.9)
    allowance.hear({"Sforce-Limit-Info": "api-usage=0/40"})
    for _ in range(10):
        allowance.ask()
    with pytest.raises(BudgetSpent) as caught:
        allowance.ask()
    assert "25%" in caught.value.what
    assert allowance.now().ours == 10


def test_the_days_last_part_is_for_people() -> None:
    """Once the org has used so much, whoever used it, we make no call."""
    allowance = Allowance(share=0.25, stop_at=0.8)
    allowance.hear({"Sforce-Limit-Info": "api-usage=7999/10000"})
    allowance.ask()
    allowance.hear({"Sforce-Limit-Info": "api-usage=8000/10000"})
    with pytest.raises(BudgetSpent) as caught:
        allowance.ask()
    assert "8,000" in caught.value.what


def test_nothing_is_stopped_before_the_crm_said_anything() -> None:
    """The first call is always made: only its answer says what there is."""
    Allowance(0.01, 0.01).ask()
