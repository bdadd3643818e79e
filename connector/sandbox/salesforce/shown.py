"""The records that stand for what admins built: list views, reports, flows, triggers, duplicate rules.

They are worked out from the rules in force whenever they are asked for.
"""

import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import msgspec

from connector.sandbox.salesforce.base import ADMIN_ID, BORN
from connector.sandbox.salesforce.tooling.ids import named_id

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

OBJECTS = ("ApexTrigger", "DuplicateRule", "FlowDefinitionView", "ListView", "Report")
_SETTING = "shown"
_STAMPS = {
    "CreatedDate": BORN, "CreatedById": ADMIN_ID, "LastModifiedDate": BORN, "LastModifiedById": ADMIN_ID,
    "SystemModstamp": BORN,
}  # fmt: skip
Row = dict[str, Any]


def refresh(org: "Org") -> None:
    """Bring the records up to date with the rules."""
    rules = org.rules
    named = (rules.apex_trigger, rules.duplicate_rule, rules.automation, rules.list_view, rules.report)
    signature = f"{zlib.crc32(msgspec.json.encode(named)):08x}"
    written = org.settings.get(_SETTING, {}).get("signature")
    if written == signature or (written is None and not any(named)):
        return
    with org.storage.transaction() as db:
        before = org.settings.get(_SETTING, {}).get("ids", [])
        for table in OBJECTS:
            db.executemany(f'DELETE FROM "{table}" WHERE "Id" = ?', [(id18,) for id18 in before])
        ids = []
        for table, row in _rows(org):
            whole = {name: value for name, value in {**_STAMPS, **row}.items() if name in org.objects[table]}
            columns, spots = ", ".join(f'"{name}"' for name in whole), ", ".join("?" * len(whole))
            db.execute(f'INSERT INTO "{table}" ({columns}) VALUES ({spots})', list(whole.values()))
            ids.append(row["Id"])
        org.settings[_SETTING] = {"signature": signature, "ids": ids}


def developer_name(label: str) -> str:
    """A label as an API name."""
    return "_".join("".join(char if char.isalnum() else " " for char in label).split())


def list_view_id(object_name: str, name: str) -> str:
    """The id of a list view."""
    return named_id("00B", f"{object_name}.{name}")


def report_id(name: str) -> str:
    """The id of a report."""
    return named_id("00O", name)


def _rows(org: "Org") -> Iterator[tuple[str, Row]]:
    rules = org.rules
    row: Row
    for view in rules.list_view:
        row = {"Id": list_view_id(view.object, view.name), "Name": view.name, "SobjectType": view.object}
        yield "ListView", row | {"DeveloperName": developer_name(view.name), "IsSoqlCompatible": True}
    for report in rules.report:
        row = {"Id": report_id(report.name), "Name": report.name, "FolderName": report.folder, "OwnerId": ADMIN_ID}
        yield "Report", row | {"DeveloperName": developer_name(report.name), "Format": "Tabular"}
    for rule in rules.duplicate_rule:
        row = {"Id": named_id("0Bm", f"{rule.object}.{rule.rule}"), "DeveloperName": rule.rule, "IsActive": True}
        yield "DuplicateRule", row | {"MasterLabel": rule.rule, "SobjectType": rule.object}
    for trigger in rules.apex_trigger:
        yield "ApexTrigger", _trigger(trigger.object, trigger.name, trigger.body, trigger.active)
    for place, flow in enumerate(rules.automation):
        name, label = flow.names(place)
        version = named_id("301", name)
        yield (
            "FlowDefinitionView",
            {
                "Id": named_id("300", name), "DurableId": named_id("300", name), "ApiName": name, "Label": label,
                "ProcessType": "AutoLaunchedFlow", "TriggerType": "RecordAfterSave",
                "RecordTriggerType": "CreateAndUpdate",
                "TriggerObjectOrEventId": flow.object, "TriggerObjectOrEventLabel": org.objects[flow.object].label,
                "ActiveVersionId": version if flow.active else None, "LatestVersionId": version,
                "IsActive": flow.active, "ManageableState": "unmanaged", "LastModifiedDate": BORN,
            },
        )  # fmt: skip


def _trigger(object_name: str, name: str, body: str, active: bool) -> Row:
    source = body or f"trigger {name} on {object_name} (before update) {{\n}}"
    return {
        "Id": named_id("01q", name), "Name": name, "TableEnumOrId": object_name, "Body": source, "ApiVersion": 59.0,
        "EntityDefinitionId": object_name, "Status": "Active" if active else "Inactive", "IsValid": True,
        "LengthWithoutComments": len(source), "UsageBeforeUpdate": True,
    }  # fmt: skip
