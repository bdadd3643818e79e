"""The values of a custom picklist, from its Metadata; one that is left out is deactivated, never removed."""

from collections.abc import Mapping, Sequence
from typing import Any

from connector.sandbox.salesforce.catalogue import PicklistValue
from connector.sandbox.salesforce.schema.refusal import RefusedError


def values(value_set: Any, before: Sequence[PicklistValue] = ()) -> tuple[PicklistValue, ...]:
    """The values that a `valueSet` leads to where those of `before` were. Raises RefusedError."""
    if not isinstance(value_set, Mapping):
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", "valueSet must be a valueSetDefinition", ("valueSet",))
    if value_set.get("valueSetName"):
        text = f"In field: valueSetName - no GlobalValueSet named {value_set['valueSetName']} found"
        raise RefusedError("INVALID_CROSS_REFERENCE_KEY", text, ("valueSetName",))
    if value_set.get("controllingField") or value_set.get("valueSettings"):
        text = "This sandbox has no dependent picklists"
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("controllingField",))
    definition = value_set.get("valueSetDefinition") or {}
    given = [value(item) for item in definition.get("value") or []]
    if not given:
        text = "Must specify at least one value for a CustomField of type Picklist"
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("valueSet",))
    if definition.get("sorted"):
        given.sort(key=lambda one: one.label.casefold())
    check_distinct(given, before)
    if sum(one.default for one in given) > 1:
        raise RefusedError("FIELD_INTEGRITY_EXCEPTION", "Only one picklist value can be the default", ("valueSet",))
    named = {one.value for one in given}
    left_out = (one for one in before if one.value not in named)
    return (*given, *(PicklistValue(one.value, one.label, active=False) for one in left_out))


def check_distinct(given: Sequence[PicklistValue], before: Sequence[PicklistValue]) -> None:
    """Values differ by more than case, from those that are there already too. Raises RefusedError."""
    named = {one.value for one in given}
    seen = {one.value.casefold() for one in before if one.value not in named}
    for one in given:
        if one.value.casefold() in seen:
            text = f"Duplicate picklist value specified: {one.value}"
            raise RefusedError("DUPLICATE_VALUE", text, ("valueName",))
        seen.add(one.value.casefold())


def value(item: Any) -> PicklistValue:
    """One value of a picklist as Tooling JSON shows it; `isActive` null means active. Raises RefusedError."""
    if not isinstance(item, Mapping) or not item.get("valueName"):
        raise RefusedError("REQUIRED_FIELD_MISSING", "Required field is missing: valueName", ("valueName",))
    name = str(item["valueName"])
    if len(name) > 255:
        raise RefusedError("STRING_TOO_LONG", f"Picklist value too long: {name}", ("valueName",))
    active = item.get("isActive")
    return PicklistValue(
        name, str(item.get("label") or name), active=active is None or bool(active), default=bool(item.get("default"))
    )
