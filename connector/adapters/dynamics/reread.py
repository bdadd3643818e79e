"""The records as they are now, right before writing: by id, 400 at a time. What does not come is deleted or invisible.

`raw` holds the numbers behind the labels, by the CRM's names of the columns, and always state and status reason: what
an undo needs to put back the very option that was there, and a closed row to be closed again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any, Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.columns import ETAG, Place, cells, no_parents, selected
from connector.adapters.dynamics.people import MERGED
from connector.adapters.dynamics.sources import is_set
from connector.adapters.dynamics.targets import STATE
from connector.adapters.dynamics.view import View
from connector.adapters.web.cells import epoch
from connector.mapping import Column
from connector.model import LEAD, Kind, Ref
from connector.ports import Seen
from connector.text import to_text

REASON: Final = "statuscode"
IDS_PER_CALL: Final = query.AMONG
"""Records reread by one request."""


class Rereader:
    """Rereads records of one environment."""

    def __init__(self, view: View) -> None:
        self._view = view

    def by_id(self, refs: Sequence[Ref], fields: Sequence[str]) -> Iterator[Seen]:
        """Every record that is there. Fields the environment lacks are empty."""
        for object, group in groupby(sorted(refs), key=lambda ref: ref.object):
            known = {ref.id: ref for ref in group}
            looking = _Looking(self._view, object, fields)
            for part in query.parts(known):
                for row in looking.rows(part):
                    yield looking.seen(known[row[looking.key]], row)


class _Looking:
    """Reads records of one table."""

    def __init__(self, view: View, object: str, fields: Sequence[str]) -> None:
        found, info, columns = view.person(object)
        self.key = info.key
        self._view = view
        self._set = info.set
        self._fields = fields
        self._columns: dict[str, tuple[Column, Place]] = {}
        for name in fields:
            place = columns.place(found.field(name).api) if found.has(name) else None
            if place is not None:
                self._columns[name] = found.field(name), place
        own = [place for name in (STATE, REASON, MERGED) if (place := columns.place(name)) is not None]
        self._select = selected([*(place for _, place in self._columns.values()), *own])
        states = view.metadata.options(info.name, STATE)
        self._converted, self._closed = (
            {one.value for one in states if one.invariant in names} if object == LEAD else set()
            for names in (("Qualified",), ("Disqualified",))
        )

    def rows(self, ids: Sequence[str]) -> Iterator[Any]:
        session = self._view.session
        yield from query.rows(session, query.path(session, self._set, self._select, query.among(self.key, ids)))

    def seen(self, ref: Ref, row: Mapping[str, Any]) -> Seen:
        state = row.get(STATE)
        raw = {place.column: str(row[place.select]) for _, place in self._columns.values() if _has_option(place, row)}
        raw |= {name: str(row[name]) for name in (STATE, REASON) if row.get(name) is not None}
        locked = "merged into another" if row.get(MERGED) else "converted" if state in self._converted else None
        values = {name: self._value(name, row) for name in self._fields}
        return Seen(ref, row.get(ETAG, ""), values, raw, locked, closed=state in self._closed)

    def _value(self, name: str, row: Mapping[str, Any]) -> str | None:
        known = self._columns.get(name)
        if known is None:
            return None
        column, place = known
        (value,) = cells(place, [row], no_parents)
        if column.kind is Kind.FLAG:
            value = is_set(value)
        return canonical(column.kind, value)


def canonical(kind: Kind, stored: Any) -> str | None:
    """The canonical text of a value as the CRM sends it: times and days as ISO text."""
    if stored is None:
        return None
    if kind is Kind.DATETIME:
        return to_text(kind, datetime.fromtimestamp(epoch(stored), UTC))
    if kind is Kind.DATE:
        return str(stored)[:10]
    return to_text(kind, stored)


def _has_option(place: Place, row: Mapping[str, Any]) -> bool:
    return place.labels is not None and row.get(place.select) is not None
