"""The `Metadata` of validation rules, workflow rules and flows, as the Tooling API shows it in JSON [W]."""

from __future__ import annotations

from typing import Any

from connector.sandbox.salesforce.customizations import Filter, WorkflowRule
from connector.sandbox.salesforce.rules import Automation, ValidationRule

Body = dict[str, Any]


def validation_rule(rule: ValidationRule) -> Body:
    """A validation rule with its error condition."""
    return {
        "active": rule.active,
        "description": None,
        "errorConditionFormula": rule.condition(),
        "errorDisplayField": rule.field or None,
        "errorMessage": rule.message,
        "shouldEvaluateOnClient": None,
        "urls": None,
    }


def workflow_rule(rule: WorkflowRule) -> Body:
    """A workflow rule, which is never active here."""
    return {
        "actions": [],
        "active": False,
        "booleanFilter": None,
        "criteriaItems": [criterion(rule.object, one) for one in rule.criteria],
        "description": None,
        "formula": rule.formula or None,
        "triggerType": "onCreateOrTriggeringUpdate",
        "workflowTimeTriggers": [],
    }


def criterion(object_name: str, one: Filter) -> Body:
    """A condition of a rule: fields stand there with their object."""
    field = f"{object_name}.{one.field}"
    return {"field": field, "operation": one.operation, "value": one.value or None, "valueField": None}


def flow(flow: Automation, label: str) -> Body:
    """A record-triggered flow: when it starts, what it assigns, what it calls."""
    return {
        "actionCalls": _mails(flow),
        "apiVersion": 59.0,
        "label": label,
        "processType": "AutoLaunchedFlow",
        "recordCreates": _tasks(flow),
        "recordUpdates": _updates(flow),
        "start": {
            "doesRequireRecordChangedToMeetCriteria": True,
            "filterFormula": None,
            "filterLogic": "and",
            "filters": _filters(flow),
            "object": flow.object,
            "recordTriggerType": "CreateAndUpdate",
            "triggerType": "RecordAfterSave",
        },
        "status": "Active" if flow.active else "Obsolete",
    }


def _filters(flow: Automation) -> list[Body]:
    changed = {"field": flow.field, "operator": "IsChanged", "value": {"booleanValue": True}}
    becomes = [{"field": flow.field, "operator": "EqualTo", "value": _text(value)} for value in flow.becomes]
    operators = {"equals": "EqualTo", "notEqual": "NotEqualTo"}
    more = [
        {"field": one.field, "operator": operators[one.operation], "value": _text(one.value)} for one in flow.filters
    ]
    return [*(becomes or [changed]), *more]


def _updates(flow: Automation) -> list[Body]:
    changes = {**flow.set, **({"OwnerId": flow.owner} if flow.owner else {})}
    if not changes:
        return []
    inputs = [{"field": name, "value": _text(value)} for name, value in changes.items()]
    return [{"inputAssignments": inputs, "inputReference": "$Record", "name": "Update_Record", "object": flow.object}]


def _tasks(flow: Automation) -> list[Body]:
    if not flow.task:
        return []
    inputs = [{"field": name, "value": _text(value)} for name, value in flow.task.items()]
    return [{"inputAssignments": inputs, "name": "Create_Task", "object": "Task"}]


def _mails(flow: Automation) -> list[Body]:
    if not flow.email:
        return []
    subject = {"name": "emailSubject", "value": _text(flow.email)}
    return [{"actionName": "emailSimple", "actionType": "emailSimple", "inputParameters": [subject], "name": "Send"}]


def _text(value: object) -> Body:
    if isinstance(value, bool):
        return {"booleanValue": value}
    if isinstance(value, int | float):
        return {"numberValue": float(value)}
    return {"stringValue": str(value)}
