"""`inspection.Inspection` of a Salesforce org: some twenty calls that only read.

What this login may not ask, or this API version does not have, is said in `unasked` and otherwise left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.visible import Visible
from connector.errors import CrmFailed, NotPermitted
from connector.inspection import Advice, Inspection, Reaction, Reacts, Roles, Sees, Writer
from connector.mapping import Mapping as CrmMapping
from connector.model import CONTACT, LEAD, OBJECTS
from connector.ports import OrgSchema, Table

DAYS: Final = 30
"""How far back is looked for others who write our fields."""

_PACKAGED: Final = re.compile(r"([A-Za-z]\w*?)__\w+__c")
"""A field that came with a managed package carries its namespace [D customfields]."""

_MACHINE: Final = re.compile(
    r"\b(integrations?|sync|api|b2bma|pardot|marketo|hubspot|eloqua|marketing (cloud|automation)"
    r"|account engagement|mulesoft|zapier|workato|data ?loader|connector|automated|bot)\b",
    re.IGNORECASE,
)
"""Names of users and profiles that are no persons."""

_SHARED: Final = {"Read": (True, False), "Edit": (True, True), "ReadEditTransfer": (True, True), "All": (True, True)}
"""Organization-wide default → whether everybody may read, and edit, every record."""

_NOT_TOLD: Final[tuple[dict[str, Sees], dict[str, Sees]]] = ({}, {})

ADVICE: Final = Advice(
    see="give the integration user Read and View All on {api}",
    see_all="give it View All on {api}",
    edit_all="give it Modify All on {api}",
    settings="grant View Setup and Configuration, or look in Setup",
    converting="mark one lead status as converted in Setup → Lead Status",
)

T = TypeVar("T")


def inspect(
    session: Session, mapping: CrmMapping, visible: Visible, ask: Callable[[], OrgSchema], now: Callable[[], datetime]
) -> Inspection:
    """Looks around. `ask` says what is there; `now` is our own clock."""
    versions = _offered(session)
    if session.version not in versions:
        return Inspection(versions=(versions[0], versions[-1]), version_offered=False)
    asked, schema = _Asked(), ask()
    sees, edits = asked.of("sharing", lambda: _sharing(session, mapping, schema.user_id), _NOT_TOLD)
    return Inspection(
        versions=(versions[0], versions[-1]),
        skew=_skew(session, now),
        remarks=tuple(_token(session)),
        advice=ADVICE,
        hidden=tuple(_hidden(mapping, visible)),
        sees=sees,
        edits=edits,
        reactions=tuple(_reactions(asked, session, mapping, schema)),
        history_since=asked.of("history", lambda: _history(session, mapping, schema), {}),
        writers=asked.of("writers", lambda: tuple(_writers(session, mapping, schema)), ()),
        days=DAYS,
        packages=dict(_packages(mapping)),
        person_accounts=asked.of("person accounts", lambda: _person_accounts(session, mapping, visible), None),
        roles=asked.of("contact roles", lambda: _roles(session, mapping, visible), None),
        unasked=asked.refused,
    )


class _Asked:
    """Asks, and keeps why an answer was refused."""

    def __init__(self) -> None:
        self.refused: dict[str, str] = {}

    def of(self, subject: str, ask: Callable[[], T], otherwise: T) -> T:
        """The answer, or `otherwise` if this login may not ask."""
        try:
            return ask()
        except (Declined, NotPermitted, CrmFailed) as error:
            self.refused[str(subject)] = error.what
            return otherwise


def _offered(session: Session) -> tuple[str, ...]:
    """The versions of the API, oldest first. Needs no login [D dome_versions]."""
    return tuple(entry["version"] for entry in session.get("/services/data/"))


def _skew(session: Session, now: Callable[[], datetime]) -> timedelta | None:
    """The Date header of a fresh answer against our clock; whole seconds, half of the way there and back apart."""
    session.get(f"{session.data}/")
    told = session.transport.server_time
    return datetime.fromisoformat(told) - now().replace(microsecond=0) if told else None


def _token(session: Session) -> Iterator[str]:
    """A token in JWT form is refused by the SOAP and Metadata APIs, which then log in for ever [C jsforce soap.ts]."""
    if session.grant().token.count(".") == 2:
        yield (
            "access tokens are issued in JWT form, which the Metadata API refuses: "
            "turn off “Issue JSON Web Token (JWT)-based access tokens” in the app"
        )


def _hidden(mapping: CrmMapping, visible: Visible) -> Iterator[str]:
    for table in Table:
        found = mapping.table(table)
        if found is None or table in (Table.LEAD, Table.CONTACT, Table.HOURS, Table.HOLIDAY, Table.QUEUE_MEMBER):
            continue
        described = visible.describe(found.api)
        if described is None or not described["queryable"]:
            yield table.value


def _sharing(session: Session, mapping: CrmMapping, who: str) -> tuple[dict[str, Sees], dict[str, Sees]]:
    """By what the organization shares with everybody, and the permissions of the user's profile and sets."""
    apis = {name: mapping.object(name).api for name in OBJECTS}
    defaults = session.query(soql.select([f"Default{api}Access" for api in apis.values()], "Organization"))
    shared = defaults["records"][0]
    sets = session.query(
        soql.select(
            ["PermissionSetId", "PermissionSet.PermissionsViewAllData", "PermissionSet.PermissionsModifyAllData"],
            "PermissionSetAssignment",
            f"AssigneeId = {soql.value(who)}",
        )
    )["records"]
    rights = (
        session.query(
            soql.select(
                ["SobjectType", "PermissionsViewAllRecords", "PermissionsModifyAllRecords"],
                "ObjectPermissions",
                f"ParentId IN {soql.value([row['PermissionSetId'] for row in sets])}",
                f"SobjectType IN {soql.value(list(apis.values()))}",
            )
        )["records"]
        if sets
        else []
    )
    sees, edits = {}, {}
    for name, api in apis.items():
        mine = [row for row in rights if row["SobjectType"] == api]
        data = [row["PermissionSet"] or {} for row in sets]
        reads, writes = _SHARED.get(shared[f"Default{api}Access"], (False, False))
        modifies = writes or _any(data, "PermissionsModifyAllData") or _any(mine, "PermissionsModifyAllRecords")
        views = reads or _any(data, "PermissionsViewAllData") or _any(mine, "PermissionsViewAllRecords")
        sees[name] = Sees.ALL if views or modifies else Sees.SOME
        edits[name] = Sees.ALL if modifies else Sees.SOME
    return sees, edits


