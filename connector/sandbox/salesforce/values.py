"""A value from JSON, CSV or SOAP in the form a column stores it: the type rules that every write path shares."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.stamps import stamp

Stored = str | int | float | None
Coerce = Callable[[object], Stored]

_DATETIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$")
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|T00:00:00(?:\.0+)?(?:Z|[+-]\d\d:?\d\d)?)?$")
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?Z?$")


class WrongTypeError(ValueError):
    """A value that is not of the field's type."""


def coercion(field: FieldType) -> Coerce:
    """What brings a value for that field into its stored form, None staying None. It raises WrongTypeError."""
    return _BY_TYPE.get(field.type, _text)


def _text(value: object) -> Stored:
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise WrongTypeError(value)


def _any(value: object) -> Stored:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    return _text(value)


def _boolean(value: object) -> Stored:
    if value is None or value == "":
        return 0
    if isinstance(value, bool):
        return int(value)
    text = str(value).lower()
    if text in ("true", "1"):
        return 1
    if text in ("false", "0"):
        return 0
    raise WrongTypeError(value)


def _decimal(value: object) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise WrongTypeError(value)
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise WrongTypeError(value) from None
    if not number.is_finite():
        raise WrongTypeError(value)
    return number


def _int(value: object) -> Stored:
    if type(value) is int:
        return value
    number = _decimal(value)
    if number is not None and number != number.to_integral_value():
        raise WrongTypeError(value)
    return None if number is None else int(number)


def _float(value: object) -> Stored:
    number = _decimal(value)
    return None if number is None else float(number)


def _date(value: object) -> Stored:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    matched = _DATE.match(value) if isinstance(value, str) else None
    if matched is None:
        raise WrongTypeError(value)
    try:
        return date.fromisoformat(matched.group(1)).isoformat()
    except ValueError:
        raise WrongTypeError(value) from None


def _datetime(value: object) -> Stored:
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return stamp(value if value.tzinfo else value.replace(tzinfo=UTC))
    if not isinstance(value, str):
        raise WrongTypeError(value)
    return _moment(value)


@lru_cache(maxsize=65_536)
def _moment(text: str) -> str:
    try:
        if _DATETIME.match(text):
            moment = datetime.fromisoformat(text)
        elif len(text) == 10:
            moment = datetime.combine(date.fromisoformat(text), datetime.min.time())
        else:
            raise WrongTypeError(text)
    except ValueError:
        raise WrongTypeError(text) from None
    return stamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _time(value: object) -> Stored:
    if value is None or value == "":
        return None
    matched = _TIME.match(value) if isinstance(value, str) else None
    if matched is None or int(matched.group(1)) > 23 or int(matched.group(2)) > 59:
        raise WrongTypeError(value)
    return f"{matched.group(1)}:{matched.group(2)}:{matched.group(3) or '00'}.000Z"


def _id(value: object) -> Stored:
    if value is None or value == "":
        return None
    found = _to18(value) if isinstance(value, str) else None
    if found is None:
        raise WrongTypeError(value)
    return found


_to18 = lru_cache(maxsize=65_536)(to18)


_BY_TYPE: dict[str, Coerce] = {
    "boolean": _boolean,
    "int": _int,
    "double": _float,
    "currency": _float,
    "percent": _float,
    "date": _date,
    "datetime": _datetime,
    "time": _time,
    "id": _id,
    "reference": _id,
    "anyType": _any,
}
