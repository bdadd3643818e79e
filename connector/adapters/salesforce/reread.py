"""The records as they are now, right before writing: by id while they are few, else whatever changed since the sync.

An id list goes by GET, some 650 ids per request: SOQL says for certain what is deleted or invisible (it is not there).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby

from msgspec.structs import replace

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.reading import Reading
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.sources import Source
from connector.adapters.salesforce.targets import Target
from connector.adapters.salesforce.visible import Visible
from connector.adapters.web.rows import TAIL, Constant, From, Shape, Sorted, Stamp
from connector.mapping import Column
from connector.mapping import Mapping as CrmMapping
from connector.model import LEAD, Kind, Ref
from connector.ports import Mark, Row, Seen, Table
from connector.text import to_text

BY_ID = 20_000
"""Up to so many records are asked for by id; for more, one query brings those that were modified since the mark."""
_BEHIND = 2
"""Columns before the fields: version, converted (0/1)."""


class Rereader:
    """Rereads records of one org."""

    def __init__(self, session: Session, mapping: CrmMapping, visible: Visible, rest_to: int) -> None:
        self._session = session
        self._mapping = mapping
        self._visible = visible
        self._rest_to = rest_to

    def by_id(self, refs: Sequence[Ref], fields: Sequence[str]) -> Iterator[Seen]:
        """Every record that is there. Fields the org lacks are empty."""
        for which, group in groupby(sorted(refs, key=lambda ref: ref.object), key=lambda ref: ref.object):
            source = self._source(which, fields)
            known = {ref.id: ref for ref in group}
            query = soql.select(source.shape.fields, source.object)
            for _, condition in soql.among(list(known), query):
                page = self._session.query(soql.select(source.shape.fields, source.object, condition))
                while True:
                    for row in source.shape.from_json(page["records"]):
                        yield self._seen(known[row[-4]], row, fields)
                    if page["done"]:
                        break
                    page = self._session.get(page["nextRecordsUrl"])

    def since(self, refs: Sequence[Ref], fields: Sequence[str], mark: Mark) -> Iterator[Seen]:
        """Those of `refs` that were modified since the mark, deleted ones as locked; nothing of the others.

        A plan is sent in the order of ids, so what lies between the first and the last id leaves out what the batches
        before this one have just written. The CRM compares ids as we do, byte by byte: its own chunking of bulk queries
        rests on `Id >= … AND Id < …` too [D async_api_headers_enable_pk_chunking].
        """
        for which, group in groupby(sorted(refs), key=lambda ref: ref.object):
            known = {ref.id: ref for ref in group}
            source = self._source(which, fields)
            between = replace(source, where=(*source.where, *soql.between(min(known), max(known))))
            reading = Reading(self._session, between, self._rest_to, mark.text)
            reading.open()
            for rows in reading.rows():
                for row in rows:
                    ref = known.get(row[-4])
                    if ref is not None:
                        yield self._seen(ref, row, fields)

    def _source(self, object: str, fields: Sequence[str]) -> Source:
        person = self._mapping.object(object)
        converted: From = Constant(0)
        if object == LEAD and person.has("is_converted"):
            converted = person.field("is_converted")
        columns: list[From] = [Stamp("SystemModstamp"), converted]
        for name in fields:
            shown = person.has(name) and self._visible.has(person.api, person.field(name).api)
            columns.append(person.field(name) if shown else Constant())
        tail: list[From] = [
            Column("id", "Id"),
            Stamp("SystemModstamp"),
            Column("deleted", "IsDeleted", Kind.FLAG),
            Constant(),
        ]
        return Source(
            table=Table(object),
            object=person.api,
            shape=Shape(columns, None, tail),
            arrange=lambda rows: Sorted(rows, [], []),
        )

    def _seen(self, ref: Ref, row: Row, fields: Sequence[str]) -> Seen:
        person = self._mapping.object(ref.object)
        values: Mapping[str, str | None] = {
            name: canonical(person.field(name).kind if person.has(name) else Kind.TEXT, value)
            for name, value in zip(fields, row[_BEHIND:-TAIL], strict=True)
        }
        locked = "deleted" if row[-2] else "converted" if row[1] else None
        return Seen(ref, str(row[0]), values, locked=locked)


def canonical(kind: Kind, stored: str | int | float | None) -> str | None:
    """The canonical text of a converted value: times are epoch seconds, flags 0/1, dates text."""
    if stored is None:
        return None
    if kind is Kind.DATETIME:
        return to_text(kind, datetime.fromtimestamp(float(stored), UTC))
    if kind is Kind.DATE:
        return str(stored)
    return to_text(kind, stored)


def targets_of(mapping: CrmMapping, object: str, visible: Visible) -> dict[str, Target]:
    """What may be written to the object: mapped as writable and, by its describe, updateable by this user."""
    person = mapping.object(object)
    described = visible.fields(person.api)
    found: dict[str, Target] = {}
    for name in sorted(person.writable):
        column = person.field(name)
        if described.get(column.api, {}).get("updateable"):
            found[name] = Target(column.api, column.kind)
    return found
