"""What a write asks for and what it comes to, row by row."""

from collections.abc import Mapping
from typing import Any

import msgspec

from connector.sandbox.salesforce.base import INTEGRATION_ID

Record = Mapping[str, Any]


class RowError(msgspec.Struct, frozen=True):
    """Why a row was refused: status code, message for people, fields at fault; `more` holds other keys of the error."""

    code: str
    message: str
    fields: tuple[str, ...] = ()
    more: dict[str, Any] = {}


class RowResult(msgspec.Struct, frozen=True):
    """What became of one row. `id` is None where a refused row has none; `created` is set by upsert only."""

    id: str | None
    errors: tuple[RowError, ...] = ()
    created: bool | None = None

    @property
    def success(self) -> bool:
        """Whether the row was written."""
        return not self.errors


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How to write. `auto_assign`: True runs the active assignment rule, False none, an id that rule. `from_json`
    makes a value of the wrong type refuse the whole request, as a JSON parser does, instead of its row. `system` writes
    as the platform itself: no field access, no read-only fields, no automations. `hard` deletes past the recycle bin.
    """

    user_id: str = INTEGRATION_ID
    all_or_none: bool = False
    auto_assign: bool | str = True
    allow_duplicates: bool = False
    from_json: bool = False
    system: bool = False
    hard: bool = False


class BadRequestError(Exception):
    """The whole request is refused before any row is looked at: INVALID_FIELD, JSON_PARSER_ERROR, INVALID_TYPE ..."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


ROLLED_BACK = RowError(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)


def refused(code: str, message: str, *fields: str, id: str | None = None) -> RowResult:
    """A row refused for one reason."""
    return RowResult(id, (RowError(code, message, fields),))


def rolled_back(results: list[RowResult]) -> list[RowResult]:
    """The results when one failure undoes all rows."""
    return [result if result.errors else RowResult(None, (ROLLED_BACK,)) for result in results]
