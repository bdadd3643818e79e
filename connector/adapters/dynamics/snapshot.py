"""Everything visible of a few records, and how much hangs on them: what the canary compares before and after.

Stamps that only tell that a record was saved may move by themselves, and so do columns that others are worked out of;
everything else that moves was moved by somebody. A change of the status moves the state with it: that pair is ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.access import ALL, READ
from connector.adapters.dynamics.columns import pointed_at
from connector.adapters.dynamics.metadata import LOOKUPS, TableInfo
from connector.adapters.dynamics.parties import TABLE as PARTIES
from connector.adapters.dynamics.targets import STATE
from connector.adapters.dynamics.tasks import CATEGORY
from connector.adapters.dynamics.view import View
from connector.adapters.web.errors import Declined
from connector.errors import NotPermitted
from connector.mapping.mapping import CALL
from connector.model import LEAD, Ref
from connector.ports import Snapshot, Table

_STAMPS: Final = frozenset(
    {"modifiedon", "_modifiedby_value", "_modifiedonbehalfby_value", "versionnumber", "onholdtime", "lastonholdtime"}
)
_NOT_READ: Final = frozenset({"Virtual", "PartyList", "CalendarRules", "ManagedProperty", "File", "Image"})
CATEGORY_COLUMN: Final = "category"
"""By it tasks of our own are known: they hang on nobody."""
_ROOM: Final = 20_000
"""Characters of column names asked for in one query."""
_AROUND: Final[Mapping[str, str]] = {
    Table.TASK.value: "tasks",
    CALL: "calls",
    Table.EVENT.value: "events",
    Table.MAIL.value: "mails",
    Table.CAMPAIGN_MEMBER.value: "campaign members",
}


class Snapshots:
    """Takes snapshots of records of one environment."""

    def __init__(self, view: View) -> None:
        self._view = view

    def take(self, refs: Sequence[Ref]) -> Iterator[Snapshot]:
        """One snapshot per record that is there."""
        for object, group in groupby(sorted(refs), key=lambda ref: ref.object):
            known = {ref.id: ref for ref in group}
            found, info, columns = self._view.person(object)
            own = {name: found.field(name).api for name in sorted(found.writable)}
            status = columns.attribute(found.field("status").api) if found.has("status") else None
            moving = _STAMPS | _worked_out(info)
            if status is not None and status.type == "Status":
                own[STATE] = STATE
            around, unseen = self._around(object, list(known))
            for id_, fields in self._records(info, list(known)).items():
                counts = {name: hanging[id_] for name, hanging in around.items()}
                yield Snapshot(known[id_], fields, moving, counts, own, unseen)

    def _records(self, info: TableInfo, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        names = [_name(one.name, one.type) for one in info.columns.values() if one.type not in _NOT_READ]
        found: dict[str, dict[str, Any]] = {}
        for columns in _parts([name for name in names if name != info.key]):
            for row in self._rows(info.set, [info.key, *columns], info.key, ids):
                fields = found.setdefault(row[info.key], {})
                fields.update({name: row.get(name) for name in columns})
        return found

    def _rows(self, entities: str, select: Sequence[str], column: str, ids: Sequence[str]) -> Iterator[Any]:
        for part in query.parts(ids, 50):
            path = query.path(self._view.session, entities, select, query.among(column, part))
            yield from query.rows(self._view.session, path, annotated=True)

    def _around(self, object: str, ids: Sequence[str]) -> tuple[dict[str, Counter[str]], dict[str, str]]:
        """What hangs on the records, counted; and what could not be counted, or not all of it, with the reason.

        A table that the mapping does not name was left out by whoever wrote it; on one that the environment does not
        have nothing can hang.
        """
        counts: dict[str, Counter[str]] = {}
        unseen: dict[str, str] = {}
        for name, shown in _AROUND.items():
            found = self._view.mapping.table(name)
            info = self._view.metadata.table(found.api) if found is not None else None
            if info is None:
                continue
            depth = self._view.access.depth(info, READ)
            if depth == "":
                unseen[shown] = f"this login may not read {info.name}"
                continue
            if depth not in (ALL, None):
                unseen[shown] = f"this login sees only some rows of {info.name}, not the whole organization's"
            try:
                counts[shown] = self._hanging(name, object, ids)
            except (Declined, NotPermitted) as error:
                unseen[shown] = f"{info.name}: {error.what}"
        return counts, unseen

    def _hanging(self, name: str, object: str, ids: Sequence[str]) -> Counter[str]:
        got = self._view.table(name)
        if got is None:
            raise NotPermitted(f"this login may not read the table {name}")
        found, info, columns = got
        link = "lead_id" if object == LEAD else "contact_id"
        place = columns.place(found.field(link).api) if found.has(link) else None
        if place is None:
            return self._taking_part(info.name, ids)
        ours = (CATEGORY_COLUMN,) if CATEGORY_COLUMN in info.columns and name == Table.TASK else ()
        rows = list(self._rows(info.set, [place.select, *ours], place.column, ids))
        rows = [row for row in rows if row.get(CATEGORY_COLUMN) != CATEGORY]
        return Counter(one for one in pointed_at(place, rows) if one is not None)

    def _taking_part(self, table: str, ids: Sequence[str]) -> Counter[str]:
        """Activities of a kind that say by their parties alone whose they are."""
        info = self._view.metadata.table(PARTIES)
        if info is None:
            raise NotPermitted(f"who takes part in them cannot be read: {PARTIES} is not there for this login")
        rows = self._rows(info.set, ["_partyid_value", "_activityid_value"], "partyid", ids)
        kind = f"_activityid_value@{query.LOGICAL_NAME}"
        return Counter(row["_partyid_value"] for row in rows if row.get(kind) == table)


def _worked_out(info: TableInfo) -> frozenset[str]:
    """Columns that nobody can set: the CRM works them out of others."""
    return frozenset(_name(one.name, one.type) for one in info.columns.values() if not one.updateable) - {STATE}


def _name(column: str, type: str) -> str:
    return f"_{column}_value" if type in LOOKUPS else column


def _parts(names: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    room = _ROOM
    for name in names:
        if len(name) + 1 > room and part:
            yield part
            part, room = [], _ROOM
        part.append(name)
        room -= len(name) + 1
    if part:
        yield part
