"""Tables whose rows come as they are: accounts, campaigns, opportunities, users, teams and who is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.columns import Records
from connector.adapters.dynamics.org import asked
from connector.adapters.dynamics.parents import ParentRecords
from connector.adapters.dynamics.sources import Read, Rows, Source, insist
from connector.adapters.dynamics.view import View
from connector.mapping.mapping import QUEUE
from connector.ports import COLUMNS, Row, Table

_ROLE: Final = COLUMNS[Table.USER].index("role")
_OPEN: Final = COLUMNS[Table.OPPORTUNITY].index("is_open")
_CLOSED_AT: Final = COLUMNS[Table.OPPORTUNITY].index("closed_at")


def source(view: View, table: Table, name: str = "") -> Source | None:
    """The query for a table, or for `name` of the mapping that is mirrored with it; None if there is no such thing."""
    got = view.table(name or table.value)
    if got is None:
        return None
    found, info, columns = got
    insist(found, columns)
    given = {"kind": "queue", "active": 1} if name == QUEUE else {"kind": "user"} if table is Table.USER else {}
    rows = Rows(found, columns, COLUMNS[table], given=given)
    parents = ParentRecords(view.session, view.metadata, rows.wanted)
    width = len(COLUMNS[table])

    def turn(records: Records) -> Read:
        made = rows.turn(records, parents)
        if table is Table.OPPORTUNITY:
            made = [_planned(row) for row in made]
        if table is Table.USER and name != QUEUE and not found.has("role"):
            made = _with_roles(view, made)
        return Read(made)

    whole = table in (Table.USER, Table.QUEUE_MEMBER)
    return Source(
        name=name or table.value,
        info=info,
        select=rows.select,
        annotated=rows.annotated,
        labels=rows.labels,
        tracked=info.tracking and not whole,
        stamp=None if whole else "modifiedon",
        turn=turn,
        gone=lambda ids: [(one, *(None,) * (width - 1)) for one in ids],
        ids=lambda records: (one[info.key] for one in records),
        told=(info.key,),
    )


def _planned(row: Row) -> Row:
    """The close date of an open opportunity is a plan, not something that happened."""
    return (*row[:_CLOSED_AT], None, *row[_CLOSED_AT + 1 :]) if row[_OPEN] else row


def _with_roles(view: View, rows: list[Row]) -> list[Row]:
    """Users with the names of their security roles, in alphabetical order."""
    roles = asked(lambda: _roles(view)) or {}
    return [(*row[:_ROLE], roles.get(row[0]), *row[_ROLE + 1 :]) for row in rows]


def _roles(view: View) -> Mapping[str, str]:
    held, role = view.metadata.table("systemuserroles"), view.metadata.table("role")
    if held is None or role is None:
        return {}
    session = view.session
    names = {
        one["roleid"]: one["name"] for one in query.rows(session, query.path(session, role.set, ["roleid", "name"]))
    }
    found: dict[str, set[str]] = defaultdict(set)
    for one in query.rows(session, query.path(session, held.set, ["systemuserid", "roleid"])):
        found[one["systemuserid"]].add(names.get(one["roleid"], one["roleid"]))
    return {user: "; ".join(sorted(roles)) for user, roles in found.items()}
