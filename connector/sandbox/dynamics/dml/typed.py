"""Values of a JSON body, checked against their column and brought into stored form."""

import math
import re
from datetime import date, datetime
from typing import Any

from connector.sandbox.dynamics.catalogue import Attribute, Entity
from connector.sandbox.dynamics.catalogue.types import CHOICES, FRACTIONS, WHOLE
from connector.sandbox.dynamics.errors import DataverseError, bad_payload
from connector.sandbox.dynamics.stamps import stamp
from connector.sandbox.dynamics.values import Stored, guid

_EDM = {
    "String": "Edm.String", "Memo": "Edm.String", "EntityName": "Edm.String", "Boolean": "Edm.Boolean",
    "BigInt": "Edm.Int64", "Double": "Edm.Double", "Decimal": "Edm.Decimal", "Money": "Edm.Decimal",
    "DateTime": "Edm.DateTimeOffset", "Uniqueidentifier": "Edm.Guid", "MultiSelectPicklist": "Edm.String",
}  # fmt: skip
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$")
_EARLIEST = "1753-01-01"


def typed(entity: Entity, one: Attribute, value: Any) -> Stored:
    """The stored form of a value that a body gives a column. Raises DataverseError, worded as the platform does."""
    if value is None or value == "":
        _check_null(entity, one, value)
        return None
    if one.type in CHOICES:
        return _choice(entity, one, value)
    if one.type in WHOLE:
        return int(_within(entity, one, _whole(entity, one, value)))
    if one.type in FRACTIONS:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            raise _wrong_type(entity, one, value)
        return round(float(_within(entity, one, value)), one.precision) if one.precision else float(value)
    if one.type == "Boolean":
        if not isinstance(value, bool):
            raise _wrong_type(entity, one, value)
        return int(value)
    if not isinstance(value, str):
        raise _wrong_type(entity, one, value)
    if one.type == "DateTime":
        return _when(entity, one, value)
    if one.type == "Uniqueidentifier":
        found = guid(value)
        if found is None:
            raise _wrong_type(entity, one, value)
        return found
    if one.type == "MultiSelectPicklist":
        return _choices(entity, one, value)
    return _text(entity, one, value)


def _check_null(entity: Entity, one: Attribute, value: Any) -> None:
    """An empty text is null; anything but a text cannot be empty; state and status cannot be null."""
    if value == "" and one.type not in ("String", "Memo", "EntityName", "MultiSelectPicklist"):
        raise _wrong_type(entity, one, value)
    if one.type in ("State", "Status"):
        text = (
            f"A validation error occurred. The value of '{one.name}' on record of type '{entity.name}' cannot be null."
        )
        raise DataverseError(400, "0x80040203", text)


def _wrong_type(entity: Entity, one: Attribute, value: Any) -> DataverseError:
    kind = "Edm.Date" if one.date_only else _EDM.get(one.type, "Edm.Int32")
    shown = str(value).lower() if isinstance(value, bool) else value
    return bad_payload(entity.set_name, f"Cannot convert the literal '{shown}' to the expected type '{kind}'.")


def _whole(entity: Entity, one: Attribute, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(entity, one, value)
    return value


def _choice(entity: Entity, one: Attribute, value: Any) -> int:
    number = _whole(entity, one, value)
    if one.option(number) is None:
        if one.type == "Status":
            return number  # told by the pairing with the state, which knows the row
        raise _not_an_option(entity, one, number)
    return number


def _not_an_option(entity: Entity, one: Attribute, number: int) -> DataverseError:
    accepted = ",".join(str(option.value) for option in one.options)
    text = (
        f"A validation error occurred. The value {number} of '{one.name}' on record of type '{entity.name}' is outside"
        f" the valid range. Accepted Values: {accepted}"
    )
    return DataverseError(400, "0x8004431A", text)


def _choices(entity: Entity, one: Attribute, value: str) -> str:
    numbers = []
    for part in value.split(","):
        if not part.strip().lstrip("-").isdigit():
            raise _wrong_type(entity, one, value)
        number = int(part)
        if one.option(number) is None:
            raise _not_an_option(entity, one, number)
        numbers.append(number)
    return ",".join(str(number) for number in sorted(set(numbers)))


def _within(entity: Entity, one: Attribute, value: Any) -> Any:
    if (one.min is None or value >= one.min) and (one.max is None or value <= one.max):
        return value
    code = "0x8004432F" if one.type in WHOLE else "0x80044330"
    text = (
        f"A validation error occurred.  The value {value} of '{one.name}' on record of type '{entity.name}' is outside"
        f" the valid range. Accepted Values: {one.min:.15g} - {one.max:.15g}"
    )
    raise DataverseError(400, code, text)


def _text(entity: Entity, one: Attribute, value: str) -> str:
    if one.max_length and len(value) > one.max_length:
        text = (
            f"A validation error occurred.  The length of the '{one.name}' attribute of the '{entity.name}' entity"
            f" exceeded the maximum allowed length of '{one.max_length}'."
        )
        raise DataverseError(400, "0x80044331", text)
    return value


def _when(entity: Entity, one: Attribute, value: str) -> str:
    """A date for a DateOnly column, an instant with its offset for any other; one is never taken for the other."""
    try:
        if one.date_only:
            if len(value) != 10:
                raise ValueError(value)
            found = date.fromisoformat(value).isoformat()
        else:
            if not _MOMENT.match(value):
                raise ValueError(value)
            found = stamp(datetime.fromisoformat(value))
    except (ValueError, OverflowError) as error:
        raise _wrong_type(entity, one, value) from error
    if found < _EARLIEST:
        text = (
            f"DateTime is less than minumum value supported by CrmDateTime. Actual value: {found}, Minimum value"
            " supported: 01/01/1753 00:00:00"
        )
        raise DataverseError(400, "0x80040203", text)
    return found
