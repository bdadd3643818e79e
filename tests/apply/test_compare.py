"""Compare before write."""

from __future__ import annotations

from connector.apply.compare import Compared, compare, settle
from connector.model import Ref
from connector.ports import Seen
from connector.store.ledger import Entry, Settled, State
from tests.store.ledger.open import ORG, change

REF = Ref(ORG, "lead", "00Q1")
STATUS = Entry(1, change("00Q1"))
WAKE_UP = Entry(2, change("00Q1", "2026-05-31", field="wake_up_date", before=None))
RECORD = [STATUS, WAKE_UP]


def _seen(status: str | None = "Open", wake_up: str | None = None, locked: str | None = None) -> Seen:
    return Seen(REF, "v2", {"status": status, "wake_up_date": wake_up}, locked=locked)


def test_unchanged() -> None:
    """Values that are still as the plan saw them may be written."""
    for look in (compare, settle):
        assert look(RECORD, _seen()) == Compared(send=(STATUS, WAKE_UP))


def test_changed() -> None:
    """A value that somebody changed is a conflict that says both values; what belongs to it is left alone with it."""
    for look in (compare, settle):
        assert look(RECORD, _seen("Working")) == Compared(
            aside=(
                Settled(1, State.CONFLICT, "CHANGED", "status is 'Working' now; the plan saw 'Open'"),
                Settled(2, State.SKIPPED, "TOGETHER", "left alone with status, which somebody changed"),
            )
        )


def test_emptied() -> None:
    """Empty is a value too."""
    (settled,) = compare([STATUS], _seen(None)).aside
    assert settled.text == "status is empty now; the plan saw 'Open'"


def test_already_there() -> None:
    """A value that somebody else entered already is not ours; after a write of ours without an answer it is."""
    assert compare([STATUS], _seen("Inquiry")).aside[0].state is State.ALREADY
    assert settle([STATUS], _seen("Inquiry")).aside == (Settled(1, State.APPLIED, written="v2", seen=True),)
    mixed = compare(RECORD, _seen("Inquiry"))
    assert mixed.send == (WAKE_UP,)
    assert [one.state for one in mixed.aside] == [State.ALREADY]


def test_locked() -> None:
    """A record that was converted meanwhile is never written; but what we wrote before that counts as written."""
    assert {one.state for one in compare(RECORD, _seen(locked="converted")).aside} == {State.SKIPPED}
    assert settle([STATUS], _seen("Inquiry", locked="converted")).aside[0].state is State.APPLIED


def test_closed() -> None:
    """A record that the CRM keeps closed is skipped, unless it may be opened for the change."""
    closed = Seen(REF, "v2", {"status": "Open", "wake_up_date": None}, closed=True)
    for look in (compare, settle):
        assert "closed" in look(RECORD, closed).aside[0].text
        assert look(RECORD, closed, reopens=True) == Compared(send=(STATUS, WAKE_UP))


def test_gone() -> None:
    """A record that can't be read any more is skipped."""
    compared = compare(RECORD, None)
    assert not compared.send
    assert {(one.state, one.code) for one in compared.aside} == {(State.SKIPPED, "GONE")}
