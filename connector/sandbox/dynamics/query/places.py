"""Where the names of a query lead: to columns of the table asked for, or of one joined over a lookup."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from connector.sandbox.dynamics.catalogue.types import Attribute, Entity, Navigation
from connector.sandbox.dynamics.query.fault import no_property, syntax

Parameter = str | int | float | None
Entities = Mapping[str, Entity]
PRINCIPAL = Entity(
    name="principal", set_name="principals", schema_name="Principal", label="Principal", plural="Principals", code=8,
    id="", primary_id="ownerid", primary_name="ownerid", ownership="None",
    attributes=(
        Attribute(name="ownerid", schema_name="OwnerId", label="Owner", type="Uniqueidentifier"),
        Attribute(name="ownertype", schema_name="OwnerType", label="", type="EntityName", readable=False),
        Attribute(name="versionnumber", schema_name="VersionNumber", label="", type="BigInt", readable=False),
    ),
).indexed()  # fmt: skip
"""What an owner lookup leads to: a user or a team, of which only the key can be had there [W 2.2]."""
_PRINCIPALS = (
    "(SELECT systemuserid AS ownerid, 'systemuser' AS ownertype, versionnumber FROM systemuser "
    "UNION ALL SELECT teamid, 'team', versionnumber FROM team)"
)


def target_of(entities: Entities, navigation: Navigation) -> Entity | None:
    """The table that a single-valued navigation property leads to, or None."""
    return PRINCIPAL if navigation.target == "owner" else entities.get(navigation.target)


def source(entity: Entity) -> str:
    """What stands in FROM for a table."""
    return _PRINCIPALS if entity is PRINCIPAL else f'"{entity.name}"'


@dataclass(frozen=True, slots=True)
class Place:
    """One table in FROM, under its alias."""

    entity: Entity
    alias: str

    def sql(self, attribute: Attribute) -> str:
        """The column as SQL."""
        return f'{self.alias}."{attribute.name}"'

    @property
    def key(self) -> str:
        """The primary key as SQL."""
        return f'{self.alias}."{self.entity.primary_id}"'


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a query names, and where it stands."""

    place: Place
    attribute: Attribute

    @property
    def sql(self) -> str:
        """The column as SQL."""
        return self.place.sql(self.attribute)


@dataclass(slots=True)
class Tables:
    """The FROM list of one SELECT; following a single-valued navigation property joins its target, once."""

    entities: Entities
    root: Place
    aliases: Iterator[str]
    joins: list[str] = field(default_factory=list)
    _joined: dict[tuple[str, str], Place] = field(default_factory=dict)

    @classmethod
    def of(cls, entities: Entities, entity: Entity, aliases: Iterator[str] | None = None) -> Tables:
        """The tables of a query for rows of `entity`."""
        aliases = aliases or (f"t{number}" for number in itertools.count())
        return cls(entities, Place(entity, next(aliases)), aliases)

    @property
    def sql(self) -> str:
        """What stands behind FROM."""
        return " ".join((f"{source(self.root.entity)} AS {self.root.alias}", *self.joins))

    def column(self, path: Iterable[str], start: Place | None = None) -> Column:
        """The column at the end of a path of navigation properties. Raises QueryError."""
        *ways, name = path
        place = start or self.root
        for way in ways:
            place = self.follow(place, way)
        attribute = place.entity.property(name)
        if attribute is None:
            raise no_property(name, place.entity.name)
        return Column(place, attribute)

    def follow(self, place: Place, way: str) -> Place:
        """The table behind a single-valued navigation property. Raises QueryError."""
        known = self._joined.get((place.alias, way))
        if known is not None:
            return known
        found = place.entity.navigation(way)
        if found is None:
            raise no_property(way, place.entity.name)
        attribute, navigation = found
        target = target_of(self.entities, navigation)
        if target is None:
            raise no_property(way, place.entity.name)
        joined = Place(target, next(self.aliases))
        on = matches(joined.key, place, attribute, target)
        self.joins.append(f"LEFT JOIN {source(target)} AS {joined.alias} ON {on}")
        self._joined[place.alias, way] = joined
        return joined


def matches(key: str, place: Place, attribute: Attribute, target: Entity) -> str:
    """SQL that says that the lookup column of `place` points at the row of `target` with that key."""
    same = f"{key} = {place.sql(attribute)}"
    if attribute.type_column is None or target is PRINCIPAL:
        return same
    return f"{same} AND {place.alias}.\"{attribute.type_column}\" = '{target.name}'"


@dataclass(frozen=True, slots=True)
class Children:
    """A collection-valued navigation property: the lookup of table `entity` that points back."""

    entity: Entity
    attribute: Attribute
    navigation: Navigation


def children(entities: Entities, parent: Entity, name: str) -> Children | None:
    """What that collection-valued navigation property of `parent` leads to, or None."""
    for entity in entities.values():
        for attribute, navigation in entity.by_navigation.values():
            if navigation.target == parent.name and navigation.collection == name:
                return Children(entity, attribute, navigation)
    return None


def path_of(node: object) -> tuple[str, ...]:
    """The names of a property path in the syntax tree, outermost first. Raises QueryError for any other expression."""
    from odata_query import ast

    if isinstance(node, ast.Identifier) and not node.namespace:
        return (node.name,)
    if isinstance(node, ast.Attribute):
        return (*path_of(node.owner), node.attr)
    raise syntax("Only properties can stand on the left side of a comparison.")