def _any(rows: list[Mapping[str, Any]], name: str) -> bool:
    return any(row.get(name) for row in rows)


def _reactions(asked: _Asked, session: Session, mapping: CrmMapping, schema: OrgSchema) -> Iterator[Reaction]:
    for kind, ask in _REACTIONS.items():
        yield from asked.of(kind, lambda ask=ask: list(ask(session, mapping, schema)), [])  # type: ignore[misc]


def _assignment(session: Session, mapping: CrmMapping, schema: OrgSchema) -> Iterator[Reaction]:
    for name, api in _apis(mapping):
        for row in session.query(
            soql.select(["Name"], "AssignmentRule", f"SobjectType = {soql.value(api)}", "Active = true")
        )["records"]:
            yield Reaction(Reacts.ASSIGNMENT, name, row["Name"])


def _flows(session: Session, mapping: CrmMapping, schema: OrgSchema) -> Iterator[Reaction]:
    """Record-triggered ones that an update wakes. What they belong to is told by id or by label."""
    query = soql.select(
        ["Label", "TriggerObjectOrEventId", "TriggerObjectOrEventLabel", "RecordTriggerType", "NamespacePrefix"],
        "FlowDefinitionView",
        "IsActive = true",
        "TriggerType IN ('RecordBeforeSave', 'RecordAfterSave')",
    )
    for row in session.query(query)["records"]:
        for name, api in _apis(mapping):
            label = schema.objects[name].label if name in schema.objects else api
            told = (row["TriggerObjectOrEventId"], row["TriggerObjectOrEventLabel"])
            if (api in told or label in told) and row["RecordTriggerType"] in ("Update", "CreateAndUpdate", None):
                yield Reaction(Reacts.FLOW, name, row["Label"], row["NamespacePrefix"] or "")


