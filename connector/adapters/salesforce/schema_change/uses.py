"""What in the org still names a status value: list views, reports, flows, rules, processes, as far as the API tells.

Best effort and read only. Definitions are worked out by the CRM for one record at a time, so at most `MOST` of a kind
are looked at; what was not looked at, or may not be, is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from urllib.parse import unquote
from xml.etree import ElementTree

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.schema_change import soap
from connector.adapters.salesforce.session import Session
from connector.errors import CrmFailed, LoginFailed, NotPermitted
from connector.provisioning import Use, Uses

MOST: Final = 100
"""Definitions of one kind that are looked at; each is a call."""

Definitions = Iterable[tuple[str, Any]]
"""(name, definition as the CRM gives it)"""


def uses(session: Session, object: str, values: Sequence[str]) -> Uses:
    """Everything found about the values of one object, and what could not be searched."""
    found: list[Use] = []
    missed: list[str] = []
    for kind, definitions in _KINDS.items():
        try:
            for name, definition in definitions(session, object):
                texts = list(_texts(definition))
                found += [Use(value, kind, name) for value in values if any(_names(text, value) for text in texts)]
        except _TooManyError as error:
            missed.append(f"{kind}s: {error}")
        except (Declined, NotPermitted, CrmFailed, LoginFailed) as error:
            missed.append(f"{kind}s: {error.what}")
    missed += _NEVER
    return Uses(tuple(dict.fromkeys(found)), tuple(missed))


class _TooManyError(Exception):
    """There are more definitions than are looked at."""


def _texts(definition: Any) -> Iterator[str]:
    """Every text in a definition, however deep it stands."""
    if isinstance(definition, str):
        yield definition
    elif isinstance(definition, ElementTree.Element):
        yield from (text for text in definition.itertext() if text.strip())
    elif isinstance(definition, Mapping):
        for part in definition.values():
            yield from _texts(part)
    elif isinstance(definition, (list, tuple)):
        for part in definition:
            yield from _texts(part)


def _names(text: str, value: str) -> bool:
    """Whether a text is the value, lists it, or holds it in quotes as a formula or a query does."""
    folded, wanted = unquote(text).casefold(), value.casefold()  # processes hold values partly URL-encoded [C]
    if wanted in (part.strip().strip("\"'") for part in folded.split(",")):
        return True
    return folded.strip() == wanted or f"'{wanted}'" in folded or f'"{wanted}"' in folded


def _list_views(session: Session, object: str) -> Definitions:
    for row in _limited(session, f"SELECT Id, Name FROM ListView WHERE SobjectType = {soql.value(object)}"):
        path = f"{session.data}/sobjects/{soql.name(object)}/listviews/{soql.record_id(row['Id'])}/describe"
        yield row["Name"], session.get(path)


def _reports(session: Session, object: str) -> Definitions:
    for row in _limited(session, "SELECT Id, Name FROM Report"):
        answer = session.get(f"{session.data}/analytics/reports/{soql.record_id(row['Id'])}/describe")
        yield row["Name"], (answer.get("reportMetadata") or {}).get("reportFilters")


def _flows(session: Session, object: str) -> Definitions:
    query = "SELECT Id, MasterLabel FROM Flow WHERE Status = 'Active'"
    yield from _tooling(session, "Flow", "MasterLabel", query)


def _validation_rules(session: Session, object: str) -> Definitions:
    query = (
        "SELECT Id, ValidationName FROM ValidationRule WHERE Active = true "
        f"AND EntityDefinition.QualifiedApiName = {soql.value(object)}"
    )
    yield from _tooling(session, "ValidationRule", "ValidationName", query)


def _workflow_rules(session: Session, object: str) -> Definitions:
    query = f"SELECT Id, Name FROM WorkflowRule WHERE TableEnumOrId = {soql.value(object)}"
    yield from _tooling(session, "WorkflowRule", "Name", query)


def _rules(type: str) -> Callable[[Session, str], Definitions]:
    """The rules of an object, which Metadata keeps in one component of the object's name."""

    def definitions(session: Session, object: str) -> Definitions:
        record = soap.read(session, type, object)
        for rule in record if record is not None else ():
            if name := soap.text_of(rule, "fullName"):
                yield name, rule

    return definitions


def _processes(session: Session, object: str) -> Definitions:
    query = f"SELECT Id, Name FROM BusinessProcess WHERE TableEnumOrId = {soql.value(object)} AND IsActive = true"
    for row in _limited(session, query):
        yield row["Name"], soap.read(session, "BusinessProcess", f"{object}.{row['Name']}")


def _tooling(session: Session, object: str, name: str, query: str) -> Definitions:
    for row in _limited(session, query, tooling=True):
        found = session.get(f"{session.data}/tooling/sobjects/{object}/{soql.record_id(row['Id'])}")
        yield row[name], found.get("Metadata")


def _limited(session: Session, query: str, *, tooling: bool = False) -> list[Mapping[str, Any]]:
    path = f"{session.data}/tooling/query" if tooling else f"{session.data}/query"
    rows: list[Mapping[str, Any]] = session.get(f"{path}?q={soql.escaped(f'{query} LIMIT {MOST + 1}')}")["records"]
    if len(rows) > MOST:
        raise _TooManyError(f"there are more than {MOST}; search them in Setup")
    return rows


_KINDS: Final[Mapping[str, Callable[[Session, str], Definitions]]] = {
    "list view": _list_views,
    "report": _reports,
    "flow": _flows,
    "validation rule": _validation_rules,
    "workflow rule": _workflow_rules,
    "assignment rule": _rules("AssignmentRules"),
    "auto-response rule": _rules("AutoResponseRules"),
    "lead process": _processes,
}
_NEVER: Final = (
    "escalation rules: Salesforce has them for cases only",
    "Apex code, page layouts, dashboards, marketing platforms and other systems outside the CRM",
)
"""What no API of the CRM tells."""
