"""A few nights of the soak, small enough for the long tests; `make soak` lives through a month."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.alerts.receivers import mailbox
from tests.soak.books import alerts_in
from tests.soak.figures import growth
from tests.soak.month import Month, configure, served

SEED = 2026


@pytest.mark.long
def test_a_few_nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every night the CRM is as it ought to be, the ledger accounts for every write, and no alert comes twice."""
    monkeypatch.setenv("CONNECTOR_CLOCK", "")
    box, clock, random = served(tmp_path, SEED)
    with box, mailbox() as mails:
        configure(box, tmp_path, mails)
        month = Month(box, tmp_path, clock, mails, random)
        month.begin(210)
        month.live(4, 10, lambda night: None)
        assert month.nights[-1].written > 100
        assert month.nights[-1].alerts > 0
        assert growth(month)


@pytest.mark.parametrize(
    ("subject", "alerts"),
    [("acme: 2 promises escalated, 3 broken, 1 about to break", 6), ("acme: 1 promise broken", 1)],
)
def test_subjects_are_counted(subject: str, alerts: int) -> None:
    """So many alerts, as people read it."""
    assert alerts_in(subject) == alerts
