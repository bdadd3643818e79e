"""The rule owners, beyond the examples of its manual."""

from __future__ import annotations

import pytest

from connector.model import User
from tests.people import evidence, person, policy
from tests.rules.alone import alone, names

SALES = User("u1", "Jo Smith", department="Sales")


def test_an_inactive_queue_is_no_leaver() -> None:
    """Only users leave."""
    queue = User("q1", "Old Queue", kind="queue", active=False)
    assert not alone("owners", evidence(person(status="LAL"), owner=queue)).findings


@pytest.mark.parametrize("status", ["Raw", "Inquiry", "MAQL", "LAL", "inquiry "])
def test_unqualified_in_sales_hands(status: str) -> None:
    """Below `ready` nobody belongs to sales."""
    assert names(alone("owners", evidence(person(status=status), owner=SALES))) == {"sales_owns_unqualified"}


@pytest.mark.parametrize("status", ["MQL", "SAL", "Re-Market", "Disqualified", "Prospecting", None])
def test_qualified_or_off_the_path(status: str | None) -> None:
    """Whoever is ready, or is not on the forward path, may belong to sales."""
    assert not alone("owners", evidence(person(status=status), owner=SALES)).findings


def test_without_a_ready_status_reviewed_people_are_qualified() -> None:
    """A policy without `ready` goes by `reviewed`."""
    known = policy(status={"MQL": {"roles": []}})
    assert names(alone("owners", evidence(person(status="MAQL"), owner=SALES), known))
    assert not names(alone("owners", evidence(person(status="LAL"), owner=SALES), known))
