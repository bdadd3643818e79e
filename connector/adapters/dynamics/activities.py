"""Tasks, calls, appointments and mails as activities: what they are the mapping says, whose they are what they regard.

An activity that is still open has not happened; it stands at the moment it was created. What the person did (a form, a
mail that came in) happened when its row was created at the latest (`adapters.web.dating`). What regards no lead or
contact belongs to those who took part in it (`parties.py`). Kinds that the mapping gives no table of their own (an
environment may have made some itself) are read from the table of all activities, if the mapping names it.

Flags are compared as `true` and `false`, states by their names in no language (`Open`, `Completed` …), other choices by
their labels in the base language.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connector.adapters.dynamics.columns import Columns, Records
from connector.adapters.dynamics.parents import ParentRecords
from connector.adapters.dynamics.parties import CAME_IN, OTHERS, WENT_OUT, Parties, Whose
from connector.adapters.dynamics.sources import Read, Rows, Source, insist
from connector.adapters.dynamics.view import View
from connector.adapters.web.cells import epoch
from connector.adapters.web.dating import happened_at
from connector.mapping import TableMap
from connector.mapping.mapping import ACTIVITY, CALL
from connector.ports import COLUMNS, Row, Table

CREATED: Final = "createdon"
DIRECTION: Final = "directioncode"
KIND: Final = "activitytypecode"
_OWN: Final = ("id", "lead_id", "contact_id", "at", "by", "is_closed")


def source(view: View, table: Table, name: str) -> Source | None:
    """The query for one kind of activity, `name` in the mapping; None if there is no such thing."""
    got = view.table(name)
    if got is None:
        return None
    found, info, columns = got
    insist(found, columns)
    telling = found.classifier.fields if found.classifier else ()
    rows = Rows(found, columns, _OWN, (*telling, CREATED, DIRECTION))
    parents = ParentRecords(view.session, view.metadata, rows.wanted)
    sorter = _Sorter(found, columns, telling, Parties(view), table)
    return Source(
        name=name,
        info=info,
        select=rows.select,
        annotated=rows.annotated,
        labels=rows.labels,
        tracked=info.tracking and name != ACTIVITY,
        where=tuple(f"{KIND} ne '{api}'" for api in _read_elsewhere(view)) if name == ACTIVITY else (),
        turn=lambda records: sorter.sort(rows.turn(records, parents), records),
        gone=lambda ids: [_gone(table, one, Whose(), None) for one in ids],
        ids=lambda records: (one[info.key] for one in records),
        told=(info.key,),
    )


def _read_elsewhere(view: View) -> list[str]:
    """The activities that have tables of their own in the mapping."""
    names = (Table.TASK, CALL, Table.EVENT, Table.MAIL, Table.CAMPAIGN_MEMBER)
    return [found.api for name in names if (found := view.mapping.table(name)) is not None]


class _Sorter:
    """Sorts rows: what is nobody's, or no activity, counts as gone, since it may have been one before."""

    def __init__(
        self, found: TableMap, columns: Columns, telling: Sequence[str], parties: Parties, table: Table
    ) -> None:
        self._classify = found.classifier.classify if found.classifier else lambda values: None
        self._has_closed = found.has("is_closed")
        self._parties = parties
        self._table = table
        self._task = (None,) if table is Table.MAIL else ()  # a mail is an activity of its own, without a task besides
        self._invariant = [_invariant(columns, path) for path in telling]

    def sort(self, rows: list[Row], records: Records) -> Read:
        others = self._parties.of({row[0]: _ways(row[-1]) for row in rows if row[1] is None and row[2] is None})
        live: list[Row] = []
        gone: list[Row] = []
        for row in rows:
            id_, lead, contact, at, by, closed = row[: len(_OWN)]
            whose = Whose(lead, contact) if lead or contact else others.get(id_, Whose())
            is_closed = bool(closed) or not self._has_closed
            created = epoch(row[-2]) if row[-2] else None
            when = at if is_closed else created
            what = self._classify(self._told(row)) if whose != (None, None) else None
            if what is not None:
                when = happened_at(what.kind, what.direction, at, created, is_closed=is_closed)
            if what is None or when is None:
                gone.append(_gone(self._table, id_, whose, when, by))
            else:
                told = (what.kind, what.direction, what.outcome, by, what.about, created)
                live.append((id_, *whose, when, *told, *self._task))
        return Read(live, gone)

    def _told(self, row: Row) -> list[str | None]:
        values = row[len(_OWN) : -2]
        return [
            names.get(value, value) if names and value is not None else value
            for names, value in zip(self._invariant, values, strict=True)
        ]


def _gone(table: Table, id_: str, whose: Whose, at: int | None, by: str | None = None) -> Row:
    row: dict[str, Any] = dict.fromkeys(COLUMNS[table])
    row |= {"id": id_, "lead_id": whose.lead, "contact_id": whose.contact, "at": at, "by": by}
    return tuple(row.values())


def _invariant(columns: Columns, path: str) -> Mapping[str, str] | None:
    """Label → name in no language, of a state column."""
    states = columns.states(path)
    return {label: name for name, label in states.items()} if states else None


def _ways(direction: str | None) -> Sequence[int]:
    if direction is None:
        return OTHERS
    return WENT_OUT if direction == "true" else CAME_IN
