"""Automations: flows that the org's administrators hung on a field, run as Automated Process after a save."""

from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce.base import AUTOMATION_ID
from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.dml.owners import owner_id
from connector.sandbox.salesforce.dml.pending import Pending
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.rules import Automation
from connector.sandbox.salesforce.stamps import stamp

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_SYSTEM = Options(user_id=AUTOMATION_ID, system=True)


def run(org: "Org", found: ObjectType, rows: list[Pending]) -> None:
    """Run the flows that these saved rows set off."""
    for flow in org.rules.automation:
        if flow.active and flow.object.lower() == found.name.lower():
            hit = [row for row in rows if _sets_off(flow, row)]
            if hit:
                _run(org, found, flow, hit)


def _sets_off(flow: Automation, row: Pending) -> bool:
    if not row.changes(flow.field) or (flow.becomes and row.new[flow.field] not in flow.becomes):
        return False
    return all(one.holds(row.get(one.field)) for one in flow.filters)


def _run(org: "Org", found: ObjectType, flow: Automation, rows: list[Pending]) -> None:
    changes: dict[str, Any] = dict(flow.set)
    if flow.owner:
        changes["OwnerId"] = owner_id(org, flow.owner)
    if changes:
        org.update(found.name, [{"Id": row.id, **changes} for row in rows], _SYSTEM)
    person = "WhoId" if found.name in ("Lead", "Contact") else "WhatId"
    if flow.task:
        org.insert("Task", [{person: row.id, **flow.task} for row in rows], _SYSTEM)
    if flow.email:
        _send(org, flow.email, rows, person)


def _send(org: "Org", subject: str, rows: list[Pending], person: str) -> None:
    """A mail leaves a message and a closed activity behind, as mail from a flow does."""
    now = stamp(org.clock())
    task = {"Subject": f"Email: {subject}", "Status": "Completed", "TaskSubtype": "Email", "ActivityDate": now[:10]}
    sent = org.insert("Task", [{person: row.id, **task} for row in rows], _SYSTEM)
    mail = {"Subject": subject, "Status": "3", "Incoming": False, "MessageDate": now, "TextBody": subject}
    messages = org.insert("EmailMessage", [{**mail, "ActivityId": task.id} for task in sent], _SYSTEM)
    relations = [
        {"EmailMessageId": message.id, "RelationId": row.id, "RelationType": "ToAddress"}
        for row, message in zip(rows, messages, strict=True)
    ]
    if person == "WhoId":
        org.insert("EmailMessageRelation", relations, _SYSTEM)
