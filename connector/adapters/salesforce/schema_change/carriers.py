"""How many records carry a status value: asked of the org itself, deleted ones too, not of the mirror."""

from __future__ import annotations

from collections.abc import Sequence

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.visible import Visible
from connector.mapping import TableMap
from connector.provisioning import Carried


def carried(session: Session, visible: Visible, table: TableMap, values: Sequence[str]) -> list[Carried]:
    """Two or three calls per value. Salesforce compares without case, so other spellings count as well."""
    return [_one(session, visible, table, value) for value in values]


def _one(session: Session, visible: Visible, table: TableMap, value: str) -> Carried:
    status = f"{table.field('status').api} = {soql.value(value)}"
    converted = 0
    open = ""
    if table.has("is_converted") and visible.has(table.api, table.field("is_converted").api):
        flag = table.field("is_converted").api
        converted = _count(session, table.api, status, f"{flag} = true")
        open = f"{flag} = false"
    writable = _count(session, table.api, status, open)
    deleted = _count(session, table.api, status, "IsDeleted = true", all_rows=True)
    return Carried(value, writable, converted, deleted)


def _count(session: Session, object: str, *where: str, all_rows: bool = False) -> int:
    return int(session.query(soql.count(object, *where), all_rows=all_rows)["totalSize"])
