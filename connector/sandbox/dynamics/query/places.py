"""Tables and columns as a query sees them, and what leads from one table to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connector.sandbox.dynamics.catalogue.types import Attribute, Entity, Navigation
from connector.sandbox.dynamics.query.fault import syntax

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
    """One table in FROM, under its alias. `hidden` names the secured columns that read as null."""

    entity: Entity
    alias: str
    hidden: frozenset[str] = frozenset()

    def sql(self, attribute: Attribute) -> str:
        """The column as SQL."""
        return "NULL" if attribute.name in self.hidden else f'{self.alias}."{attribute.name}"'

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
