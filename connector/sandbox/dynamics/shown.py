"""What can be seen of an environment's own rules: flows as rows of `workflows`, duplicate rules as `duplicaterules`,
plug-ins as steps that are registered for the update of a table.

A cloud flow belongs to no table: its primaryentity is `none`, and table, column and values are in its clientdata only.
What a plug-in does is code that nobody can read.
"""

from typing import TYPE_CHECKING, Any

import msgspec

from connector.sandbox.dynamics.base import ADMIN_ID, fixed_id
from connector.sandbox.dynamics.rules import Automation, DuplicateRule

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_CLOUD_FLOW, _DEFINITION = 5, 1
_UPDATE, _ORGANIZATION = 3, 4
"""Message and scope of a flow's trigger."""
_POST_OPERATION = 40
_SETTING = "shown"


def show(org: "Org") -> None:
    """Put rows for the rules in force in the place of those shown before."""
    before: dict[str, list[str]] = org.settings.get(_SETTING, {})
    flows = [_flow(one, place) for place, one in enumerate(org.rules.automation) if not one.plugin]
    steps = [_step(one, place) for place, one in enumerate(org.rules.automation) if one.plugin]
    duplicates = [_duplicate(one, place) for place, one in enumerate(org.rules.duplicate_rule)]
    if not (before or flows or steps or duplicates):
        return
    with org.storage.transaction() as db:
        for name, ids in before.items():
            key = org.entities[name].primary_id
            db.executemany(f'DELETE FROM "{name}" WHERE "{key}" = ?', [(id,) for id in ids])
        made = {"workflow": flows, "sdkmessageprocessingstep": steps, "duplicaterule": duplicates}
        for name, rows in made.items():
            for row in rows:
                org.load(name, list(row), [list(row.values())])
        org.settings[_SETTING] = {name: [row[f"{name}id"] for row in rows] for name, rows in made.items()}


def _flow(one: Automation, place: int) -> dict[str, Any]:
    name = one.name or f"When {one.table} {one.column} changes ({place + 1})"
    trigger: dict[str, Any] = {
        "subscriptionRequest/message": _UPDATE,
        "subscriptionRequest/entityname": one.table,
        "subscriptionRequest/scope": _ORGANIZATION,
        "subscriptionRequest/filteringattributes": one.column,
    }
    if one.becomes:
        tests = " or ".join(f"{one.column} eq {_literal(value)}" for value in one.becomes)
        trigger["subscriptionRequest/filterexpression"] = tests
    connected = "OpenApiConnection"
    actions: dict[str, Any] = {}
    if one.set or one.owner:
        values = {f"item/{key}": value for key, value in one.set.items()}
        values |= {"item/ownerid@odata.bind": one.owner} if one.owner else {}
        actions["Update_a_row"] = {"type": connected, "inputs": {"parameters": {"entityName": one.table, **values}}}
    if one.task:
        values = {f"item/{key}": value for key, value in one.task.items()}
        actions["Add_a_new_row"] = {"type": connected, "inputs": {"parameters": {"entityName": "tasks", **values}}}
    changed = {"type": f"{connected}Webhook", "inputs": {"parameters": trigger}}
    definition = {"triggers": {"When_a_row_is_modified": changed}, "actions": actions}
    data = {"properties": {"definition": definition}, "schemaVersion": "1.0.0.0"}
    return {
        "workflowid": fixed_id(f"flow-{place}"),
        "name": name[:100],
        "category": _CLOUD_FLOW,
        "type": _DEFINITION,
        "primaryentity": "none",
        "clientdata": msgspec.json.encode(data).decode(),
        "statecode": 1,
        "statuscode": 2,
        "ownerid": ADMIN_ID,
    }


def _step(one: Automation, place: int) -> dict[str, Any]:
    return {
        "sdkmessageprocessingstepid": fixed_id(f"step-{place}"),
        "name": (one.name or f"Plug-in: update of {one.table} ({place + 1})")[:256],
        "stage": _POST_OPERATION,
        "mode": 0,
        "rank": 1,
        "filteringattributes": one.column,
        "sdkmessageid": fixed_id("message-Update"),
        "sdkmessagefilterid": fixed_id(f"message-Update-{one.table}"),
        "statecode": 0,
        "statuscode": 1,
    }


def _literal(value: Any) -> str:
    return f"'{value}'" if isinstance(value, str) else msgspec.json.encode(value).decode()


def _duplicate(one: DuplicateRule, place: int) -> dict[str, Any]:
    return {
        "duplicateruleid": fixed_id(f"duplicate-{place}"),
        "name": f"{one.table} with the same {', '.join(one.match)}"[:160],
        "baseentityname": one.table,
        "matchingentityname": one.table,
        "statecode": 1,
        "statuscode": 2,
    }
