"""What a row shows: its columns, and the rows that hang on its navigation properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connector.sandbox.dynamics.catalogue.types import Attribute, Entity, Navigation
from connector.sandbox.dynamics.query.places import Children, Column, Parameter, Place
from connector.sandbox.dynamics.query.sort import Sort


@dataclass(frozen=True, slots=True)
class Single:
    """An expanded single-valued navigation property: the row that a lookup points at."""

    name: str
    attribute: Attribute
    navigation: Navigation
    shape: Shape


@dataclass(frozen=True, slots=True)
class Many:
    """An expanded collection-valued navigation property: rows of another table that point here.

    `condition` with its `parameters`, `sorts` and `top` are those of the nested options; `options` is their text, for
    the link to them. `paged`: the page size holds for them, too, and the link leads to the next page, not to all.
    """

    name: str
    children: Children
    place: Place
    shape: Shape
    tables: str
    condition: str
    parameters: tuple[Parameter, ...]
    sorts: tuple[Sort, ...]
    top: int | None
    options: str
    paged: bool


@dataclass(frozen=True, slots=True)
class Linked:
    """A column of a linked table, or one under an alias, as FetchXML shows it."""

    name: str
    column: Column


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns that a row of `entity` shows, in order, and what is expanded. The primary key is always among them.

    A row is read as `columns`: key, version number, one value per attribute of `stored`, then the table names of those
    lookups that may point at several, then the `linked` columns.
    """

    entity: Entity
    attributes: tuple[Attribute, ...]
    expands: tuple[Single | Many, ...] = ()
    linked: tuple[Linked, ...] = ()

    @property
    def stored(self) -> tuple[Attribute, ...]:
        """The attributes to be read: those shown, and the lookups that expanded rows hang on."""
        hidden = [one.attribute for one in self.expands if isinstance(one, Single)]
        return tuple(dict.fromkeys((*self.attributes, *hidden)))

    def columns(self, place: Place) -> list[str]:
        """The columns to read, as SQL."""
        typed = [f'{place.alias}."{one.type_column}"' for one in self.stored if one.type_column]
        version = f'{place.alias}."versionnumber"' if "versionnumber" in self.entity else "0"
        linked = [one.column.sql for one in self.linked]
        return [place.key, version, *(place.sql(one) for one in self.stored), *typed, *linked]

    @property
    def width(self) -> int:
        """How many columns a row is read as."""
        return 2 + len(self.stored) + sum(one.type_column is not None for one in self.stored) + len(self.linked)

    def target(self, attribute: Attribute, row: Sequence[Parameter]) -> str:
        """The logical name of the table that the row's lookup points at."""
        if attribute.type_column is None:
            return attribute.targets[0] if attribute.targets else ""
        typed = [one.name for one in self.stored if one.type_column]
        return str(row[2 + len(self.stored) + typed.index(attribute.name)] or "")
