"""What of an object this login can see: its describe, asked for at most once per object and process.

A field that field-level security hides is absent from describe, like one that does not exist [D describe]. Describe
costs a call per object, so it is asked for leads and contacts always, for other objects only when a query was refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from connector.adapters.salesforce.errors import Declined, Hidden
from connector.adapters.salesforce.session import Session
from connector.mapping import Column
from connector.model import Kind

_KINDS: Mapping[str, Kind] = {
    "boolean": Kind.FLAG,
    "int": Kind.WHOLE,
    "double": Kind.NUMBER,
    "currency": Kind.NUMBER,
    "percent": Kind.NUMBER,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
}
COMPOUND = ("address", "location")
"""Types that are put together from other fields."""


class Visible:
    """Describes, remembered."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._described: dict[str, Mapping[str, Any] | None] = {}
        self._fields: dict[str, dict[str, Mapping[str, Any]]] = {}

    def forget(self) -> None:
        """From now on ask anew."""
        self._described.clear()
        self._fields.clear()

    def describe(self, object: str) -> Mapping[str, Any] | None:
        """The object's describe, None if there is no such object for us."""
        if object not in self._described:
            try:
                found: Any = self._session.sdk(lambda sf: getattr(sf, object).describe())
            except Hidden:
                found = None
            except Declined as error:
                if error.code != "NOT_FOUND":
                    raise
                found = None
            self._described[object] = found
            self._fields[object] = {field["name"]: field for field in (found or {}).get("fields", ())}
        return self._described[object]

    def fields(self, object: str) -> Mapping[str, Mapping[str, Any]]:
        """The object's fields by API name; none if it cannot be seen."""
        self.describe(object)
        return self._fields[object]

    def field(self, object: str, path: str) -> Mapping[str, Any] | None:
        """A field, through its parents if the path has dots; None if any part of it cannot be seen."""
        first, _, rest = path.partition(".")
        if not rest:
            return self.fields(object).get(first)
        parent = self._parent(object, first)
        return self.field(parent, rest) if parent else None

    def has(self, object: str, path: str) -> bool:
        """Whether the field can be read, as far as this object's own describe tells; parents are believed.

        Compound fields count as hidden: bulk queries refuse them, and their parts are fields themselves.
        """
        first, _, rest = path.partition(".")
        if rest:
            return self._parent(object, first) is not None
        field = self.fields(object).get(first)
        return field is not None and field.get("type") not in COMPOUND

    def kind(self, object: str, path: str) -> Kind:
        """What the field holds."""
        return _KINDS.get(str((self.field(object, path) or {}).get("type")), Kind.TEXT)

    def _parent(self, object: str, relationship: str) -> str | None:
        for field in self.fields(object).values():
            if field.get("relationshipName") == relationship and field.get("referenceTo"):
                targets = field["referenceTo"]
                return str("User" if "User" in targets and len(targets) > 1 else targets[0])
        return None


def narrowed(column: Column, hidden: Iterable[str]) -> Column | None:
    """The column without the fields that cannot be read; None if nothing is left of it."""
    gone = frozenset(hidden)
    left = [api for api in column.apis if api not in gone]
    if len(left) == len(column.apis):
        return column
    return msgspec.structs.replace(column, api=left[0], otherwise=tuple(left[1:])) if left else None
