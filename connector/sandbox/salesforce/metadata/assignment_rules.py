"""AssignmentRules, AutoResponseRules and EscalationRules: read only, by object [D meta_assignmentrule]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from connector.sandbox.salesforce.metadata.xml import Body
from connector.sandbox.salesforce.schema.refusal import RefusedError
from connector.sandbox.salesforce.tooling.rules_metadata import criterion

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org


def read(org: Org, name: str) -> Body | None:
    """The assignment rules of an object with their entries, the one that takes every record last."""
    known = org.settings.get("assignment", {}).get(name)
    if known is None:
        return None
    entries = [
        {
            "assignedTo": entry.owner,
            "assignedToType": _kind(org, entry.owner),
            "criteriaItems": [criterion(name, one) for one in entry.filters],
        }
        for entry in org.rules.assignment_entry
        if entry.object == name
    ]
    owner = _name(org, known["owner"])
    entries.append({"assignedTo": owner, "assignedToType": _kind(org, owner), "criteriaItems": []})
    query = 'SELECT Name, Active FROM AssignmentRule WHERE "Id" = ?'
    rule, active = org.storage.reader().execute(query, (known["rule"],)).fetchone()
    return {"fullName": name, "assignmentRule": [{"fullName": rule, "active": bool(active), "ruleEntry": entries}]}


def nothing(org: Org, name: str) -> Body | None:
    """What there is of auto-response rules (leads) and escalation rules (cases): an empty list, or no such object."""
    return {"fullName": name} if name in ("Lead", "Case") else None


def refuse(org: Org, body: Body) -> None:
    """Rules cannot be changed here."""
    raise RefusedError("INVALID_OPERATION", "This sandbox does not change rules over the Metadata API")


def _name(org: Org, id18: str) -> str:
    query = 'SELECT Username FROM User WHERE "Id" = ? UNION SELECT Name FROM "Group" WHERE "Id" = ?'
    row = org.storage.reader().execute(query, (id18, id18)).fetchone()
    return str(row[0]) if row else id18


def _kind(org: Org, owner: str) -> str:
    query = 'SELECT 1 FROM "Group" WHERE ? IN (Name, "Id")'
    return "Queue" if org.storage.reader().execute(query, (owner,)).fetchone() else "User"
