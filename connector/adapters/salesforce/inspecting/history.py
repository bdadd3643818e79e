"""What field history tells: since when the status is kept, and who else has written our fields lately."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.session import Session
from connector.inspection import Writer
from connector.mapping import Mapping as CrmMapping
from connector.model import OBJECTS
from connector.ports import OrgSchema

DAYS: Final = 30
"""How far back is looked for others who write our fields."""

_MACHINE: Final = re.compile(
    r"\b(integrations?|sync|api|b2bma|pardot|marketo|hubspot|eloqua|marketing (cloud|automation)"
    r"|account engagement|mulesoft|zapier|workato|data ?loader|connector|automated|bot)\b",
    re.IGNORECASE,
)
"""Names of users and profiles that are no persons."""


def history(session: Session, mapping: CrmMapping, schema: OrgSchema) -> dict[str, datetime | None]:
    """The oldest change of each object's status."""
    found: dict[str, datetime | None] = {}
    for name in OBJECTS:
        table, status = mapping.table(f"{name}_history"), _status(schema, name)
        if table is None or not status:
            continue
        at = table.field("at").api
        where = f"{table.field('field').api} = {soql.value(status)}"
        rows = session.query(f"{soql.select([at], table.api, where, order=at)} LIMIT 1")["records"]
        found[name] = datetime.fromisoformat(rows[0][at]) if rows else None
    return found


def writers(session: Session, mapping: CrmMapping, schema: OrgSchema) -> Iterator[Writer]:
    """By the history of those of our fields that keep one."""
    for name in OBJECTS:
        table, on = mapping.table(f"{name}_history"), schema.objects.get(name)
        if table is None or on is None:
            continue
        for field in sorted(mapping.object(name).writable):
            if field not in on.fields or not on.fields[field].tracked:
                continue
            counts = _changes(session, table, on.fields[field].api)
            users = _users(session, [user for user in counts if user != schema.user_id])
            for user, (known, machine) in users.items():
                yield Writer(name, field, known, counts[user], machine)


def _changes(session: Session, table: Any, field: str) -> dict[str, int]:
    by = soql.name(table.field("by").api)
    query = (
        f"SELECT {by}, COUNT(Id) changes FROM {soql.name(table.api)} "
        f"WHERE {soql.name(table.field('field').api)} = {soql.value(field)} "
        f"AND {soql.name(table.field('at').api)} = LAST_N_DAYS:{DAYS} GROUP BY {by}"
    )
    return {row[by]: int(row["changes"]) for row in session.query(query)["records"] if row[by]}


def _users(session: Session, ids: list[str]) -> dict[str, tuple[str, bool]]:
    """User id → name, and whether that is no person."""
    found: dict[str, tuple[str, bool]] = {}
    query = soql.select(["Id", "Name", "Username", "Profile.Name", "UserType"], "User")
    for _, where in soql.among(ids, query):
        for row in session.query(f"{query} WHERE {where}")["records"]:
            profile = (row.get("Profile") or {}).get("Name") or ""
            machine = bool(_MACHINE.search(f"{row['Name']} {profile}")) or row["UserType"] == "AutomatedProcess"
            found[row["Id"]] = (row["Name"], machine)
    return found


def _status(schema: OrgSchema, name: str) -> str:
    on = schema.objects.get(name)
    return on.fields["status"].api if on is not None and "status" in on.fields else ""
