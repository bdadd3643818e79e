"""`inspection.Inspection` of a Dynamics environment: some twenty calls that only read.

What this login may not ask, or this environment does not have, is said in `unasked` and otherwise left out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.access import ALL, READ, WRITE
from connector.adapters.dynamics.org import asked
from connector.adapters.dynamics.session import sequence
from connector.adapters.dynamics.tracking import untracked
from connector.adapters.dynamics.view import View
from connector.adapters.web.looking import Asked, skew
from connector.inspection import Advice, Inspection, Reaction, Reacts, Roles, Sees, Writer
from connector.model import OBJECTS
from connector.ports import OrgSchema, Table

DAYS: Final = 30
"""How far back is looked for others who write our columns."""
PAGE: Final = 5_000
"""Audit rows that are looked at for them."""
_LOOKED_THROUGH: Final = 200
"""The oldest audit rows of a table, among which the oldest of its status is looked for."""
_WORKFLOW, _BUSINESS_RULE, _CLOUD_FLOW = 0, 2, 5
"""Categories of processes [wire §6.3 and the table's own options]."""
_DEFINITION, _ACTIVATED = 1, 1
_NON_INTERACTIVE: Final = 4
"""The access mode of users that only programs log in as."""
_MACHINE: Final = re.compile(r"\b(integrations?|sync|api|flow|marketing|system|automated|bot|service)\b", re.IGNORECASE)
"""Names of users that are no persons."""

ADVICE: Final = Advice(
    see="give the application user Read on {api} for the whole organization",
    see_all="give its security role Read on {api} at the level Organization",
    edit_all="give its security role Write on {api} at the level Organization",
    settings="give its security role the rights of docs/connect-dynamics.md, or look at make.powerapps.com",
    tracking="switch on “Track changes” in the properties of each table, then run `connector sync --full` once",
    converting="status reasons of the state Qualified convert; there is none on the table lead",
)


def inspect(view: View, schema: OrgSchema, now: Callable[[], datetime]) -> Inspection:
    """Looks around. `now` is our own clock, which is compared with the CRM's."""
    told, here = Asked(), now()
    if not view.access.told:
        told.refused["rights"] = "the environment does not tell this login its privileges"
    return Inspection(
        skew=_skew(view, now),
        hidden=tuple(_hidden(view)),
        sees=_reach(view, READ),
        edits=_reach(view, WRITE),
        reactions=tuple(_reactions(told, view)),
        history_since=told.of("history", lambda: _history(view, schema), {}),
        writers=told.of("writers", lambda: tuple(_writers(told, view, schema, here)), ()),
        days=DAYS,
        roles=told.of("contact roles", lambda: _roles(view), None),
        untracked=untracked(view),
        remarks=tuple(_unversioned(view)),
        advice=ADVICE,
        unasked=told.refused,
    )


def _skew(view: View, now: Callable[[], datetime]) -> timedelta | None:
    """The Date header of a fresh answer against our clock."""
    view.session.get(f"{view.session.data}/WhoAmI")
    return skew(view.session.transport.server_time, now())


def _hidden(view: View) -> Iterator[str]:
    for table in Table:
        found = view.mapping.table(table)
        if found is None or table in (Table.LEAD, Table.CONTACT, Table.HOURS, Table.HOLIDAY, Table.QUEUE_MEMBER):
            continue
        info = view.metadata.table(found.api)
        if info is None or not view.access.may(info, READ):
            yield table.value


def _unversioned(view: View) -> Iterator[str]:
    """Tables whose rows cannot be written with the version they were read at."""
    for _, api in _apis(view):
        path = f"{view.session.data}/EntityDefinitions(LogicalName='{api}')?$select=IsOptimisticConcurrencyEnabled"
        found = asked(partial(view.session.get, path)) or {}
        if found.get("IsOptimisticConcurrencyEnabled") is False:
            yield f"optimistic concurrency is off for {api}: connector writes nothing there until it is switched on"


def _reach(view: View, right: str) -> dict[str, Sees]:
    """By the depth of the privilege: only that of the whole organization reaches every row."""
    found: dict[str, Sees] = {}
    for name in OBJECTS:
        info = view.metadata.table(view.mapping.object(name).api)
        depth = view.access.depth(info, right) if info is not None else None
        found[name] = Sees.UNKNOWN if depth is None else Sees.ALL if depth == ALL else Sees.SOME
    return found


def _reactions(told: Asked, view: View) -> Iterator[Reaction]:
    told.refused[Reacts.ASSIGNMENT.value] = "assignment rules of Dynamics are not told by its API"
    for kind, ask in _REACTIONS.items():
        yield from told.of(kind, lambda ask=ask: list(ask(view)), [])  # type: ignore[misc]


def _flows(view: View) -> Iterator[Reaction]:
    """Workflows that begin when a lead or contact is changed; cloud flows that name one of these tables."""
    for name, api in _apis(view):
        where = (f"primaryentity eq '{api}'", f"category eq {_WORKFLOW}", *_active())
        for row in _rows(view, "workflows", ["name", "triggeronupdateattributelist"], *where):
            if row.get("triggeronupdateattributelist"):
                yield Reaction(Reacts.FLOW, name, str(row["name"]))
    cloud = _rows(view, "workflows", ["name", "clientdata"], f"category eq {_CLOUD_FLOW}", *_active())
    for row in cloud:
        for name, api in _apis(view):
            if re.search(rf"entityname\W+{api}s?\b", str(row.get("clientdata") or ""), re.IGNORECASE):
                yield Reaction(Reacts.FLOW, name, str(row["name"]))


def _business_rules(view: View) -> Iterator[Reaction]:
    for name, api in _apis(view):
        where = (f"primaryentity eq '{api}'", f"category eq {_BUSINESS_RULE}", *_active())
        for row in _rows(view, "workflows", ["name"], *where):
            yield Reaction(Reacts.VALIDATION, name, str(row["name"]))


def _plugins(view: View) -> Iterator[Reaction]:
    """Steps that are registered for the update of a table."""
    for name, api in _apis(view):
        where = (
            "statecode eq 0",
            "sdkmessageid/name eq 'Update'",
            f"sdkmessagefilterid/primaryobjecttypecode eq '{api}'",
        )
        for row in _rows(view, "sdkmessageprocessingsteps", ["name"], *where):
            yield Reaction(Reacts.TRIGGER, name, str(row["name"]))


def _duplicates(view: View) -> Iterator[Reaction]:
    for name, api in _apis(view):
        for row in _rows(view, "duplicaterules", ["name"], f"baseentityname eq '{api}'", "statecode eq 1"):
            yield Reaction(Reacts.DUPLICATES, name, str(row["name"]))


_REACTIONS: Final[Mapping[Reacts, Callable[[View], Iterator[Reaction]]]] = {
    Reacts.FLOW: _flows,
    Reacts.VALIDATION: _business_rules,
    Reacts.TRIGGER: _plugins,
    Reacts.DUPLICATES: _duplicates,
}


def _history(view: View, schema: OrgSchema) -> dict[str, datetime | None]:
    """The oldest change of each object's status, if it is among the oldest audit rows of its table."""
    found: dict[str, datetime | None] = {}
    for name, api in _apis(view):
        status = schema.objects[name].fields.get("status") if name in schema.objects else None
        if status is None:
            continue
        number = _number(view, api, status.api)
        where = f"objecttypecode eq '{api}' and operation eq 2"
        path = query.path(view.session, "audits", ["createdon", "attributemask"], where, order="createdon asc")
        rows = sequence(view.session.get(f"{path}&$top={_LOOKED_THROUGH}"))
        moments = (row["createdon"] for row in rows if _names(row, number))
        oldest = next(moments, None)
        if oldest is None and len(rows) == _LOOKED_THROUGH:
            continue  # a later one may well be of the status
        found[name] = datetime.fromisoformat(oldest) if oldest else None
    return found


def _writers(told: Asked, view: View, schema: OrgSchema, now: datetime) -> Iterator[Writer]:
    """By the audit of those of our columns that are audited; of very many rows, by the newest."""
    since = f"{now - timedelta(days=DAYS):%Y-%m-%dT%H:%M:%SZ}"
    for name, api in _apis(view):
        on = schema.objects.get(name)
        tracked = [
            field for field in sorted(view.mapping.object(name).writable) if on and _is_tracked(on.fields, field)
        ]
        if on is None or not tracked:
            continue
        where = f"objecttypecode eq '{api}' and operation eq 2 and createdon ge {since}"
        path = query.path(view.session, "audits", ["_userid_value", "attributemask"], where, order="createdon desc")
        page = view.session.get(path, f"odata.maxpagesize={PAGE}")
        rows = sequence(page)
        if page.get("@odata.nextLink"):
            told.refused[f"writers of {name}"] = f"only the newest {PAGE:,} of {DAYS} days were looked at"
        users = _users(view, {row["_userid_value"] for row in rows} - {schema.user_id, None})
        for field in tracked:
            number = _number(view, api, on.fields[field].api)
            counts = Counter(row["_userid_value"] for row in rows if _names(row, number))
            for user, (known, machine) in users.items():
                if counts[user]:
                    yield Writer(name, field, known, counts[user], machine)


def _users(view: View, ids: set[str]) -> dict[str, tuple[str, bool]]:
    """User id → name, and whether that is no person."""
    found: dict[str, tuple[str, bool]] = {}
    columns = ["systemuserid", "fullname", "applicationid", "accessmode"]
    for part in query.parts(sorted(ids)):
        for row in _rows(view, "systemusers", columns, query.among("systemuserid", part)):
            name = str(row.get("fullname") or row["systemuserid"])
            program = bool(row.get("applicationid")) or row.get("accessmode") == _NON_INTERACTIVE
            found[row["systemuserid"]] = (name, program or bool(_MACHINE.search(name)))
    return found


def _roles(view: View) -> Roles | None:
    """By the opportunity's own columns; who is only connected as a stakeholder is not counted."""
    got = view.table(Table.OPPORTUNITY.value)
    if got is None:
        return None
    found, info, columns = got
    named = [columns.place(found.field(name).api) for name in ("contact_id", "customer_id") if found.has(name)]
    places = [place for place in named if place is not None]
    path = query.path(view.session, info.set, [info.key, *{place.select for place in places}])
    total = without = 0
    for row in query.rows(view.session, path, annotated=True):
        total += 1
        kinds = [(row.get(place.select), row.get(f"{place.select}@{query.LOGICAL_NAME}"), place) for place in places]
        without += not any(value and (not place.target or kind == place.target) for value, kind, place in kinds)
    return Roles(total, without)


def _rows(view: View, entities: str, select: list[str], *where: str) -> Iterator[Any]:
    return query.rows(view.session, query.path(view.session, entities, select, *where))


def _active() -> tuple[str, str]:
    return f"statecode eq {_ACTIVATED}", f"type eq {_DEFINITION}"


def _apis(view: View) -> list[tuple[str, str]]:
    return [(name, view.mapping.object(name).api) for name in OBJECTS]


def _number(view: View, table: str, column: str) -> str:
    info = view.metadata.table(table)
    attribute = info.columns.get(column) if info else None
    return str(attribute.number) if attribute else ""


def _names(row: Mapping[str, Any], number: str) -> bool:
    """Whether an audit row is about that column."""
    return bool(number) and number in str(row.get("attributemask") or "").split(",")


def _is_tracked(fields: Mapping[str, Any], name: str) -> bool:
    return name in fields and bool(fields[name].tracked)
