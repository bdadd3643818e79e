"""Single rows: create, read, change, upsert, delete; one column of a row; the targets of its lookups."""

from typing import Any

from connector.sandbox.dynamics.catalogue import Attribute, Entity
from connector.sandbox.dynamics.dml import keys
from connector.sandbox.dynamics.dml.request import Written
from connector.sandbox.dynamics.errors import DataverseError, bad_payload, missing, no_segment
from connector.sandbox.dynamics.http import Answer, Call, Route
from connector.sandbox.dynamics.query.asked import Asked
from connector.sandbox.dynamics.query.places import children
from connector.sandbox.dynamics.query.reading import one
from connector.sandbox.dynamics.resources.collections import behind


def create(call: Call) -> Answer:
    """`POST /leads`: 204 with OData-EntityId, or 201 with the row when `return=representation` is preferred."""
    entity = call.entity()
    return written(call, entity, call.org.create(entity, call.json(), call.options()))


def read(call: Call) -> Answer:
    """`GET /leads(<guid>)`; with If-None-Match and the row's etag 304."""
    entity = call.entity()
    id = _found(call, entity)
    etag = call.header("if-none-match").strip()
    if etag and etag == _etag(call, entity, id) and "$expand" not in call.query and not call.annotated:
        return Answer(304, None, {"ETag": etag})
    body = represented(call, entity, id, call.raw_query)
    headers = {"ETag": body["@odata.etag"]} if "@odata.etag" in body else {}
    return Answer(200, body, headers)


def change(call: Call) -> Answer:
    """`PATCH /leads(<guid>)`: an upsert, unless If-Match or If-None-Match says otherwise."""
    entity = call.entity()
    key = keys.parsed(entity, call.args["key"])
    return written(call, entity, call.org.upsert(entity, key, call.json(), call.options()))


def remove(call: Call) -> Answer:
    """`DELETE /leads(<guid>)`: 204."""
    entity = call.entity()
    call.org.delete(entity, _found(call, entity), call.options())
    return Answer(204)


def written(call: Call, entity: Entity, row: Written) -> Answer:
    """What a write answers: where the row is, or the row itself."""
    if call.prefer.get("return") != "representation":
        url = f"{call.root}/{entity.set_name}({row.id})"
        headers = {"OData-EntityId": url}
        return Answer(204, None, {**headers, "Location": url} if row.created else headers)
    body = represented(call, entity, row.id, call.raw_query)
    return Answer(201 if row.created else 200, body, {"Preference-Applied": "return=representation"})


def represented(call: Call, entity: Entity, id: str, raw_query: str = "") -> dict[str, Any]:
    """A row as the caller may see it. Raises DataverseError: 404 without one, 403 for one out of the caller's reach."""
    path = f"{entity.set_name}({id})"
    asked = Asked(call.org, call.user_id, call.root, path, raw_query, call.header("prefer"))
    found = one(asked, entity, id)
    if found is not None:
        return found
    row = call.org.get(entity, id)
    if row is None:
        raise missing(entity.name, id)
    call.access.demand("Read", entity, row.get("ownerid"))
    raise missing(entity.name, id)


def read_part(call: Call) -> Answer:
    """`GET /leads(<guid>)/subject`: one value; `…/parentaccountid`: the row it points at; `…/Lead_Tasks`: the
    rows that point here.
    """
    entity = call.entity()
    id = _found(call, entity)
    name = call.args["name"]
    way = entity.navigation(name)
    if way is not None:
        return _target(call, entity, id, way[0])
    below = children(call.org.entities, entity, name)
    if below is not None:
        return behind(call, entity, id, below)
    attribute = _property(entity, name)
    asked = represented(call, entity, id, f"$select={attribute.property_name}")
    value = asked[attribute.property_name]
    if value is None:
        return Answer(204)
    context = f"{call.root}/$metadata#{entity.set_name}({id})/{attribute.property_name}"
    return Answer(200, {"@odata.context": context, "value": value})


def write_part(call: Call) -> Answer:
    """`PUT /leads(<guid>)/subject` with `{"value": …}`."""
    entity = call.entity()
    attribute = _property(entity, call.args["name"])
    body = call.json()
    if set(body) != {"value"}:
        raise bad_payload(entity.set_name, "A property 'value' was expected.")
    call.org.update(entity, _found(call, entity), {attribute.name: body["value"]}, call.options())
    return Answer(204)


def clear_part(call: Call) -> Answer:
    """`DELETE /leads(<guid>)/subject`: the column becomes empty."""
    entity = call.entity()
    attribute = _property(entity, call.args["name"])
    call.org.update(entity, _found(call, entity), {attribute.name: None}, call.options())
    return Answer(204)


def bind(call: Call) -> Answer:
    """`PUT /leads(<guid>)/parentaccountid/$ref` with `{"@odata.id": "…"}`."""
    entity = call.entity()
    target = call.json().get("@odata.id")
    if not isinstance(target, str):
        raise bad_payload(entity.set_name, "A property '@odata.id' was expected.")
    record = {f"{_lookup(entity, call.args['name'])}@odata.bind": target}
    call.org.update(entity, _found(call, entity), record, call.options())
    return Answer(204)


def unbind(call: Call) -> Answer:
    """`DELETE /leads(<guid>)/parentaccountid/$ref`: the lookup becomes empty."""
    entity = call.entity()
    record = {f"{_lookup(entity, call.args['name'])}@odata.bind": None}
    call.org.update(entity, _found(call, entity), record, call.options())
    return Answer(204)


def _found(call: Call, entity: Entity) -> str:
    return keys.found(call.org, entity, keys.parsed(entity, call.args["key"]))


def _etag(call: Call, entity: Entity, id: str) -> str:
    row = call.org.get(entity, id) or {}
    return f'W/"{row.get("versionnumber")}"'


def _property(entity: Entity, name: str) -> Attribute:
    found = entity.property(name)
    if found is None:
        raise no_segment(name)
    return found


def _lookup(entity: Entity, name: str) -> str:
    if entity.navigation(name) is None:
        raise no_segment(name)
    return name


def _target(call: Call, entity: Entity, id: str, attribute: Attribute) -> Answer:
    row = call.org.get(entity, id) or {}
    target = row.get(attribute.name)
    if target is None:
        return Answer(204)
    table = row[attribute.type_column] if attribute.type_column else attribute.targets[0]
    found = call.org.entities.get(str(table))
    if found is None:
        raise DataverseError(400, "0x80041102", f"The entity with a name = '{table}' was not found.")
    return Answer(200, represented(call, found, str(target), call.raw_query))


ROUTES = [
    Route("{set}", POST=create),
    Route("{set}({key})", GET=read, PATCH=change, DELETE=remove),
    Route("{set}({key})/{name}", GET=read_part, PUT=write_part, DELETE=clear_part),
    Route("{set}({key})/{name}/$ref", PUT=bind, DELETE=unbind),
]
