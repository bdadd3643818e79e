"""What lead conversion carries over: the org's mapping of custom lead fields to contact fields (LeadConvertSettings).

Read whole, added to, written back whole: a pair of the org's own stays. A lead field of ours that the org carries over
to another contact field is left as it is and told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from xml.etree import ElementTree

from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.schema_change import soap
from connector.adapters.salesforce.schema_change.words import MAP_FIELDS as WHERE
from connector.adapters.salesforce.session import Guard, Session
from connector.errors import CrmFailed, Skip, Unanswered
from connector.provisioning import SchemaStep

NAME: Final = "LeadConvertSettings"
_TRIES: Final = 3


def read(session: Session) -> Mapping[str, str]:
    """Lead field → contact field."""
    record = soap.read(session, NAME, NAME)
    return dict(_mappings(record).get("Contact", ())) if record is not None else {}


def add(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Adds the step's pairs. Raises Skip if the CRM refuses them or maps one of the lead fields elsewhere."""
    for _ in range(_TRIES):
        record = soap.read(session, NAME, NAME)
        mappings = _mappings(record) if record is not None else {}
        there = dict(mappings.get("Contact", ()))
        taken = [f"{lead} → {there[lead]}" for lead, contact in step.pairs if there.get(lead, contact) != contact]
        if taken:
            raise Skip(f"the org carries over already: {', '.join(taken)}; see {WHERE}", where=NAME, next=WHERE)
        lacking = [pair for pair in step.pairs if pair[0] not in there]
        if not lacking:
            return
        mappings["Contact"] = [*mappings.get("Contact", ()), *lacking]
        try:
            soap.update(session, NAME, _component(record, mappings), guard)
        except Unanswered:
            continue
        except Declined as error:
            raise Skip(f"{error.what}; see {WHERE}", where=NAME, next=WHERE) from error
    now = read(session)
    if any(now.get(lead) != contact for lead, contact in step.pairs):
        raise CrmFailed("the mapping of lead conversion could not be written", where=NAME, next=WHERE)


def _mappings(record: ElementTree.Element) -> dict[str, Sequence[tuple[str, str]]]:
    """Object that a lead becomes → the pairs of its mapping."""
    return {
        soap.text_of(mapping, "outputObject"): [
            (soap.text_of(pair, "inputField"), soap.text_of(pair, "outputField"))
            for pair in soap.children(mapping, "mappingFields")
        ]
        for mapping in soap.children(record, "objectMapping")
    }


def _component(record: ElementTree.Element | None, mappings: Mapping[str, Sequence[tuple[str, str]]]) -> str:
    """The elements in the WSDL's order: allowOwnerChange, objectMapping, opportunityCreationOptions [W]."""
    owner = soap.text_of(record, "allowOwnerChange") if record is not None else ""
    options = soap.text_of(record, "opportunityCreationOptions") if record is not None else ""
    parts = [soap.element("fullName", NAME), soap.element("allowOwnerChange", owner or None)]
    for target, pairs in mappings.items():
        fields = "".join(
            f"<m:mappingFields>{soap.element('inputField', lead)}{soap.element('outputField', other)}</m:mappingFields>"
            for lead, other in pairs
        )
        parts.append(
            f"<m:objectMapping>{soap.element('inputObject', 'Lead')}{fields}"
            f"{soap.element('outputObject', target)}</m:objectMapping>"
        )
    return "".join([*parts, soap.element("opportunityCreationOptions", options or None)])
