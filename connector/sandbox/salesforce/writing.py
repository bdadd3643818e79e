"""How the REST resources write: the headers that steer a write, and refusals as the API words them."""

from typing import Any

from connector.sandbox.salesforce.dml.results import BadRequestError, Options, RowError, RowResult
from connector.sandbox.salesforce.http import ApiError, Call
from connector.sandbox.salesforce.ids import to18

_STATUS = {
    "ENTITY_IS_DELETED": 404,
    "NOT_FOUND": 404,
    "INSUFFICIENT_ACCESS_OR_READONLY": 403,
}
"""HTTP statuses other than 400."""


def options(call: Call, *, all_or_none: bool = False) -> Options:
    """What the request's headers say about the write [D headers_autoassign, headers_duplicaterules]."""
    assign = call.header("sforce-auto-assign", "TRUE").strip()
    auto: bool | str = assign.upper() == "TRUE"
    if assign.upper() not in ("TRUE", "FALSE"):
        auto = to18(assign) or False
    duplicate = call.header("sforce-duplicate-rule-header").replace(" ", "").lower()
    return Options(
        user_id=call.user_id,
        all_or_none=all_or_none,
        auto_assign=auto,
        allow_duplicates="allowsave=true" in duplicate,
        from_json=True,
    )


def request_error(error: BadRequestError) -> ApiError:
    """A refused request as the API answers it."""
    return ApiError(_STATUS.get(error.code, 400), error.code, error.message)


def row_error(result: RowResult) -> ApiError:
    """The refusal of the only row of a request, as the answer to that request."""
    first = result.errors[0]
    if first.code == "INVALID_CROSS_REFERENCE_KEY" and not first.fields:
        return ApiError(404, "NOT_FOUND", "The requested resource does not exist")
    made = ApiError(_STATUS.get(first.code, 400), first.code, first.message, first.fields, **first.more)
    made.whole = [_body(error) for error in result.errors]
    return made


def _body(error: RowError) -> dict[str, Any]:
    body = {**error.more, "message": error.message, "errorCode": error.code}
    return body if error.more else {**body, "fields": list(error.fields)}


def row_body(result: RowResult) -> dict[str, Any]:
    """A row's outcome in a collection; a refused row carries no id, and its errors say `statusCode` [D, C]."""
    if result.success:
        body: dict[str, Any] = {"id": result.id, "success": True, "errors": []}
    else:
        errors = [
            {**error.more, "statusCode": error.code, "message": error.message, "fields": list(error.fields)}
            for error in result.errors
        ]
        body = {"success": False, "errors": errors}
    return body if result.created is None else {**body, "created": result.created}
