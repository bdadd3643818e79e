"""`/sobjects/{object}/listviews` and what each view asks for [D resources_listviewdescribe]."""

from typing import Any

from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.customizations import Filter, ListView
from connector.sandbox.salesforce.http import Answer, Call, Route, not_found
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.resources.describe import visible
from connector.sandbox.salesforce.shown import developer_name, list_view_id


def listed(call: Call) -> Answer:
    """The list views of an object."""
    found = visible(call)
    views = [_brief(call, found, view) for view in call.org.rules.list_view if view.object == found.name]
    body = {"done": True, "listviews": views, "nextRecordsUrl": None, "size": len(views), "sobjectType": found.name}
    return Answer(body=body)


def one(call: Call) -> Answer:
    """A list view in brief."""
    found = visible(call)
    return Answer(body=_brief(call, found, _view(call, found)))


def described(call: Call) -> Answer:
    """A list view with its query and conditions."""
    found = visible(call)
    view = _view(call, found)
    names = [name for name in view.columns if name in found]
    conditions = [_condition(item) for item in view.filters]
    return Answer(
        body={
            "columns": [_column(found, name, place) for place, name in enumerate(names)],
            "id": list_view_id(view.object, view.name),
            "orderBy": [{"fieldNameOrPath": "Id", "nullsPosition": "first", "sortDirection": "ascending"}],
            "query": _query(found, names, view),
            "relatedEntityId": None,
            "scope": "everything",
            "sobjectType": found.name,
            "whereCondition": {"conditions": conditions, "conjunction": "and"},
        }
    )


def _view(call: Call, found: ObjectType) -> ListView:
    wanted = to18(call.args["id"])
    for view in call.org.rules.list_view:
        if view.object == found.name and list_view_id(view.object, view.name) == wanted:
            return view
    raise not_found()


def _brief(call: Call, found: ObjectType, view: ListView) -> dict[str, Any]:
    id18 = list_view_id(view.object, view.name)
    url = f"{call.root}/sobjects/{found.name}/listviews/{id18}"
    return {
        "describeUrl": f"{url}/describe",
        "developerName": developer_name(view.name),
        "id": id18,
        "label": view.name,
        "resultsUrl": f"{url}/results",
        "soqlCompatible": True,
        "url": url,
    }


def _column(found: ObjectType, name: str, place: int) -> dict[str, Any]:
    field = found.by_name[name.lower()]
    return {
        "ascendingLabel": "Z-A",
        "descendingLabel": "A-Z",
        "fieldNameOrPath": field.name,
        "hidden": False,
        "label": field.label,
        "selectListItem": f"toLabel({field.name})" if field.type == "picklist" else field.name,
        "sortDirection": "ascending" if place == 0 else None,
        "sortIndex": 0 if place == 0 else None,
        "sortable": field.sortable,
        "type": field.type,
    }


def _literals(item: Filter) -> list[str]:
    escaped = (part.strip().replace("\\", "\\\\").replace("'", "\\'") for part in item.value.split(","))
    return [f"'{part}'" if part else "null" for part in escaped]


def _condition(item: Filter) -> dict[str, Any]:
    operator = {"equals": "equals", "notEqual": "notEquals"}[item.operation]
    return {"field": item.field, "operator": operator, "values": _literals(item)}


def _query(found: ObjectType, names: list[str], view: ListView) -> str:
    stamps = [name for name in ("Id", "CreatedDate", "LastModifiedDate", "SystemModstamp") if name in found]
    parts = []
    for item in view.filters:
        values = _literals(item)
        if len(values) == 1:
            parts.append(f"{item.field} {'=' if item.operation == 'equals' else '!='} {values[0]}")
        else:
            parts.append(f"{item.field} {'IN' if item.operation == 'equals' else 'NOT IN'} ({', '.join(values)})")
    where = f" WHERE {' AND '.join(parts)}" if parts else ""
    return f"SELECT {', '.join([*names, *stamps])} FROM {found.name}{where} ORDER BY Id ASC NULLS FIRST"


ROUTES = [
    Route("/services/data/{v}/sobjects/{object}/listviews", GET=listed),
    Route("/services/data/{v}/sobjects/{object}/listviews/{id}", GET=one),
    Route("/services/data/{v}/sobjects/{object}/listviews/{id}/describe", GET=described),
]
