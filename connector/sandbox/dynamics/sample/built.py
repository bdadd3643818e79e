"""What the firm's admins built around the old lead statuses, and nobody cleaned up: views, a flow, a business rule.

They are there to be found; nothing of them runs here, and in the real CRM none of it would stop a correction.
"""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import msgspec

from connector.sandbox.dynamics.base import ADMIN_ID
from connector.sandbox.dynamics.sample.rows import STAMPS, Mint, Put, stamp
from connector.sandbox.dynamics.sample.values import Choices
from connector.sandbox.sample.statuses import MQL
from connector.sandbox.sample.times import DAY

VIEW_COLUMNS = ("savedqueryid", "name", "returnedtypecode", "fetchxml", "querytype", "isdefault", *STAMPS)
PROCESS_COLUMNS = (
    "workflowid", "name", "category", "type", "primaryentity", "xaml", "clientdata", "statecode", "statuscode", *STAMPS,
)  # fmt: skip

_OPEN, _WORKING, _CLOSED = "Open - Not Contacted", "Working - Contacted", "Closed - Not Converted"
_VIEWS = (
    ("All Leads", "lead", ("fullname", "companyname", "statuscode"), ()),
    ("Untouched Leads", "lead", ("fullname", "createdon"), (_OPEN,)),
    ("In Work", "lead", ("fullname", "statuscode"), (_WORKING, MQL)),
    ("Closed Leads by Source", "lead", ("leadsourcecode", "statuscode"), (_CLOSED,)),
    ("All Contacts", "contact", ("fullname", "jobtitle", "emailaddress1"), ()),
)
_FLOW, _RULE = 5, 2
_DEFINITION, _ON, _DRAFT = 1, (1, 2), (0, 1)


def build(now: int, choices: Choices, mint: Mint, put: Put) -> None:
    """Writes them. Conditions hold the numbers of options, as in every environment."""
    stamps = (stamp(now - 900 * DAY), ADMIN_ID, stamp(now - 700 * DAY), ADMIN_ID)

    def number(text: str) -> int:
        return choices.status(text)[1]

    for name, table, columns, statuses in _VIEWS:
        xml = _fetch(table, columns, [number(text) for text in statuses])
        put("savedquery", VIEW_COLUMNS, (mint("savedquery"), name, table, xml, 0, int(not statuses), *stamps))
    hot = _changed("lead", "leadqualitycode", f"leadqualitycode eq 1 and statuscode ne {number(_CLOSED)}")
    idle = _changed("lead", "statuscode", f"statuscode eq {number(_OPEN)}")
    closed = f'<If Condition="[statuscode] == {number(_CLOSED)} and [companyname] == null" />'
    for name, category, table, xaml, data, state in (
        ("Call hot leads", _FLOW, "none", None, hot, _ON),
        ("Remind of untouched leads", _FLOW, "none", None, idle, _DRAFT),
        ("A closed lead names its company", _RULE, "lead", closed, None, _ON),
    ):
        row = (mint("workflow"), name, category, _DEFINITION, table, xaml, data, *state, *stamps)
        put("workflow", PROCESS_COLUMNS, row)


def _fetch(table: str, columns: tuple[str, ...], numbers: list[int]) -> str:
    shown = "".join(f"<attribute name={quoteattr(name)} />" for name in columns)
    values = "".join(f"<value>{number}</value>" for number in numbers)
    condition = (
        f'<filter><condition attribute="statuscode" operator="in">{values}</condition></filter>' if values else ""
    )
    return f'<fetch version="1.0"><entity name="{table}">{shown}{condition}</entity></fetch>'


def _changed(table: str, column: str, when: str) -> str:
    """The definition of a flow that starts when a column changes and opens a task."""
    trigger = {
        "subscriptionRequest/message": 3,
        "subscriptionRequest/entityname": table,
        "subscriptionRequest/filteringattributes": column,
        "subscriptionRequest/filterexpression": when,
    }
    task = {"entityName": "tasks", "item/subject": "Get in touch"}
    definition = {
        "triggers": {"When_a_row_is_modified": {"type": "OpenApiConnectionWebhook", "inputs": {"parameters": trigger}}},
        "actions": {"Add_a_new_row": {"type": "OpenApiConnection", "inputs": {"parameters": task}}},
    }
    return msgspec.json.encode({"properties": {"definition": definition}, "schemaVersion": "1.0.0.0"}).decode()
