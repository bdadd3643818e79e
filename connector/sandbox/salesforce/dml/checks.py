"""What a single value must satisfy on its way into a field, with the platform's own words when it does not."""

import re
from collections.abc import Callable

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.catalogue.types import NUMBER_TYPES, TEXT_TYPES
from connector.sandbox.salesforce.dml.results import RowError
from connector.sandbox.salesforce.values import Stored

Check = Callable[[Stored], RowError | None]
_EMAIL = re.compile(r"[^\s@<>()\[\],;:\\\"]+@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9-]+)+$")


def checks(field: FieldType, prefixes: dict[str, str], *, inserting: bool = False) -> list[Check]:
    """The checks of one field. `prefixes` gives the key prefix of each object that exists."""
    found: list[Check] = []
    if not field.nillable and field.type != "boolean" and not (inserting and field.defaulted):
        found.append(lambda value: _required(field, value))
    if field.type in TEXT_TYPES and field.length:
        found.append(lambda value: _too_long(field, value))
    if field.type == "email":
        found.append(lambda value: _bad_email(field, value))
    if field.restricted and field.picklist:
        allowed = frozenset(item.value for item in field.picklist if item.active)
        found.append(lambda value: _bad_pick(field, allowed, value))
    if field.type in NUMBER_TYPES:
        found.append(lambda value: _out_of_range(field, 10.0 ** (field.precision - field.scale), value))
    if field.type == "int":
        found.append(lambda value: _out_of_range(field, 10.0 ** (field.digits or 9), value))
    if field.reference_to:
        kinds = frozenset(prefixes[name] for name in field.reference_to if name in prefixes)
        found.append(lambda value: _wrong_kind(field, kinds, value))
    return found


def _required(field: FieldType, value: Stored) -> RowError | None:
    if value is not None:
        return None
    if field.name == "OwnerId":
        return RowError("INVALID_CROSS_REFERENCE_KEY", f"{field.label}: owner cannot be blank", (field.name,))
    return RowError("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{field.name}]", (field.name,))


def _too_long(field: FieldType, value: Stored) -> RowError | None:
    if value is None or len(str(value)) <= field.length:
        return None
    text = f"{field.label}: data value too large: {value} (max length={field.length})"
    return RowError("STRING_TOO_LONG", text, (field.name,))


def _bad_email(field: FieldType, value: Stored) -> RowError | None:
    if value is None or _EMAIL.match(str(value)):
        return None
    return RowError("INVALID_EMAIL_ADDRESS", f"{field.label}: invalid email address: {value}", (field.name,))


def _bad_pick(field: FieldType, allowed: frozenset[str], value: Stored) -> RowError | None:
    if value is None:
        return None
    chosen = str(value).split(";") if field.type == "multipicklist" else [str(value)]
    wrong = next((item for item in chosen if item not in allowed), None)
    if wrong is None:
        return None
    text = f"{field.label}: bad value for restricted picklist field: {wrong}"
    return RowError("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", text, (field.name,))


def _out_of_range(field: FieldType, limit: float, value: Stored) -> RowError | None:
    if value is None or abs(float(value)) < limit:
        return None
    text = f"{field.label}: value outside of valid range on numeric field: {value}"
    return RowError("NUMBER_OUTSIDE_VALID_RANGE", text, (field.name,))


def _wrong_kind(field: FieldType, kinds: frozenset[str], value: Stored) -> RowError | None:
    if value is None or str(value)[:3] in kinds:
        return None
    return RowError("FIELD_INTEGRITY_EXCEPTION", f"{field.label}: id value of incorrect type: {value}", (field.name,))
