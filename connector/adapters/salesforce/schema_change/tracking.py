"""Field history tracking of the status fields. It begins with the switch; there is no back-fill."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.schema_change import fields, soap
from connector.adapters.salesforce.session import Guard, Session
from connector.errors import Skip, Unanswered
from connector.provisioning import SchemaStep

_WHERE: Final = "Setup → Object Manager → {} → Fields & Relationships → Set History Tracking"


def track(session: Session, step: SchemaStep, guard: Guard, is_custom: Callable[[str], bool]) -> None:
    """Switches it on: custom fields through Tooling, standard ones through Metadata SOAP. Raises Skip if refused."""
    where = _WHERE.format(step.api)
    try:
        if is_custom(step.name):
            fields.track(session, step, guard)
        else:
            _track_standard(session, step, guard)
    except (Declined, Skip) as error:
        raise Skip(f"{error.what}; see {where}", where=f"{step.api}.{step.name}", next=where) from error
    if not is_tracked(session, step.api, step.name):
        raise Skip(f"the CRM took it, but it is not on; see {where}", where=f"{step.api}.{step.name}", next=where)


def is_tracked(session: Session, object: str, field: str) -> bool:
    """Whether the field's history is kept."""
    query = soql.select(
        ["IsFieldHistoryTracked"],
        "FieldDefinition",
        f"EntityDefinition.QualifiedApiName = {soql.value(object)}",
        f"QualifiedApiName = {soql.value(field)}",
    )
    rows = session.query(query)["records"]
    return bool(rows and rows[0]["IsFieldHistoryTracked"])


def _track_standard(session: Session, step: SchemaStep, guard: Guard) -> None:
    """A standard field has no definition of its own to lose: only the switch is sent."""
    name = soap.element("fullName", f"{step.api}.{step.name}")
    try:
        soap.update(session, "CustomField", name + soap.element("trackHistory", True), guard)
    except Unanswered:
        return  # what is read back tells
