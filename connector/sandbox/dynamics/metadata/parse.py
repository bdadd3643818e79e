"""The definition of a column as a request holds it → the column [D 5.2]. Refusals are those of the Web API."""

from __future__ import annotations

import re
from typing import Any

from msgspec.structs import replace

from connector.sandbox.dynamics.catalogue import Attribute, Option
from connector.sandbox.dynamics.catalogue.types import Navigation
from connector.sandbox.dynamics.errors import DataverseError, bad_payload, invalid_argument
from connector.sandbox.dynamics.metadata.columns import CAST_TYPES, NAMESPACE
from connector.sandbox.dynamics.metadata.label import label_text

_SCHEMA_NAME = re.compile(r"([A-Za-z][A-Za-z0-9]{1,7})_[A-Za-z0-9_]{1,60}$")
_TEXT_MOST = {"String": 4_000, "Memo": 1_048_576}
_WHOLE_MOST = 2_147_483_647
_FRACTION_MOST = 100_000_000_000.0


def metadata_kind(body: dict[str, Any]) -> str:
    """`Picklist` of a body whose @odata.type is PicklistAttributeMetadata. Without one nobody knows what it is."""
    text = body.get("@odata.type")
    kind = str(text).removeprefix("#").removeprefix(f"{NAMESPACE}.").removeprefix("Complex")
    if not isinstance(text, str) or kind not in CAST_TYPES:
        why = "'Microsoft.Dynamics.CRM.AttributeMetadata' is abstract; @odata.type must name the column's type."
        raise bad_payload("AttributeMetadata", why)
    return kind.removesuffix("AttributeMetadata")


def schema_name_of(body: dict[str, Any], prefixes: set[str]) -> str:
    """The SchemaName of a definition. Raises DataverseError unless it begins with a publisher's prefix."""
    schema_name = body.get("SchemaName")
    found = _SCHEMA_NAME.match(schema_name) if isinstance(schema_name, str) else None
    if found is None or found.group(1).lower() not in prefixes:
        known = ", ".join(sorted(f"{one}_" for one in prefixes))
        raise invalid_argument(f"The schema name '{schema_name}' must begin with a publisher's prefix: {known}.")
    return found.group(0)


def new_column(body: dict[str, Any], prefixes: set[str], option_prefix: int) -> Attribute:
    """The column that a request defines.

    Args:
        body: the request's JSON
        prefixes: customization prefixes of all publishers; a schema name begins with one of them
        option_prefix: what numbers of options begin with for which the request gives none

    Raises:
        DataverseError: the definition lacks something or contradicts itself
    """
    kind = metadata_kind(body)
    schema_name = schema_name_of(body, prefixes)
    name = schema_name.lower()
    label = label_text(body.get("DisplayName"))
    if label is None:
        raise invalid_argument(f"The attribute {name} needs a DisplayName with a label in language 1033.")
    made = Attribute(
        name=name,
        schema_name=schema_name,
        label=label,
        description=label_text(body.get("Description")) or "",
        type=_TYPES.get(kind, kind),
        required=required_level(body) or "None",
        audited=switch(body, "IsAuditEnabled", True),
        secured=body.get("IsSecured") is True,
        custom=True,
    )
    return _with_details(made, kind, body, option_prefix)


_TYPES = {"UniqueIdentifier": "Uniqueidentifier"}


def required_level(body: dict[str, Any]) -> str | None:
    """The Value of RequiredLevel, if it is given."""
    found = body.get("RequiredLevel")
    value = found.get("Value") if isinstance(found, dict) else None
    if value is not None and value not in ("None", "Recommended", "ApplicationRequired", "SystemRequired"):
        raise invalid_argument(f"'{value}' is no AttributeRequiredLevel.")
    return value


def switch(body: dict[str, Any], name: str, otherwise: bool) -> bool:
    """The Value of a managed Boolean property such as IsAuditEnabled."""
    found = body.get(name)
    value = found.get("Value") if isinstance(found, dict) else None
    return value if isinstance(value, bool) else otherwise


def _with_details(made: Attribute, kind: str, body: dict[str, Any], option_prefix: int) -> Attribute:
    if kind in _TEXT_MOST:
        return replace(
            made, max_length=text_length(kind, body), format=_format(body, "Text" if kind == "String" else "TextArea")
        )
    if kind in ("Integer", "BigInt", "Decimal", "Double", "Money"):
        return _number(made, kind, body)
    if kind == "DateTime":
        return _moment(made, body)
    if kind == "Boolean":
        return replace(made, options=_yes_and_no(body), default=int(body.get("DefaultValue") is True))
    if kind in ("Picklist", "MultiSelectPicklist"):
        options = local_options(body, option_prefix)
        default = body.get("DefaultFormValue")
        return replace(made, options=options, default=default if isinstance(default, int) and default >= 0 else None)
    if kind == "Lookup":
        return _lookup(made, body)
    raise DataverseError(400, "0x80040203", f"An attribute of type {kind} cannot be created.")


