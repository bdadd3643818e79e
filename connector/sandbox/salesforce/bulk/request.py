"""The bodies that clients send to bulk jobs."""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec

from connector.sandbox.salesforce.http import ApiError, Call

Delimiter = Literal["BACKQUOTE", "CARET", "COMMA", "PIPE", "SEMICOLON", "TAB"]
Ending = Literal["LF", "CRLF"]
Operation = Literal["insert", "update", "upsert", "delete", "hardDelete"]

Request = TypeVar("Request")


class IngestRequest(msgspec.Struct, forbid_unknown_fields=True):
    """The body that creates an ingest job. jsforce leaves everything but the first two to their defaults."""

    object: str
    operation: Operation
    contentType: Literal["CSV"] = "CSV"  # noqa: N815
    columnDelimiter: Delimiter = "COMMA"  # noqa: N815
    lineEnding: Ending = "LF"  # noqa: N815
    externalIdFieldName: str | None = None  # noqa: N815
    assignmentRuleId: str | None = None  # noqa: N815


class _State(msgspec.Struct):
    state: str


def asked(call: Call, kind: type[Request]) -> Request:
    """The body as that request. Raises ApiError 400 JSON_PARSER_ERROR."""
    try:
        return msgspec.convert(call.json(), kind)
    except msgspec.ValidationError as error:
        raise ApiError(400, "JSON_PARSER_ERROR", f"{error} at [line:1, column:1]") from error


def change_state(call: Call) -> str:
    """The state that a PATCH asks for."""
    return asked(call, _State).state
