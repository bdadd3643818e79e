"""Where the names of a query lead: to columns of the table asked for, or of one joined over a lookup."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from connector.sandbox.dynamics.catalogue.types import Entity
from connector.sandbox.dynamics.query.caller import Caller
from connector.sandbox.dynamics.query.fault import no_property
from connector.sandbox.dynamics.query.places import Column, Entities, Place, matches, source, target_of


@dataclass(slots=True)
class Tables:
    """The FROM list of one SELECT; following a single-valued navigation property joins its target, once."""

    caller: Caller
    root: Place
    aliases: Iterator[str]
    joins: list[str] = field(default_factory=list)
    _joined: dict[tuple[str, str], Place] = field(default_factory=dict)

    @classmethod
    def of(cls, caller: Caller, entity: Entity, aliases: Iterator[str] | None = None) -> Tables:
        """The tables of a query for rows of `entity`. Raises DataverseError for one that the caller may not read."""
        aliases = aliases or (f"t{number}" for number in itertools.count())
        return cls(caller, caller.place(entity, next(aliases)), aliases)

    @property
    def entities(self) -> Entities:
        """All tables by logical name."""
        return self.caller.entities

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
        joined = self.caller.place(target, next(self.aliases))
        on = matches(joined.key, place, attribute, target) + self.caller.and_reach(joined)
        self.joins.append(f"LEFT JOIN {source(target)} AS {joined.alias} ON {on}")
        self._joined[place.alias, way] = joined
        return joined
