"""Who takes part in an opportunity: its contact, its customer if that is a contact, and its stakeholders.

The first two are columns of the opportunity, so their rows go by its id and a letter; stakeholders are connections,
rows of their own, of which the CRM keeps one from either side.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from connector.adapters.dynamics.columns import Place, Records, no_parents, pointed_at, selected
from connector.adapters.dynamics.sources import Read, Rows, Source, insist
from connector.adapters.dynamics.view import View
from connector.mapping.mapping import STAKEHOLDER
from connector.ports import COLUMNS, Row, Table

LETTERS: Final = {"contact_id": "c", "customer_id": "k"}
"""Which column of the opportunity a row stands for."""
_TABLE: Final = Table.OPPORTUNITY_CONTACT


def sources(view: View) -> Iterator[Source]:
    """The queries for opportunity contacts."""
    got = view.table(Table.OPPORTUNITY.value)
    if got is None:
        return
    found, info, columns = got
    places = {letter: columns.place(found.field(name).api) for name, letter in LETTERS.items() if found.has(name)}
    known = {letter: place for letter, place in places.items() if place is not None}
    if known:
        select = (info.key, *selected(list(known.values())))
        yield Source(
            name="opportunity contacts",
            info=info,
            select=select,
            annotated=True,
            tracked=info.tracking,
            turn=lambda records: _turn(info.key, known, records),
            gone=lambda ids: [(f"{one}:{letter}", one, None) for one in ids for letter in known],
            ids=lambda records: (str(row[0]) for row in _turn(info.key, known, records).rows),
            told=select,
        )
    stakeholders = _stakeholders(view)
    if stakeholders is not None:
        yield stakeholders


def _turn(key: str, places: dict[str, Place], records: Records) -> Read:
    live: list[Row] = []
    gone: list[Row] = []
    for letter, place in places.items():
        ids: list[Any] = pointed_at(place, records) if place.target else [one.get(place.select) for one in records]
        for record, contact in zip(records, ids, strict=True):
            row = (f"{record[key]}:{letter}", record[key], contact)
            (live if contact else gone).append(row)
    return Read(live, gone)


def _stakeholders(view: View) -> Source | None:
    """Connections of an opportunity to a contact, in whatever role; None where there are none."""
    got = view.table(STAKEHOLDER)
    if got is None:
        return None
    found, info, columns = got
    insist(found, columns)
    rows = Rows(found, columns, COLUMNS[_TABLE])

    def turn(records: Records) -> Read:
        made = rows.turn(records, no_parents)
        both = [row for row in made if row[1] and row[2]]
        return Read(both, [row for row in made if not (row[1] and row[2])])

    return Source(
        name=STAKEHOLDER,
        info=info,
        select=rows.select,
        annotated=rows.annotated,
        tracked=info.tracking,
        turn=turn,
        gone=lambda ids: [(one, None, None) for one in ids],
        ids=lambda records: (str(row[0]) for row in turn(records).rows),
        told=rows.select,
    )
