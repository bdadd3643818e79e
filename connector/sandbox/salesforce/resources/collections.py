"""sObject collections: up to 200 records in one call, each with an outcome of its own."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

import msgspec

from connector.sandbox.salesforce import records
from connector.sandbox.salesforce.dml.results import BadRequestError, Options, Record, RowResult, rolled_back
from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.resources.describe import visible
from connector.sandbox.salesforce.writing import options, request_error, row_body

MOST = 200
"""Records in one call [R, D collections_update]."""
MOST_CHUNKS = 10
"""Runs of records of one type in one call [D collections_update]."""
SETUP = frozenset(
    {
        "FieldPermissions", "Group", "GroupMember", "ObjectPermissions", "PermissionSet", "PermissionSetAssignment",
        "QueueSobject", "User", "UserRole",
    }
)  # fmt: skip
"""Objects of setup, which cannot be written in one call with others [D collections]."""
MOST_READ = 2_000
"""Ids in one POST that retrieves many."""

Write = Callable[[str, Sequence[Any], Options], list[RowResult]]


class _Undo(Exception):
    """Rolls back every run of the request."""


def create(call: Call) -> Answer:
    """`POST /composite/sobjects`."""
    return _write(call, call.org.insert)


def change(call: Call) -> Answer:
    """`PATCH /composite/sobjects`."""
    return _write(call, call.org.update)


def remove(call: Call) -> Answer:
    """`DELETE /composite/sobjects?ids=a,b&allOrNone=false`."""
    ids = [text for text in call.query.get("ids", "").split(",") if text]
    _limit(len(ids))
    kinds = {found.prefix: found.name for found in reversed(call.org.objects.values())}
    typed = [(kinds.get((to18(text) or "")[:3], ""), text) for text in ids]
    unknown = next((text for kind, text in typed if not kind), None)
    if unknown is not None:
        raise ApiError(400, "MALFORMED_ID", f"malformed id {unknown}")
    settings = options(call, all_or_none=call.query.get("allOrNone", "").lower() == "true")
    return _runs(call, typed, call.org.delete, settings)


def upsert(call: Call) -> Answer:
    """`PATCH /composite/sobjects/Contact/Ext__c`."""
    found = visible(call)
    key = call.args["field"]

    def write(object_name: str, rows: Sequence[Record], settings: Options) -> list[RowResult]:
        return call.org.upsert(found.name, key, rows, settings)

    return _write(call, write)


def read(call: Call) -> Answer:
    """`GET /composite/sobjects/Lead?ids=&fields=`."""
    names = call.query.get("fields", "").split(",")
    return _read(call, call.query.get("ids", "").split(","), names)


def read_many(call: Call) -> Answer:
    """`POST /composite/sobjects/Lead` with `{"ids": [...], "fields": [...]}`."""
    body = call.json()
    if not isinstance(body, dict) or not isinstance(body.get("ids"), list) or not isinstance(body.get("fields"), list):
        raise ApiError(400, "JSON_PARSER_ERROR", "Expected ids and fields at [line:1, column:1]")
    return _read(call, body["ids"], body["fields"])


def _read(call: Call, ids: Sequence[str], names: Sequence[str]) -> Answer:
    found = visible(call)
    if len(ids) > MOST_READ:
        raise ApiError(400, "EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_READ} records")
    if not any(names):
        raise ApiError(400, "MISSING_ARGUMENT", "Required parameter fields is missing")
    known = [to18(text) for text in ids]
    bad = next((raw for raw, id18 in zip(ids, known, strict=True) if id18 is None or id18[:3] != found.prefix), None)
    if bad is not None:
        raise ApiError(400, "MALFORMED_ID", f"{found.label} ID: id value of incorrect type: {bad}", ["Id"])
    return Answer(body=records.fetch(call, found, [id18 for id18 in known if id18], names))


def _write(call: Call, write: Write) -> Answer:
    body = call.json()
    rows = body.get("records") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise ApiError(400, "JSON_PARSER_ERROR", "Expected a list of records at [line:1, column:1]")
    _limit(len(rows))
    typed = [(_type(row), row) for row in rows]
    return _runs(call, typed, write, options(call, all_or_none=bool(body.get("allOrNone"))))


def _limit(count: int) -> None:
    if count > MOST:
        text = f"record limit reached. cannot submit more than {MOST} records into this call"
        raise ApiError(400, "EXCEEDED_ID_LIMIT", text)


def _type(row: object) -> str:
    attributes = row.get("attributes") if isinstance(row, dict) else None
    kind = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(kind, str):
        raise ApiError(400, "INVALID_TYPE", "sObject type is missing: every record needs attributes.type")
    return kind


def _runs(call: Call, typed: Sequence[tuple[str, Any]], write: Write, settings: Options) -> Answer:
    """Write run by run of one type; with all-or-none a failure in one run undoes all."""
    runs = [(kind, [row for _, row in rows]) for kind, rows in groupby(typed, key=lambda pair: pair[0])]
    if len(runs) > MOST_CHUNKS:
        text = (
            f"Cannot have more than {MOST_CHUNKS} chunks in a single operation. Please rearrange the data to reduce"
            " chunking."
        )
        raise ApiError(400, "LIMIT_EXCEEDED", text)
    for kind, _ in runs:
        if call.access.visible(kind) is None:
            raise ApiError(400, "INVALID_TYPE", f"sObject type '{kind}' is not supported.")
    if len({kind in SETUP for kind, _ in runs}) > 1:
        raise ApiError(400, "MIXED_DML_OPERATION", "Setup objects and other objects cannot be written in one call")
    each = msgspec.structs.replace(settings, all_or_none=settings.all_or_none and len(runs) == 1)
    results: list[RowResult] = []
    try:
        with call.org.storage.transaction():
            for kind, rows in runs:
                results += write(kind, rows, each)
            if settings.all_or_none and len(runs) > 1 and not all(result.success for result in results):
                raise _Undo
    except _Undo:
        results = rolled_back(results)
    except BadRequestError as error:
        raise request_error(error) from error
    return Answer(body=[row_body(result) for result in results])


ROUTES = [
    Route("/services/data/{v}/composite/sobjects", POST=create, PATCH=change, DELETE=remove),
    Route("/services/data/{v}/composite/sobjects/{object}", GET=read, POST=read_many),
    Route("/services/data/{v}/composite/sobjects/{object}/{field}", PATCH=upsert),
]
