"""Objects as describe and the object list show them to one user."""

from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce import picklists
from connector.sandbox.salesforce.access import Access
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.describe_field import describe_field

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

MASTER_RECORD_TYPE = "012000000000000AAA"
_SCOPES = {
    "Lead": ("everything", "mine", "queue_owned", "scopingRule", "team", "user_owned"),
    "Event": ("delegated", "everything", "mine", "scopingRule", "team"),
}
_SCOPE_LABELS = {
    "delegated": "My delegated {}",
    "everything": "All {}",
    "mine": "My {}",
    "queue_owned": "Queue owned {}",
    "scopingRule": "Filter by scope",
    "team": "My team's {}",
    "user_owned": "User owned {}",
}


def brief(access: Access, found: ObjectType, root: str) -> dict[str, Any]:
    """An object as the list of objects shows it. `root` is the path of the API version."""
    rights = access.rights(found)
    base = f"{root}/sobjects/{found.name}"
    urls = {"rowTemplate": f"{base}/{{ID}}", "describe": f"{base}/describe", "sobject": base}
    if found.layoutable:
        urls = {"compactLayouts": f"{base}/describe/compactLayouts", **urls}
    return {
        "activateable": False,
        "associateEntityType": "History" if found.name.endswith("History") else None,
        "associateParentEntity": None,
        "createable": found.createable and rights.create,
        "custom": found.custom,
        "customSetting": False,
        "deepCloneable": found.name == "Opportunity",
        "deletable": found.deletable and rights.delete,
        "deprecatedAndHidden": False,
        "feedEnabled": found.feed,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": found.prefix,
        "label": found.label,
        "labelPlural": found.plural,
        "layoutable": found.layoutable,
        "mergeable": found.mergeable and rights.delete,
        "mruEnabled": found.mru,
        "name": found.name,
        "queryable": found.queryable,
        "replicateable": found.replicateable,
        "retrieveable": True,
        "searchable": found.searchable,
        "triggerable": found.layoutable,
        "undeletable": found.undeletable and rights.delete,
        "updateable": found.updateable and rights.edit,
        "urls": urls,
    }


def full(org: "Org", access: Access, visible: ObjectType, root: str) -> dict[str, Any]:
    """An object's describe, of a `visible` object type as `Access.visible` gives it."""
    out: dict[str, Any] = {
        **brief(access, visible, root),
        "actionOverrides": [],
        "childRelationships": _children(org, access, visible),
        "compactLayoutable": visible.layoutable,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": [_field(org, access, visible, field) for field in visible.fields],
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": record_type_infos(org, visible, root),
        "searchLayoutable": visible.searchable,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": _scopes(visible),
        "urls": _urls(visible, root),
    }
    return dict(sorted(out.items()))


def _field(org: "Org", access: Access, found: ObjectType, field: FieldType) -> dict[str, Any]:
    rights = access.rights(found)
    edits = access.edits(found, field)
    values = [item for item in picklists.values(org, field) if item.active]
    default: Any = False if field.type == "boolean" and field.formula is None else picklists.default(org, field)
    if isinstance(field.default, bool):
        default = field.default
    return describe_field(
        field,
        values,
        default,
        createable=field.createable and edits and rights.create,
        updateable=field.updateable and edits and rights.edit,
    )


def _children(org: "Org", access: Access, found: ObjectType) -> list[dict[str, Any]]:
    return [
        {
            "cascadeDelete": field.cascade_delete,
            "childSObject": child.name,
            "deprecatedAndHidden": False,
            "field": field.name,
            "junctionIdListNames": [],
            "junctionReferenceTo": [],
            "relationshipName": field.child_relationship,
            "restrictedDelete": field.restrict_delete,
        }
        for child in org.objects.values()
        for field in child.fields
        if found.name in field.reference_to and field.name != "MasterRecordId" and access.visible(child.name)
    ]


def record_type_infos(org: "Org", found: ObjectType, root: str) -> list[dict[str, Any]]:
    """The record types of an object, the master one last."""
    rows = org.storage.reader().execute(
        'SELECT "Id", Name, DeveloperName, IsActive FROM RecordType WHERE SobjectType = ? ORDER BY Name', (found.name,)
    )
    kinds = [(*row, False) for row in rows] + [(MASTER_RECORD_TYPE, "Master", "Master", 1, True)]
    return [
        {
            "active": bool(active),
            "available": bool(active),
            "defaultRecordTypeMapping": place == 0,
            "developerName": developer_name,
            "master": master,
            "name": name,
            "recordTypeId": id18,
            "urls": {"layout": f"{root}/sobjects/{found.name}/describe/layouts/{id18}"},
        }
        for place, (id18, name, developer_name, active, master) in enumerate(kinds)
    ]


def _scopes(found: ObjectType) -> list[dict[str, str]]:
    names = _SCOPES.get(
        found.name, ("everything", "mine", "scopingRule", "team") if found.layoutable else ("everything",)
    )
    plural = found.plural.lower()
    return [{"label": _SCOPE_LABELS[name].format(plural), "name": name} for name in names]


def _urls(found: ObjectType, root: str) -> dict[str, str]:
    base = f"{root}/sobjects/{found.name}"
    urls = {"rowTemplate": f"{base}/{{ID}}", "describe": f"{base}/describe", "sobject": base}
    if not found.layoutable:
        return urls
    urls |= {
        "compactLayouts": f"{base}/describe/compactLayouts",
        "uiDetailTemplate": "/{ID}",
        "uiEditTemplate": "/{ID}/e",
        "uiNewRecord": f"/{found.prefix}/e",
        "quickActions": f"{base}/quickActions",
        "layouts": f"{base}/describe/layouts",
    }
    if found.name == "Event":
        return urls | {"eventSeriesUpdates": f"{base}/{{ID}}/fromThisEventOnwards"}
    return urls | {"approvalLayouts": f"{base}/describe/approvalLayouts", "listviews": f"{base}/listviews"}
