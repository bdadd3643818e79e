"""Everything visible of a few records, and how much hangs on them: what the canary compares before and after.

Compound fields (addresses) are left out, because their parts are fields themselves. Stamps that only tell who looked
at a record, and formulas, may move by themselves; everything else that moves was moved by somebody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.errors import Hidden
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.tasks import NOT_OURS
from connector.adapters.salesforce.visible import COMPOUND, Visible
from connector.mapping import Mapping as CrmMapping
from connector.model import LEAD, Ref
from connector.ports import Snapshot, Table

_STAMPS = frozenset(
    {
        "SystemModstamp",
        "LastModifiedDate",
        "LastModifiedById",
        "LastViewedDate",
        "LastReferencedDate",
        "LastActivityDate",  # follows from the tasks, events and mails, which are counted themselves
    }
)
_NAMES_ROOM = 6_000
"""Characters of field names asked for in one query; an org may have hundreds of fields."""
_AROUND: Mapping[Table, str] = {
    Table.TASK: "tasks",
    Table.EVENT: "events",
    Table.MAIL: "mails",
    Table.CAMPAIGN_MEMBER: "campaign members",
}


class Snapshots:
    """Takes snapshots of records of one org."""

    def __init__(self, session: Session, mapping: CrmMapping, visible: Visible) -> None:
        self._session = session
        self._mapping = mapping
        self._visible = visible

    def take(self, refs: Sequence[Ref]) -> Iterator[Snapshot]:
        """One snapshot per record that is there."""
        for which, group in groupby(sorted(refs, key=lambda ref: ref.object), key=lambda ref: ref.object):
            known = {ref.id: ref for ref in group}
            person = self._mapping.object(which)
            described = self._visible.fields(person.api)
            moving = _STAMPS | {name for name, field in described.items() if field.get("calculated")}
            own = {name: person.field(name).api for name in sorted(person.writable)}
            around, unseen = self._around(which, list(known))
            for id_, fields in self._records(person.api, list(known), described).items():
                counts = {name: hanging.get(id_, 0) for name, hanging in around.items()}
                yield Snapshot(known[id_], fields, moving, counts, own, unseen)

    def _records(
        self, api: str, ids: Sequence[str], described: Mapping[str, Mapping[str, Any]]
    ) -> dict[str, dict[str, Any]]:
        names = [name for name, field in described.items() if field["type"] not in COMPOUND and name != "Id"]
        found: dict[str, dict[str, Any]] = {}
        for part in _parts(names):
            for record in self._all(["Id", *part], api, ids):
                fields = found.setdefault(record["Id"], {})
                fields.update({name: value for name, value in record.items() if name != "attributes"})
        return found

    def _all(self, fields: Sequence[str], object: str, ids: Sequence[str]) -> Iterator[Mapping[str, Any]]:
        for _, condition in soql.among(ids, soql.select(fields, object)):
            yield from self._pages(soql.select(fields, object, condition))

    def _pages(self, query: str) -> Iterator[Mapping[str, Any]]:
        page = self._session.query(query)
        yield from page["records"]
        while not page["done"]:
            page = self._session.get(page["nextRecordsUrl"])
            yield from page["records"]

    def _around(self, object: str, ids: Sequence[str]) -> tuple[dict[str, dict[str, int]], dict[str, str]]:
        """What hangs on the records, counted by the CRM; and what could not be counted, with the reason.

        A table that the mapping does not name was left out by whoever wrote it.
        """
        counts: dict[str, dict[str, int]] = {}
        unseen: dict[str, str] = {}
        for table, name in _AROUND.items():
            found = self._mapping.table(table)
            link = "lead_id" if object == LEAD else "contact_id"
            if found is None:
                continue
            if not found.has(link):
                unseen[name] = f"the mapping has no {link} for {found.api}"
                continue
            api = soql.name(found.field(link).api)
            try:
                counts[name] = self._hanging(found.api, api, ids, NOT_OURS if table is Table.TASK else "")
            except Hidden as error:
                unseen[name] = f"{found.api} is not there, or not visible to this login ({error.what})"
        return counts, unseen

    def _hanging(self, object: str, link: str, ids: Sequence[str], also: str) -> dict[str, int]:
        where = f"{{}} AND {also}" if also else "{}"
        head = f"SELECT {link} owner, COUNT(Id) hanging FROM {soql.name(object)} WHERE {where} GROUP BY {link}"
        counts: dict[str, int] = {}
        for _, condition in soql.among(ids, head):
            query = head.format(condition.replace("Id IN", f"{link} IN", 1))
            counts |= {record["owner"]: int(record["hanging"]) for record in self._pages(query)}
        return counts


def _parts(names: Sequence[str]) -> Iterator[list[str]]:
    part: list[str] = []
    room = _NAMES_ROOM
    for name in names:
        if len(name) + 2 > room and part:
            yield part
            part, room = [], _NAMES_ROOM
        part.append(name)
        room -= len(name) + 2
    if part:
        yield part
