"""From what the mapping calls a column to what is selected of a table, and from the CRM's rows to values as texts.

    emailaddress1                  a column; a choice reads as its option's label in the base language
    ownerid                        a lookup: the id it holds
    parentcustomerid_account       a navigation property: the id, if it is of that table, else nothing
    parentcustomerid_account.name  a column of the record behind it
    @odata.etag                    what tells one state of a row from the next

What comes out are columns of cells for `web.rows.Shape`, which makes them values of the mirror.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from connector.adapters.dynamics import days
from connector.adapters.dynamics.metadata import CHOICES, LOOKUPS, Attribute, Metadata, Option
from connector.adapters.dynamics.query import LOGICAL_NAME
from connector.model import Kind

ETAG: Final = "@odata.etag"
_DELIVERED, _PLACEHOLDER = 1, "Default Value"
Cells = list[Any]
Records = Sequence[Mapping[str, Any]]
_KINDS: Final[Mapping[str, Kind]] = {
    "Boolean": Kind.FLAG,
    "Integer": Kind.WHOLE,
    "BigInt": Kind.WHOLE,
    "Decimal": Kind.NUMBER,
    "Double": Kind.NUMBER,
    "Money": Kind.NUMBER,
}


class Place(NamedTuple):
    """Where a path leads: a column of the table itself or, with `target`, behind the lookup `column`.

    `select`: what the row calls it. `labels`: number → label of a choice. `field`: the parent's column, if any.
    """

    select: str
    column: str
    labels: Mapping[int, str | None] | None = None
    target: str = ""
    field: str = ""


class Labels(dict[int, str | None]):
    """Labels by number. An option that was deleted leaves its number behind, which then stands for itself.

    The only option of many choices as they are delivered is “Default Value”, number 1, which new rows get by themselves
    [wire §2.7]: nobody has chosen it, so it counts as blank, and stays so when an admin adds options of their own.
    """

    @classmethod
    def of(cls, options: Sequence[Option], *, status: bool = False) -> Labels:
        """The labels of a column's options. `status`: of a state or status reason, where every option is meant."""
        found = cls({option.value: option.label for option in options})
        for option in options:
            alone = len(options) == 1 and option.value == _DELIVERED
            if not status and (alone or (option.value == _DELIVERED and option.label == _PLACEHOLDER)):
                found[option.value] = None
        return found

    def __missing__(self, number: int) -> str:
        return str(number)


class Columns:
    """Paths of one table. `hidden`: table → columns that this login may not read, as if they were not there."""

    def __init__(self, metadata: Metadata, table: str, hidden: Callable[[str], frozenset[str]]) -> None:
        self._metadata = metadata
        self._table = table
        self._hidden = hidden
        self._places: dict[str, Place | None] = {}

    def place(self, path: str) -> Place | None:
        """Where a path leads; None if there is nothing of that name for us."""
        if path not in self._places:
            self._places[path] = self._find(path)
        return self._places[path]

    def attribute(self, path: str) -> Attribute | None:
        """The column itself that a path without a dot leads to."""
        place = self.place(path)
        info = self._metadata.table(self._table)
        return info.columns.get(place.column) if place is not None and not place.field and info else None

    def kind(self, path: str) -> Kind:
        """What it holds, as the metadata says."""
        place = self.place(path)
        if place is None or place.labels is not None or (place.target and not place.field):
            return Kind.TEXT
        table, name = (place.target, place.field) if place.field else (self._table, place.column)
        info = self._metadata.table(table)
        attribute = info.columns.get(name) if info else None
        if attribute is None:
            return Kind.TEXT
        if attribute.type == "DateTime":
            return Kind.DATE if self._metadata.is_date(table, name) else Kind.DATETIME
        return _KINDS.get(attribute.type, Kind.TEXT)

    def is_day(self, path: str) -> bool:
        """Whether it holds the midnights of days."""
        place = self.place(path)
        return place is not None and not place.target and self._metadata.is_day(self._table, place.column)

    def unfit(self, path: str, kind: Kind) -> str:
        """Why what stands there cannot hold a field of ours of that kind; empty if it can."""
        attribute = self.attribute(path)
        return (
            days.unfit(kind, attribute.type, self._metadata.behavior(self._table, attribute.name)) if attribute else ""
        )

    def states(self, path: str) -> Mapping[str, str] | None:
        """For a state column: invariant name → label, so that a mapping may name states in no language."""
        place = self.place(path)
        if place is None or place.labels is None:
            return None
        return {o.invariant: o.label for o in self._metadata.options(self._table, place.column) if o.invariant}

    def _find(self, path: str) -> Place | None:
        if path == ETAG:
            return Place(ETAG, ETAG)
        first, _, field = path.partition(".")
        if field:
            return self._behind(first, field)
        return self._own(self._table, first) or self._lookup(first)

    def _own(self, table: str, name: str) -> Place | None:
        info = self._metadata.table(table)
        attribute = info.columns.get(name) if info else None
        if attribute is None or name in self._hidden(table):
            return None
        if attribute.type in LOOKUPS:
            return Place(f"_{name}_value", name)
        if attribute.type in CHOICES:
            options = self._metadata.options(table, name)
            return Place(name, name, Labels.of(options, status=attribute.type != "Picklist"))
        return Place(name, name)

    def _lookup(self, navigation: str) -> Place | None:
        """A lookup, of which only what belongs to one table counts."""
        found = self._metadata.navigation(self._table, navigation)
        if found is None or found.column in self._hidden(self._table):
            return None
        info = self._metadata.table(self._table)
        if info is None or found.column not in info.columns:
            return None
        return Place(f"_{found.column}_value", found.column, target=found.target)

    def _behind(self, navigation: str, field: str) -> Place | None:
        lookup = self._lookup(navigation)
        parent = self._own(lookup.target, field) if lookup else None
        if lookup is None or parent is None:
            return None
        return Place(lookup.select, lookup.column, parent.labels, lookup.target, field)


def selected(places: Sequence[Place]) -> list[str]:
    """What a query for these must select."""
    return list(dict.fromkeys(place.select for place in places if place.select != ETAG))


def is_annotated(places: Sequence[Place]) -> bool:
    """Whether rows must say which table a lookup's value belongs to."""
    return any(place.target for place in places)


def pointed_at(place: Place, records: Records) -> Cells:
    """The ids that a lookup holds, as far as they belong to its target."""
    select, kind = place.select, f"{place.select}@{LOGICAL_NAME}"
    return [record.get(select) if record.get(kind) == place.target else None for record in records]


Parents = Callable[[str, Sequence[str | None], str], Mapping[str, Any]]
"""Table, ids and a column → id → that column's value."""


def no_parents(table: str, ids: Sequence[str | None], column: str) -> Mapping[str, Any]:
    """For rows of which no parent's column is wanted."""
    return {}


def cells(place: Place, records: Records, parents: Parents) -> Cells:
    """One column of cells: texts, numbers and flags as JSON has them, labels for choices."""
    if not place.target:
        found: Cells = [record.get(place.select) for record in records]
    else:
        found = pointed_at(place, records)
        if place.field:
            behind = parents(place.target, found, place.field)
            found = [None if one is None else behind.get(one) for one in found]
    if place.labels is None:
        return found
    labels = place.labels
    return [None if one is None else labels[one] for one in found]
