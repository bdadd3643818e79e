"""What each column of the ledger may hold: asked of rows that come from outside, where nothing but we has written.

A file of an export is text that anybody may have edited. Whatever is taken in is read for ever after without another
look, so a value that a later command could not read is refused at the door.
"""

from __future__ import annotations

from base64 import b64decode
from enum import Enum
from types import GenericAlias
from typing import Any, Final, TypedDict

import msgspec
from sqlalchemy import BigInteger, Column, Integer, LargeBinary

from connector.ports import JobState
from connector.store.ledger.nights import OUTCOMES, NightEnd
from connector.store.ledger.tables import State, Told

EARLIEST: Final = -62_135_596_800 + 366 * 86_400
"""Epoch seconds: a time that is shown in any time zone stays in the years that a calendar has."""
LATEST: Final = 253_402_300_800 - 366 * 86_400

_WORDS: Final[dict[tuple[str, str], type[Enum]]] = {
    ("change", "state"): State,
    ("delivery", "state"): Told,
    ("job", "state"): JobState,
    ("night", "outcome"): NightEnd,
}
_UNDER_WAY: Final = ("night", "outcome")
"""May be empty as well: while the night is at work."""


_NUMBERS: Final = dict.fromkeys(OUTCOMES.values(), int)
_record: Final[Any] = TypedDict
"""Called by another name, as the keys come from OUTCOMES: a type checker wants them written out."""

_WRITTEN: Final = _record("_WRITTEN", {"plan": str, **_NUMBERS}, total=False)
_NIGHT: Final = _record(
    "_NIGHT",
    {
        **_NUMBERS,
        "read": int,
        "people": int,
        "changes": dict[str, int],
        "waiting_changes": int,
        "findings": dict[str, int],
        "never attended": list[str],
        "resumed": str,
        "written": GenericAlias(list, _WRITTEN),
        "outcomes": dict[str, dict[str, int]],
        "calls": int,
        "cleared": dict[str, int],
        "not cleared": str,
    },
    total=False,
)
"""The numbers of a night, as far as they are shown."""

_TEXTS: Final[dict[tuple[str, str], Any]] = {
    ("plan", "marks"): dict[str, str],
    ("plan", "findings"): dict[str, int],
    ("plan", "warnings"): tuple[str, ...],
    ("change", "raw"): dict[str, str],
    ("change", "put"): dict[str, str],
    ("night", "told"): _NIGHT,
}
"""Columns of JSON text, by what is in it."""


def admitted(column: Column[Any], value: Any) -> Any:
    """The value as it is stored. Raises ValueError saying what it is not, without repeating it."""
    if value is None:
        if not column.nullable:
            raise ValueError("it may not be empty")
        return None
    key = (str(column.table.name), str(column.name))
    if isinstance(column.type, LargeBinary):
        return _bytes(value)
    if isinstance(column.type, Integer):
        _whole(column, value)
    elif type(value) is not str:
        raise ValueError("it is no text")
    if key in _WORDS and not (value == "" and key == _UNDER_WAY):
        _word(_WORDS[key], value)
    if key in _TEXTS:
        _json(_TEXTS[key], value)
    return value


def _bytes(value: Any) -> bytes:
    try:
        return b64decode(value, validate=True)
    except (ValueError, TypeError) as error:
        raise ValueError("it is not base64") from error


def _whole(column: Column[Any], value: Any) -> None:
    if type(value) is not int:
        raise ValueError("it is no whole number")
    wide = isinstance(column.type, BigInteger)
    if wide and column.name != "person_id":
        if not EARLIEST <= value <= LATEST:
            raise ValueError("it is no time: the year is not one of 2 to 9998")
    elif not -(2 ** (63 if wide else 31)) <= value < 2 ** (63 if wide else 31):
        raise ValueError("the number is too large")


def _word(known: type[Enum], value: Any) -> None:
    if value not in {one.value for one in known}:
        raise ValueError(f"it is none of {', '.join(repr(one.value) for one in known)}")


def _json(shape: Any, text: str) -> None:
    try:
        msgspec.json.decode(text, type=shape)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ValueError("it is not the JSON that belongs there") from error
