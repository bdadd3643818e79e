"""What qualifying a lead carries over to the contact: the attribute maps from lead to contact.

Each pair of columns is a row of `attributemaps` under the row of `entitymaps` that stands for the two tables
[D customize-entity-attribute-mappings]. Rows are only added; a lead column that goes elsewhere already is told.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.batches import Guard
from connector.adapters.dynamics.schema_change import asking
from connector.adapters.dynamics.schema_change.solution import IN_SOLUTION, ensure
from connector.adapters.dynamics.session import Session, sequence
from connector.adapters.web.errors import Declined
from connector.errors import Skip
from connector.provisioning import SchemaStep

WHERE: Final = (
    "make.powerapps.com → Tables → Lead → Relationships → Lead to Contact (originating lead) → Edit column mappings"
)
_SOURCE: Final = "lead"
_TARGET: Final = "contact"


def read(session: Session) -> Mapping[str, str] | None:
    """Lead column → contact column; None if the environment has no mapping of the two, or does not show it."""
    found = _entity_map(session)
    return None if found is None else _pairs(session, found)


def add(session: Session, step: SchemaStep, guard: Guard) -> None:
    """Adds the step's pairs and reads them back. Raises Skip if one of the lead columns goes elsewhere already."""
    ensure(session, guard)
    parent = _entity_map(session)
    if parent is None:
        raise Skip(f"the environment maps no leads to contacts; see {WHERE}", where="entitymaps", next=WHERE)
    there = _pairs(session, parent)
    taken = [f"{lead} → {there[lead]}" for lead, contact in step.pairs if there.get(lead, contact) != contact]
    if taken:
        raise Skip(f"the environment carries over already: {', '.join(taken)}; see {WHERE}", where="attributemaps")
    for lead, contact in step.pairs:
        if lead not in there:
            _map(session, parent, lead, contact, guard)
    now = _pairs(session, parent)
    if lost := [lead for lead, contact in step.pairs if now.get(lead) != contact]:
        raise Skip(f"read back, these are not mapped: {', '.join(lost)}; see {WHERE}", where="attributemaps")


def _entity_map(session: Session) -> str | None:
    where = f"sourceentityname eq '{_SOURCE}' and targetentityname eq '{_TARGET}'"
    rows = sequence(session.get(query.path(session, "entitymaps", ["entitymapid"], where)))
    return str(rows[0]["entitymapid"]) if rows else None


def _pairs(session: Session, parent: str) -> dict[str, str]:
    columns = ["sourceattributename", "targetattributename"]
    path = query.path(session, "attributemaps", columns, f"_entitymapid_value eq {parent}")
    return {row["sourceattributename"]: row["targetattributename"] for row in query.rows(session, path)}


def _map(session: Session, parent: str, lead: str, contact: str, guard: Guard) -> None:
    body = {
        "sourceattributename": lead,
        "targetattributename": contact,
        "entitymapid@odata.bind": f"/entitymaps({parent})",
    }
    try:
        asking.change(session, "POST", f"{session.data}/attributemaps", guard, body, **IN_SOLUTION)
    except Declined as error:
        if _pairs(session, parent).get(lead) != contact:
            raise Skip(f"{lead}: {error.what}; see {WHERE}", where="attributemaps", next=WHERE) from error
