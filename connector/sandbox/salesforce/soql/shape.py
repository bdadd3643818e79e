"""Flat rows from SQLite → the nested records of the wire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.salesforce.stamps import rest

Row = Sequence[Any]
Record = dict[str, Any]


def _same(value: Any) -> Any:
    return value


def _moment(value: Any) -> Any:
    return rest(value) if value else None


def _json(value: Any) -> Any:
    return json.loads(value) if value else None


_CONVERT: dict[str, Callable[[Any], Any]] = {"boolean": bool, "datetime": _moment, "complexvalue": _json}


def converter(kind: str) -> Callable[[Any], Any]:
    """How a stored value of that field type looks in JSON: checkboxes are true or false, datetimes end in +0000."""
    return _CONVERT.get(kind, _same)


@dataclass(frozen=True, slots=True)
class Value:
    """One column of the row."""

    index: int
    convert: Callable[[Any], Any]

    def read(self, row: Row) -> Any:
        return self.convert(row[self.index])


@dataclass(frozen=True, slots=True)
class Compound:
    """An address: an object of its parts, or null when all of them are."""

    parts: tuple[tuple[str, Value], ...]

    def read(self, row: Row) -> Record | None:
        found = {key: part.read(row) for key, part in self.parts}
        return found if any(value is not None for value in found.values()) else None


@dataclass(slots=True)
class Node:
    """A record or a parent record: `attributes`, then its entries in the order of the SELECT list.

    `type_name` is what attributes.type says; the URL names the true object, which for a polymorphic parent is in
    column `object_index`. Without `id_index` it is an AggregateResult.
    """

    type_name: str
    object_name: str = ""
    id_index: int | None = None
    object_index: int | None = None
    entries: dict[str, Value | Compound | Node] = field(default_factory=dict)
    choices: dict[str, dict[str, Value | Compound | Node]] = field(default_factory=dict)

    def read(self, row: Row, base: str, children: Mapping[str, Any] | None = None) -> Record | None:
        """The record, or null for a parent that is not there. `base` is the URL path up to `/sobjects/`."""
        record: Record = {"attributes": {"type": self.type_name}}
        entries = self.entries
        if self.id_index is not None:
            id18 = row[self.id_index]
            if id18 is None:
                return None
            true_name = self.object_name if self.object_index is None else row[self.object_index]
            kind = true_name if self.choices else self.type_name
            record["attributes"] = {"type": kind, "url": f"{base}{true_name}/{id18}"}
            if self.choices:
                entries = self.choices.get(true_name, entries)
        for key, entry in entries.items():
            record[key] = entry.read(row, base) if isinstance(entry, Node) else entry.read(row)
        if children:
            record.update(children)
        return record