def _moment(made: Attribute, body: dict[str, Any]) -> Attribute:
    behavior = body.get("DateTimeBehavior") or {}
    value = behavior.get("Value", "UserLocal") if isinstance(behavior, dict) else "UserLocal"
    if value not in ("UserLocal", "DateOnly", "TimeZoneIndependent"):
        raise invalid_argument(f"'{value}' is no DateTimeBehavior.")
    shown = _format(body, "DateOnly" if value == "DateOnly" else "DateAndTime")
    if shown not in ("DateOnly", "DateAndTime") or (value == "DateOnly" and shown != "DateOnly"):
        raise invalid_argument(f"The format '{shown}' does not go with the behavior '{value}'.")
    return replace(made, format=shown, behavior=value)


def text_length(kind: str, body: dict[str, Any]) -> int:
    """MaxLength within what the type allows."""
    length = body.get("MaxLength", 100)
    if not isinstance(length, int) or not 1 <= length <= _TEXT_MOST[kind]:
        raise invalid_argument(f"MaxLength must lie between 1 and {_TEXT_MOST[kind]}, not {length!r}.")
    return length


def _format(body: dict[str, Any], otherwise: str) -> str:
    named = body.get("FormatName")
    value = named.get("Value") if isinstance(named, dict) else body.get("Format")
    return value if isinstance(value, str) else otherwise


def _number(made: Attribute, kind: str, body: dict[str, Any]) -> Attribute:
    whole = kind in ("Integer", "BigInt")
    most = _WHOLE_MOST if whole else _FRACTION_MOST
    low, high = body.get("MinValue"), body.get("MaxValue")
    low = -most - (1 if whole else 0) if low is None else low
    high = most if high is None else high
    if not all(isinstance(one, (int, float)) and not isinstance(one, bool) for one in (low, high)) or low > high:
        raise invalid_argument(f"MinValue {low!r} and MaxValue {high!r} are no range.")
    precision = 0 if whole else body.get("Precision", 2)
    if not isinstance(precision, int) or not 0 <= precision <= 10:
        raise invalid_argument(f"Precision must lie between 0 and 10, not {precision!r}.")
    return replace(made, min=float(low), max=float(high), precision=precision, format="None" if whole else "")


def _yes_and_no(body: dict[str, Any]) -> tuple[Option, ...]:
    given = body.get("OptionSet") or {}
    made = []
    for value, key, otherwise in ((0, "FalseOption", "No"), (1, "TrueOption", "Yes")):
        one = given.get(key) or {}
        made.append(Option(value=value, label=label_text(one.get("Label")) or otherwise, managed=False))
    return tuple(made)


def local_options(body: dict[str, Any], option_prefix: int) -> tuple[Option, ...]:
    """The options of a new choice; those without a number get the publisher's next one."""
    given = (body.get("OptionSet") or {}).get("Options") or []
    made: list[Option] = []
    for one in given:
        label = label_text(one.get("Label"))
        value = one.get("Value")
        if label is None:
            raise invalid_argument("An option needs a Label in language 1033.")
        if value is None:
            value = next_value(made, option_prefix)
        if not isinstance(value, int) or any(other.value == value for other in made):
            raise DataverseError(
                400, "0x80048403", f"The option set is invalid: value {value!r} occurs twice or is none."
            )
        description = label_text(one.get("Description")) or ""
        made.append(Option(value=value, label=label, description=description, color=one.get("Color"), managed=False))
    return tuple(made)


def next_value(options: Any, option_prefix: int) -> int:
    """The next free number of a publisher: its prefix times 10,000 and on."""
    first = option_prefix * 10_000
    taken = {one.value for one in options if first <= one.value < first + 10_000}
    found = next((number for number in range(first, first + 10_000) if number not in taken), None)
    if found is None:
        raise DataverseError(400, "0x8004431F", "There are no more custom option values for this publisher.")
    return found


def _lookup(made: Attribute, body: dict[str, Any]) -> Attribute:
    targets = body.get("Targets") or []
    if len(targets) != 1 or not isinstance(targets[0], str):
        raise invalid_argument("A lookup attribute needs exactly one target.")
    schema_name = made.schema_name
    way = Navigation(target=targets[0], single=schema_name, collection=f"{schema_name}_back", schema_name=schema_name)
    return replace(made, targets=(targets[0],), navigations=(way,))
