"""`/tooling/sobjects`: custom fields are made, changed and deleted here; everything else of the make-up is read."""

from collections.abc import Mapping
from contextlib import closing
from typing import Any

from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route, not_found
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.schema import fields
from connector.sandbox.salesforce.schema.refusal import RefusedError
from connector.sandbox.salesforce.soql.shape import converter
from connector.sandbox.salesforce.tooling.database import ToolingObjects, custom_fields, database
from connector.sandbox.salesforce.tooling.ids import named_id

_FIELD = "customfield"


def create(call: Call) -> Answer:
    """`POST /tooling/sobjects/CustomField` with FullName and Metadata: 201 with the id."""
    _check_right(call)
    _only_fields(call, "insert")
    body = _body(call)
    full_name = body.get("FullName")
    if not isinstance(full_name, str) or not full_name:
        raise ApiError(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [FullName]", ["FullName"])
    try:
        made = fields.create(call.org, full_name, _metadata(body))
    except RefusedError as error:
        raise _refused(error) from error
    id18 = named_id("00N", made)
    headers = {"Location": f"{call.root}/tooling/sobjects/CustomField/{id18}"}
    return Answer(201, {"id": id18, "success": True, "errors": [], "warnings": [], "infos": []}, headers)


def read(call: Call) -> Answer:
    """`GET /tooling/sobjects/{object}/{id}`: one record with everything, its Metadata too."""
    found = ToolingObjects().find(call.args["object"])
    if found is None:
        raise not_found()
    wanted = to18(call.args["id"]) or call.args["id"]
    names = [field.name for field in found.fields]
    columns = ", ".join(f'"{name}"' for name in names)
    with closing(database(call.org)) as db:
        row = db.execute(f'SELECT {columns} FROM "{found.name}" WHERE "Id" = ?', (wanted,)).fetchone()
    if row is None:
        raise not_found()
    url = f"{call.root}/tooling/sobjects/{found.name}/{wanted}"
    record: dict[str, Any] = {"attributes": {"type": found.name, "url": url}}
    for field, value in zip(found.fields, row, strict=True):
        record[field.name] = None if value is None else converter(field.type)(value)
    return Answer(body=record)


def change(call: Call) -> Answer:
    """`PATCH /tooling/sobjects/CustomField/{id}` with the whole Metadata: 204."""
    _check_right(call)
    _only_fields(call, "update")
    full_name = _full_name(call)
    body = _body(call)
    if body.get("FullName", full_name) != full_name:
        raise ApiError(400, "FIELD_INTEGRITY_EXCEPTION", "This sandbox cannot rename a field", ["FullName"])
    try:
        fields.change(call.org, full_name, _metadata(body))
    except RefusedError as error:
        raise _refused(error) from error
    return Answer(204)


def remove(call: Call) -> Answer:
    """`DELETE /tooling/sobjects/CustomField/{id}`: 204, and what was in the field is gone."""
    _check_right(call)
    _only_fields(call, "delete")
    try:
        fields.remove(call.org, _full_name(call))
    except RefusedError as error:
        raise _refused(error) from error
    return Answer(204)


def _check_right(call: Call) -> None:
    if not call.access.may("CustomizeApplication"):
        raise ApiError(403, "INSUFFICIENT_ACCESS", "insufficient access rights on object id", [])


def _only_fields(call: Call, verb: str) -> None:
    found = ToolingObjects().find(call.args["object"])
    if found is None:
        raise not_found()
    if found.name.lower() != _FIELD:
        raise ApiError(400, "INVALID_TYPE_FOR_OPERATION", f"entity type {found.name} does not support {verb}")


def _full_name(call: Call) -> str:
    wanted = to18(call.args["id"])
    for full, _, _ in custom_fields(call.org):
        if named_id("00N", full) == wanted:
            return full
    raise not_found()


def _body(call: Call) -> dict[str, Any]:
    body = call.json()
    if not isinstance(body, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "Expected a JSON object at [line:1, column:1]")
    unknown = next((name for name in body if name not in ("FullName", "Metadata", "attributes")), None)
    if unknown is not None:
        raise ApiError(400, "INVALID_FIELD", f"No such column '{unknown}' on sobject of type CustomField")
    return body


def _metadata(body: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = body.get("Metadata")
    if not isinstance(metadata, Mapping):
        raise ApiError(400, "REQUIRED_FIELD_MISSING", "Required fields are missing: [Metadata]", ["Metadata"])
    return metadata


def _refused(error: RefusedError) -> ApiError:
    return ApiError(400, error.code, error.message, error.fields)


ROUTES = [
    Route("/services/data/{v}/tooling/sobjects/{object}", POST=create),
    Route("/services/data/{v}/tooling/sobjects/{object}/{id}", GET=read, PATCH=change, DELETE=remove),
]
