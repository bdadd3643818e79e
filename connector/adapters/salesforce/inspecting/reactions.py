"""What admins built that an update of a lead or contact wakes: one question per kind."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.session import Session
from connector.adapters.web.looking import Asked
from connector.inspection import Reaction, Reacts
from connector.mapping import Mapping as CrmMapping
from connector.model import OBJECTS
from connector.ports import OrgSchema


def reactions(asked: Asked, session: Session, mapping: CrmMapping, schema: OrgSchema) -> Iterator[Reaction]:
    """Each of them; a kind that this login may not ask for is left to `asked`."""
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


def _apis(mapping: CrmMapping) -> list[tuple[str, str]]:
    return [(name, mapping.object(name).api) for name in OBJECTS]


def _tooling(session: Session, query: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = session.get(f"{session.data}/tooling/query?q={soql.escaped(query)}")["records"]
    return rows
