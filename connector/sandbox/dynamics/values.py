"""Values on their way in: Python values or CSV text brought into stored form."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from connector.sandbox.dynamics.catalogue import Attribute
from connector.sandbox.dynamics.catalogue.types import CHOICES, FRACTIONS, LOOKUPS, WHOLE
from connector.sandbox.dynamics.stamps import stamp

Stored = str | int | float | None
_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
_FLAGS = {"true": 1, "1": 1, "yes": 1, "false": 0, "0": 0, "no": 0}


def guid(text: object) -> str | None:
    """A GUID in lower case with hyphens, without braces, or None if the text is none."""
    if not isinstance(text, str):
        return None
    plain = text.strip().strip("{}").lower()
    if _GUID.match(plain):
        return plain
    if len(plain) == 32 and all(one in "0123456789abcdef" for one in plain):
        return "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))
    return None


def coercion(attribute: Attribute) -> Callable[[Any], Stored]:
    """What brings a Python value or text into the stored form of a column. It raises ValueError; "" is null."""
    kind = attribute.type
    if kind in LOOKUPS or kind == "Uniqueidentifier":
        return _filled(_guid)
    if kind in CHOICES or kind in WHOLE:
        return _filled(_whole)
    if kind in FRACTIONS:
        return _filled(float)
    if kind == "Boolean":
        return _filled(_flag)
    if kind == "DateTime":
        return _filled(_day if attribute.date_only else _moment)
    return _filled(str)


def _filled(coerce: Callable[[Any], Stored]) -> Callable[[Any], Stored]:
    def made(value: Any) -> Stored:
        return None if value is None or value == "" else coerce(value)

    return made


def _guid(value: Any) -> str:
    found = guid(str(value))
    if found is None:
        raise ValueError(f"{value!r} is not a GUID")
    return found


def _whole(value: Any) -> int:
    if isinstance(value, float) and not value.is_integer():
        raise ValueError(f"{value!r} is not a whole number")
    return int(value)


def _flag(value: Any) -> int:
    if isinstance(value, (bool, int)):
        return int(bool(value))
    found = _FLAGS.get(str(value).strip().lower())
    if found is None:
        raise ValueError(f"{value!r} is neither true nor false")
    return found


def _day(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return date.fromisoformat(str(value)[:10]).isoformat()


def _moment(value: Any) -> str:
    if isinstance(value, datetime):
        return stamp(value if value.tzinfo else value.replace(tzinfo=UTC))
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00Z"
    found = datetime.fromisoformat(str(value).strip())
    return stamp(found if found.tzinfo else found.replace(tzinfo=UTC))
