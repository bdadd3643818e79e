"""Who asks, when, and what of the environment is there for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector.sandbox.dynamics.access import Access
from connector.sandbox.dynamics.catalogue.types import Entity
from connector.sandbox.dynamics.query.places import PRINCIPAL, Entities, Place


@dataclass(frozen=True, slots=True)
class Caller:
    """A user with business unit and teams, as guids; `now` is in UTC; `entities` are all tables by logical name."""

    user_id: str
    now: datetime
    business_unit: str
    teams: tuple[str, ...]
    entities: Entities
    access: Access

    def place(self, entity: Entity, alias: str) -> Place:
        """A table in FROM, secured columns hidden. Raises DataverseError 403 for one that the user may not read."""
        if entity is PRINCIPAL:
            return Place(entity, alias)
        self.access.demand("Read", entity)
        return Place(entity, alias, self.access.hidden(entity))

    def reach(self, place: Place) -> str:
        """The SQL condition for the rows that the user may read, "" for all."""
        if place.entity is PRINCIPAL:
            return ""
        condition, owners = self.access.rows(place.entity, place.alias)
        for owner in owners:
            condition = condition.replace("?", f"'{owner}'", 1)
        return condition

    def and_reach(self, place: Place) -> str:
        """The same with AND before it, to stand behind another condition."""
        condition = self.reach(place)
        return f" AND {condition}" if condition else ""
