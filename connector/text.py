"""The canonical text of a field's value: what plans, the ledger and comparisons use, and how to read it back.

text      as it is; the empty text is None
number    no trailing zeros, at most 6 decimals: `12.5`
whole     `3`
flag      `true` / `false`
date      `2026-01-31`
datetime  UTC to the second: `2026-01-31T09:00:00Z`
"""

from __future__ import annotations

from datetime import UTC, date, datetime

from connector.model import FIELDS, Kind, Scalar

_TEXT, _FLAG, _DATETIME, _DATE, _WHOLE = Kind.TEXT, Kind.FLAG, Kind.DATETIME, Kind.DATE, Kind.WHOLE


def to_text(kind: Kind, value: Scalar) -> str | None:
    """The canonical text of `value`; None for an empty field. Raises ValueError if the value does not fit the kind."""
    if value is None or value == "":
        return None
    if kind is _TEXT:
        return str(value)
    if kind is _FLAG:
        return "true" if value else "false"
    if kind is _DATETIME:
        if not isinstance(value, datetime):
            raise ValueError(f"not a time: {value!r}")
        return value.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if kind is _DATE:
        if not isinstance(value, date):
            raise ValueError(f"not a date: {value!r}")
        return value.isoformat()[:10]
    if isinstance(value, date):
        raise ValueError(f"not a number: {value!r}")
    if kind is _WHOLE:
        return str(int(value))
    return f"{round(float(value), 6):f}".rstrip("0").rstrip(".")


def from_text(kind: Kind, text: str | None) -> Scalar:
    """The value that `text` stands for. Raises ValueError if it is not canonical text of that kind."""
    if text is None:
        return None
    if kind is Kind.TEXT:
        return text
    if kind is Kind.FLAG:
        if text not in ("true", "false"):
            raise ValueError(f"neither true nor false: {text!r}")
        return text == "true"
    if kind is Kind.DATETIME:
        return datetime.fromisoformat(text).astimezone(UTC)
    if kind is Kind.DATE:
        return date.fromisoformat(text)
    return int(text) if kind is Kind.WHOLE else float(text)


def field_text(field: str, value: Scalar) -> str | None:
    """The canonical text of a value of one of `FIELDS`."""
    return to_text(FIELDS[field], value)