def _validation(session: Session, mapping: CrmMapping, schema: OrgSchema) -> Iterator[Reaction]:
    for name, api in _apis(mapping):
        query = (
            "SELECT ValidationName, NamespacePrefix FROM ValidationRule WHERE Active = true "
            f"AND EntityDefinition.QualifiedApiName = {soql.value(api)}"
        )
        for row in _tooling(session, query):
            yield Reaction(Reacts.VALIDATION, name, row["ValidationName"], row["NamespacePrefix"] or "")


def _triggers(session: Session, mapping: CrmMapping, schema: OrgSchema) -> Iterator[Reaction]:
    for name, api in _apis(mapping):
        query = soql.select(
            ["Name", "NamespacePrefix", "UsageBeforeUpdate", "UsageAfterUpdate"],
            "ApexTrigger",
            f"TableEnumOrId = {soql.value(api)}",
            "Status = 'Active'",
        )
        for row in session.query(query)["records"]:
            if row["UsageBeforeUpdate"] or row["UsageAfterUpdate"]:
                yield Reaction(Reacts.TRIGGER, name, row["Name"], row["NamespacePrefix"] or "")


def _duplicates(session: Session, mapping: CrmMapping, schema: OrgSchema) -> Iterator[Reaction]:
    for name, api in _apis(mapping):
        query = soql.select(["MasterLabel"], "DuplicateRule", f"SobjectType = {soql.value(api)}", "IsActive = true")
        for row in session.query(query)["records"]:
            yield Reaction(Reacts.DUPLICATES, name, row["MasterLabel"])


_REACTIONS: Final[Mapping[Reacts, Callable[[Session, CrmMapping, OrgSchema], Iterator[Reaction]]]] = {
    Reacts.ASSIGNMENT: _assignment,
    Reacts.FLOW: _flows,
    Reacts.VALIDATION: _validation,
    Reacts.TRIGGER: _triggers,
    Reacts.DUPLICATES: _duplicates,
}


def _history(session: Session, mapping: CrmMapping, schema: OrgSchema) -> dict[str, datetime | None]:
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


def _writers(session: Session, mapping: CrmMapping, schema: OrgSchema) -> Iterator[Writer]:
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


def _packages(mapping: CrmMapping) -> Iterator[tuple[tuple[str, str], str]]:
    for name in OBJECTS:
        table = mapping.object(name)
        for field in table.writable:
            if table.has(field) and (packaged := _PACKAGED.fullmatch(table.field(field).api)):
                yield (name, field), packaged[1]


def _person_accounts(session: Session, mapping: CrmMapping, visible: Visible) -> int | None:
    contact = mapping.object(CONTACT)
    if not contact.has("is_person_account"):
        return None
    field = contact.field("is_person_account").api
    if not visible.has(contact.api, field):
        return 0
    return int(session.query(soql.count(contact.api, f"{field} = true"))["totalSize"])


def _roles(session: Session, mapping: CrmMapping, visible: Visible) -> Roles | None:
    deals, roles = mapping.table(Table.OPPORTUNITY), mapping.table(Table.OPPORTUNITY_CONTACT)
    if deals is None or roles is None:
        return None
    named = f"SELECT {soql.name(roles.field('opportunity_id').api)} FROM {soql.name(roles.api)}"
    return Roles(
        opportunities=int(session.query(soql.count(deals.api))["totalSize"]),
        without_contact=int(session.query(soql.count(deals.api, f"Id NOT IN ({named})"))["totalSize"]),
    )


def _apis(mapping: CrmMapping) -> list[tuple[str, str]]:
    return [(name, mapping.object(name).api) for name in (LEAD, CONTACT)]


def _status(schema: OrgSchema, name: str) -> str:
    on = schema.objects.get(name)
    return on.fields["status"].api if on is not None and "status" in on.fields else ""


def _tooling(session: Session, query: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = session.get(f"{session.data}/tooling/query?q={soql.escaped(query)}")["records"]
    return rows
