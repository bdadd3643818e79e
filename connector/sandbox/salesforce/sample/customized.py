"""What the firm's admins built around the old lead statuses, and nobody cleaned up. None of it stops a correction."""

from __future__ import annotations

from typing import Any

from connector.sandbox.salesforce import customizations, record_types
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org
from connector.sandbox.sample.statuses import INQUIRY, LISTED, MQL

_OPEN, _WORKING, _CLOSED = "Open - Not Contacted", "Working - Contacted", "Closed - Not Converted"


def _status(value: str, operation: str = "equals") -> dict[str, str]:
    return {"field": "Status", "value": value, "operation": operation}


BUILT: dict[str, list[dict[str, Any]]] = {
    "validation_rule": [
        {
            "object": "Lead",
            "name": "Closed_Lead_Names_Company",
            "message": "A closed lead must name the company.",
            "formula": f'AND(ISPICKVAL(Status, "{_CLOSED}"), ISBLANK(Company))',
            "field": "Company",
        }
    ],
    "automation": [
        {
            "object": "Lead",
            "name": "Call hot leads",
            "field": "Rating",
            "becomes": ["Hot"],
            "filters": [_status(_CLOSED, "notEqual")],
            "task": {"Subject": "Call this lead today", "Priority": "High"},
        },
        {
            "object": "Lead",
            "name": "Remind of untouched leads",
            "field": "Status",
            "becomes": [_OPEN],
            "task": {"Subject": "Get in touch"},
            "active": False,
        },
    ],
    "assignment_entry": [{"object": "Lead", "owner": "Unassigned Leads", "filters": [_status(_OPEN)]}],
    "workflow_rule": [{"object": "Lead", "name": "Mail on old open leads", "criteria": [_status(_OPEN)]}],
    "list_view": [
        {"object": "Lead", "name": "All Leads", "columns": ["Name", "Company", "Status"]},
        {"object": "Lead", "name": "Untouched Leads", "filters": [_status(_OPEN)], "columns": ["Name", "CreatedDate"]},
        {"object": "Lead", "name": "In Work", "filters": [_status(f"{_WORKING},{MQL}")], "columns": ["Name", "Status"]},
        {"object": "Contact", "name": "All Contacts", "columns": ["Name", "Title", "Email"]},
    ],
    "report": [
        {"name": "Closed Leads by Source", "filters": [_status(_CLOSED)]},
        {"name": "Inquiries by Campaign", "filters": [_status(INQUIRY)]},
    ],
}  # fmt: skip


def customize(org: Org) -> None:
    """Give the org its views, reports and rules, its lead process, and the statuses that were deactivated long ago."""
    customizations.keep(org, dict(BUILT))
    off = [[one.name, one.name, {"converted": one.converts}] for one in LISTED if not one.active]
    org.settings["retired LeadStatus"] = off
    row = {"Name": "Lead Process", "TableEnumOrId": "Lead", "IsActive": True}
    process = org.insert("BusinessProcess", [row], Options(system=True))[0].id
    assert process is not None
    record_types.set_list(org, process, "Status", [one.name for one in LISTED if one.active])
