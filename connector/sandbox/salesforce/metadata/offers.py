"""Picklist values as record types and processes name them: partly URL-encoded [C CumulusCI picklists.py]."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote, unquote

from connector.sandbox.salesforce.catalogue import PicklistValue
from connector.sandbox.salesforce.schema.refusal import RefusedError


def encoded(value: str) -> str:
    """A value as the answers spell it: `Proposal%2FPrice Quote`."""
    return quote(value, safe=" -_.~'!*")


def named(known: Sequence[PicklistValue], entries: Sequence[dict[str, Any]], picklist: str) -> list[str]:
    """The API values that the entries name, encoded or not. Raises RefusedError for one that is not active."""
    active = {item.value for item in known if item.active}
    values = []
    for entry in entries:
        given = str(entry.get("fullName"))
        value = given if given in active else unquote(given)
        if value not in active:
            text = f"Picklist value: {given} in picklist: {picklist} not found"
            raise RefusedError("FIELD_INTEGRITY_EXCEPTION", text, ("values",))
        values.append(value)
    if not values:
        raise RefusedError("REQUIRED_FIELD_MISSING", "Required field is missing: values", ("values",))
    return values
