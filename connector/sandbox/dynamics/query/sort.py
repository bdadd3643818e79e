"""The keys of an order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connector.sandbox.dynamics.query.comparison import is_text
from connector.sandbox.dynamics.query.places import Column, Place


@dataclass(frozen=True, slots=True)
class Sort:
    """One key of an order."""

    column: Column
    descending: bool = False

    @property
    def collate(self) -> str:
        """The collation by which the column is compared."""
        return " COLLATE NOCASE" if is_text(self.column.attribute) else ""

    @property
    def sql(self) -> str:
        """The key as SQL; rows without a value come first, or last if descending."""
        return f"{self.column.sql}{self.collate} {'DESC' if self.descending else 'ASC'}"

    @property
    def name(self) -> str:
        """The column's logical name."""
        return self.column.attribute.name


def is_unique(sorts: Sequence[Sort], root: Place) -> bool:
    """Whether the order, when given at all, leaves no two rows of that table equal."""
    return not sorts or any(one.name == root.entity.primary_id and one.column.place == root for one in sorts)


def with_key(sorts: Sequence[Sort], root: Place) -> tuple[Sort, ...]:
    """The order with the primary key as its last key, unless it is among them already."""
    if sorts and is_unique(sorts, root):
        return tuple(sorts)
    return (*sorts, Sort(Column(root, root.entity.by_name[root.entity.primary_id])))
