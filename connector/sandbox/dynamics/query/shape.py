"""What a row shows: its columns, and the rows that hang on its navigation properties."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connector.sandbox.dynamics.catalogue.types import Attribute, Entity, Navigation
from connector.sandbox.dynamics.query.places import Children, Parameter, Place
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
    the link to more of them.
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


@dataclass(frozen=True, slots=True)
class Shape:
    """The columns that a row of `entity` shows, in order, and what is expanded. The primary key is always among them.

    A row is read as `columns`: key, version number, one value per attribute of `stored`, then the table names of those
    lookups that may point at several.
    """

    entity: Entity
    attributes: tuple[Attribute, ...]
    expands: tuple[Single | Many, ...] = ()

    @property
    def stored(self) -> tuple[Attribute, ...]:
        """The attributes to be read: those shown, and the lookups that expanded rows hang on."""
        hidden = [one.attribute for one in self.expands if isinstance(one, Single)]
        return tuple(dict.fromkeys((*self.attributes, *hidden)))

    def columns(self, place: Place) -> list[str]:
        """The columns to read, as SQL."""
        typed = [f'{place.alias}."{one.type_column}"' for one in self.stored if one.type_column]
        version = f'{place.alias}."versionnumber"' if "versionnumber" in self.entity else "0"
        return [place.key, version, *(place.sql(one) for one in self.stored), *typed]

    def target(self, attribute: Attribute, row: Sequence[Parameter]) -> str:
        """The logical name of the table that the row's lookup points at."""
        if attribute.type_column is None:
            return attribute.targets[0] if attribute.targets else ""
        typed = [one.name for one in self.stored if one.type_column]
        return str(row[2 + len(self.stored) + typed.index(attribute.name)] or "")

    @property
    def names(self) -> str:
        """The columns as the context URL lists them."""
        inner = [one.property_name for one in self.attributes]
        nested = [f"{one.name}({one.shape.names})" for one in self.expands]
        return ",".join((*inner, *nested))
