"""Compare before write, by value: what may still be written of a record, and what is left alone, and why. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from connector.ports import Seen
from connector.store.ledger import Entry, Settled, State

GONE = "the record no longer exists, or this login cannot see it"


class Compared(msgspec.Struct, frozen=True):
    """The changes of one record that may be sent, and what became of the others."""

    send: tuple[Entry, ...] = ()
    aside: tuple[Settled, ...] = ()


def compare(record: Sequence[Entry], seen: Seen | None, *, reopens: bool = False) -> Compared:
    """Before a write, and after one that was certainly not carried out: `after` was somebody else.

    A value that is no longer `before` is a conflict, and the record is left alone.

    The changes of a record belong together (a wake-up date without its status would be wrong), so one conflict
    leaves all of them alone. `reopens`: closed records may be written too.
    """
    return _compare(record, seen, State.ALREADY, reopens=reopens)


def settle(record: Sequence[Entry], seen: Seen | None, *, reopens: bool = False) -> Compared:
    """After a write that may or may not have been carried out: `after` was ours, `before` may be sent again."""
    return _compare(record, seen, State.APPLIED, reopens=reopens)


def _compare(record: Sequence[Entry], seen: Seen | None, there: State, *, reopens: bool) -> Compared:
    if seen is None:
        return Compared((), tuple(Settled(entry.seq, State.SKIPPED, "GONE", GONE) for entry in record))
    as_wanted = tuple(_there(entry, seen, there) for entry in record if _value(entry, seen) == entry.change.after)
    others = [entry for entry in record if _value(entry, seen) != entry.change.after]
    if not others:
        return Compared((), as_wanted)
    locked = seen.locked or ("closed" if seen.closed and not reopens else None)
    if locked is not None:
        said = f"the record is {locked} and may not be written"
        return Compared((), (*as_wanted, *(Settled(entry.seq, State.SKIPPED, "LOCKED", said) for entry in others)))
    changed = [entry for entry in others if _value(entry, seen) != entry.change.before]
    if not changed:
        return Compared(tuple(others), as_wanted)
    conflicts = tuple(_conflict(entry, seen) for entry in changed)
    said = f"left alone with {' and '.join(entry.change.field for entry in changed)}, which somebody changed"
    rest = tuple(Settled(entry.seq, State.SKIPPED, "TOGETHER", said) for entry in others if entry not in changed)
    return Compared((), (*as_wanted, *conflicts, *rest))


def _value(entry: Entry, seen: Seen) -> str | None:
    return seen.values[entry.change.field]


def _there(entry: Entry, seen: Seen, there: State) -> Settled:
    if there is State.APPLIED:
        return Settled(entry.seq, there, written=seen.version, seen=True)
    return Settled(entry.seq, there, "ALREADY", "somebody had already entered this value")


def _conflict(entry: Entry, seen: Seen) -> Settled:
    now, then = (_shown(value) for value in (_value(entry, seen), entry.change.before))
    return Settled(entry.seq, State.CONFLICT, "CHANGED", f"{entry.change.field} is {now} now; the plan saw {then}")


def _shown(value: str | None) -> str:
    return "empty" if value is None else repr(value)
