"""A night that did not take place, or was broken off, is begun out of its turn; no other is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.daemon.missed import TRIES, why
from connector.store.ledger import ASKED_TO_END, Night, NightEnd

DUE = datetime(2026, 3, 3, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)


def night(outcome: NightEnd | None, after: timedelta = timedelta(seconds=20), **told: Any) -> Night:
    """One that was due then."""
    ended = DUE + after + timedelta(minutes=5) if outcome is not None else None
    return Night(number=1, due=DUE, started=DUE + after, ended=ended, outcome=outcome, told=told)


def asked(nights: list[Night], now: datetime = DUE + HOUR, *, expected: bool = True, may_write: bool = True) -> str:
    """What is answered."""
    return why(nights, DUE, now, expected=expected, may_write=may_write)


def test_one_that_did_not_take_place() -> None:
    """Up to three hours after its time; not if nobody had it on the list then: the schedule is newer."""
    before = [Night(number=1, due=DUE - 24 * HOUR, started=DUE - 24 * HOUR, ended=DUE, outcome=NightEnd.DONE)]
    assert asked(before) == asked([]) == "it did not take place at its time"
    assert asked([], DUE + 3 * HOUR)
    assert not asked([], DUE + 3 * HOUR + timedelta(seconds=1))
    assert not asked([], expected=False)


def test_a_pass_by_hand_is_no_night() -> None:
    """Whoever ran one an hour before has not made tonight's."""
    by_hand = Night(number=1, due=DUE - HOUR, started=DUE - HOUR, ended=DUE, outcome=NightEnd.DONE)
    assert asked([by_hand])


@pytest.mark.parametrize("outcome", list(NightEnd))
def test_one_that_came_to_an_end_is_over(outcome: NightEnd) -> None:
    """However it ended, and also if it was moved by some hours since."""
    assert not asked([night(outcome)])
    moved = Night(number=1, due=DUE - 8 * HOUR, started=DUE - 7 * HOUR, ended=DUE, outcome=outcome)
    assert not asked([moved])


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (night(None), "its process died"),
        (night(NightEnd.STOPPED, **{ASKED_TO_END: True}), "its process was asked to end"),
    ],
)
def test_one_that_was_broken_off_goes_on(broken: Night, reason: str) -> None:
    """While the window is open, also hours later; a few times at most, and not once another has ended it."""
    assert asked([broken]) == asked([broken], DUE + 6 * HOUR) == reason
    assert not asked([broken], may_write=False)
    assert not asked([night(NightEnd.DONE, HOUR), broken])
    assert asked([broken] * (TRIES - 1)) == reason
    assert not asked([broken] * TRIES)
