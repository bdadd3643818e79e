"""What judging must know of the org itself, kept in the mirror by sync so that judging needs no call."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from connector.case import OrgFacts
from connector.clock import Calendar
from connector.ports import COLUMNS, Table
from connector.store.bulk import Connection, listed
from connector.store.mirror.evidence import users
from connector.store.mirror.notes import Notes

NAME: Final = "org_facts"


class _Stored(msgspec.Struct, array_like=True):
    """`OrgFacts` as lists in order, so that the same facts are the same bytes."""

    writable: list[tuple[str, str]]
    converting: list[str]
    offered: list[tuple[str, str | None, list[str]]]
    tracked_since: list[tuple[str, datetime | None]]
    timezone: str
    unreadable: list[tuple[str, tuple[str, ...]]] = []
    closed_lists: list[str] = []
    states: list[tuple[str, str, str]] = []


def load(notes: Notes) -> OrgFacts:
    """The facts as last stored; none at all if there never was a sync."""
    kept = notes.get(NAME)
    if kept is None:
        return OrgFacts()
    stored = msgspec.msgpack.decode(kept, type=_Stored)
    return OrgFacts(
        writable=frozenset(stored.writable),
        converting=frozenset(stored.converting),
        offered={(object, kind): frozenset(values) for object, kind, values in stored.offered},
        tracked_since=dict(stored.tracked_since),
        timezone=stored.timezone,
        unreadable=dict(stored.unreadable),
        closed_lists=frozenset(stored.closed_lists),
        states={(object, value): state for object, value, state in stored.states},
    )


def with_rows(facts: OrgFacts, connection: Connection) -> OrgFacts:
    """The same with the org's users, hours and holidays, which are tables of their own."""
    found = connection.rows
    calendar = Calendar.read(
        found(f"SELECT {listed(COLUMNS[Table.HOURS])} FROM hours ORDER BY id"),
        found(f"SELECT {listed(COLUMNS[Table.HOLIDAY])} FROM holidays ORDER BY id"),
    )
    known = {id: user for id, user in users(connection).items() if id is not None}
    return msgspec.structs.replace(facts, calendar=calendar, users=known)


def save(notes: Notes, facts: OrgFacts) -> bool:
    """Stores them; whether they are other facts than before."""
    offered = [(object, kind, sorted(values)) for (object, kind), values in facts.offered.items()]
    stored = _Stored(
        writable=sorted(facts.writable),
        converting=sorted(facts.converting),
        offered=sorted(offered, key=lambda one: (one[0], one[1] or "")),
        tracked_since=sorted(facts.tracked_since.items(), key=lambda one: one[0]),
        timezone=facts.timezone,
        unreadable=sorted(facts.unreadable.items()),
        closed_lists=sorted(facts.closed_lists),
        states=sorted((object, value, state) for (object, value), state in facts.states.items()),
    )
    packed = msgspec.msgpack.encode(stored)
    before = notes.get(NAME)
    notes.set(NAME, packed)
    return before != packed
