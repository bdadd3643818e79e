"""Single records: create, read, change, delete, and upsert by an external id."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn

from connector.sandbox.salesforce import describe, records
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.dml.results import BadRequestError, RowResult
from connector.sandbox.salesforce.dml.upsert import key_field, matches
from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route, not_found
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.resources.describe import visible
from connector.sandbox.salesforce.stamps import instant
from connector.sandbox.salesforce.values import WrongTypeError
from connector.sandbox.salesforce.writing import options, request_error, row_error


def about(call: Call) -> Answer:
    """`GET /sobjects/Lead`: the object in brief, and what the user looked at last."""
    found = visible(call)
    return Answer(body={"objectDescribe": describe.brief(call.access, found, call.root), "recentItems": []})


def create(call: Call) -> Answer:
    """`POST /sobjects/Lead`: 201 with id and Location."""
    found = visible(call)
    try:
        result = call.org.insert(found.name, [_record(call)], options(call))[0]
    except BadRequestError as error:
        raise request_error(error) from error
    return _written(call, found, result, created=None)


def read(call: Call) -> Answer:
    """`GET /sobjects/Lead/{id}`: the record, with `fields` those alone."""
    found = visible(call)
    id18 = _id(call, found)
    _unchanged_since(call, found, id18)
    return Answer(body=_one(call, found, id18))


def change(call: Call) -> Answer:
    """`PATCH /sobjects/Lead/{id}`: 204 without body."""
    found = visible(call)
    record = _record(call)
    if any(name.lower() == "id" for name in record):
        raise ApiError(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    id18 = _id(call, found)
    _unchanged_since(call, found, id18)
    try:
        result = call.org.update(found.name, [{**record, "Id": id18}], options(call))[0]
    except BadRequestError as error:
        raise request_error(error) from error
    if not result.success:
        raise row_error(result)
    return Answer(204)


def remove(call: Call) -> Answer:
    """`DELETE /sobjects/Lead/{id}`: 204, and the record is in the recycle bin."""
    found = visible(call)
    return _delete(call, found, _id(call, found))


def read_by_key(call: Call) -> Answer:
    """`GET /sobjects/Lead/Ext__c/{value}`."""
    found, field = _keyed(call)
    return Answer(body=_one(call, found, _single(call, found, field)))


def upsert(call: Call) -> Answer:
    """`PATCH /sobjects/Lead/Ext__c/{value}`: 201 when created, 200 when changed, 300 when several match."""
    found, field = _keyed(call)
    record = _record(call)
    if field.type != "id":
        if any(name.lower() == field.name.lower() for name in record):
            text = f"The {field.name} field should not be specified in the sobject data."
            raise ApiError(400, "INVALID_FIELD", text)
        _ids(call, found, field)
    try:
        record = {**record, field.name: call.args["value"]}
        result = call.org.upsert(found.name, field.name, [record], options(call))[0]
    except BadRequestError as error:
        raise request_error(error) from error
    return _written(call, found, result, created=result.created)


def remove_by_key(call: Call) -> Answer:
    """`DELETE /sobjects/Lead/Ext__c/{value}`."""
    found, field = _keyed(call)
    return _delete(call, found, _single(call, found, field))


def _record(call: Call) -> Mapping[str, Any]:
    record = call.json()
    if not isinstance(record, dict):
        raise ApiError(400, "JSON_PARSER_ERROR", "Expected a JSON object at [line:1, column:1]")
    return record


def _id(call: Call, found: ObjectType) -> str:
    raw = call.args["id"]
    id18 = to18(raw)
    if id18 is None:
        text = f"Provided external ID field does not exist or is not accessible: {raw}"
        raise ApiError(404, "NOT_FOUND", text)
    if id18[:3] != found.prefix:
        text = f"{found.label} ID: id value of incorrect type: {raw}"
        raise ApiError(400, "MALFORMED_ID", text, ["Id"])
    return id18


def _one(call: Call, found: ObjectType, id18: str) -> dict[str, Any]:
    named = call.query.get("fields")
    record = records.fetch(call, found, [id18], named.split(",") if named else None)[0]
    if record is None:
        _missing(call, found, id18)
    return record


def _missing(call: Call, found: ObjectType, id18: str) -> NoReturn:
    query = f'SELECT 1 FROM "{found.name}" WHERE "Id" = ?'
    if found.soft_delete and call.org.storage.reader().execute(query, (id18,)).fetchone():
        raise ApiError(404, "ENTITY_IS_DELETED", "entity is deleted", [])
    raise not_found()


def _delete(call: Call, found: ObjectType, id18: str) -> Answer:
    try:
        result = call.org.delete(found.name, [id18], options(call))[0]
    except BadRequestError as error:
        raise request_error(error) from error
    if not result.success:
        raise row_error(result)
    return Answer(204)


def _written(call: Call, found: ObjectType, result: RowResult, created: bool | None) -> Answer:
    if not result.success:
        raise row_error(result)
    body: dict[str, Any] = {"id": result.id, "success": True, "errors": []}
    headers = {"Location": f"{call.root}/sobjects/{found.name}/{result.id}"}
    if created is None:
        return Answer(201, body, headers)
    return Answer(201 if created else 200, {**body, "created": created}, headers)


def _unchanged_since(call: Call, found: ObjectType, id18: str) -> None:
    """412 when the record changed after `If-Unmodified-Since` [D errorcodes]; the header has whole seconds."""
    since = call.header("if-unmodified-since")
    if not since or "LastModifiedDate" not in found:
        return
    query = f'SELECT LastModifiedDate FROM "{found.name}" WHERE "Id" = ?'
    row = call.org.storage.reader().execute(query, (id18,)).fetchone()
    try:
        moment = parsedate_to_datetime(since)
    except ValueError:
        raise ApiError(400, "INVALID_FIELD", f"If-Unmodified-Since is not an HTTP date: {since}") from None
    if row and instant(row[0]) > moment:
        raise ApiError(412, "PRECONDITION_FAILED", "Precondition failed: the record was modified since then")


def _keyed(call: Call) -> tuple[ObjectType, FieldType]:
    found = visible(call)
    try:
        return found, key_field(call.org, found, call.args["field"], options(call))
    except BadRequestError as error:
        raise request_error(error) from error


def _ids(call: Call, found: ObjectType, field: FieldType) -> list[str]:
    try:
        ids = matches(call.org, found, field, call.args["value"])
    except WrongTypeError:
        raise not_found() from None
    if len(ids) > 1:
        raise _ManyError(f"{call.root}/sobjects/{found.name}/{id18}" for id18 in ids)
    return ids


def _single(call: Call, found: ObjectType, field: FieldType) -> str:
    ids = _ids(call, found, field)
    if not ids:
        raise not_found()
    return ids[0]


class _ManyError(ApiError):
    """Several records have that external id: 300 with their paths."""

    def __init__(self, urls: Any) -> None:
        super().__init__(300, "", "")
        self.whole = list(urls)


ROUTES = [
    Route("/services/data/{v}/sobjects/{object}", GET=about, POST=create),
    Route("/services/data/{v}/sobjects/{object}/{id}", GET=read, PATCH=change, DELETE=remove),
    Route("/services/data/{v}/sobjects/{object}/{field}/{value}", GET=read_by_key, PATCH=upsert, DELETE=remove_by_key),
]
