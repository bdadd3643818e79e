"""The tables and columns of an untouched environment: `standard_entities()` reads the files in this folder."""

from connector.sandbox.dynamics.catalogue.tables import standard_entities
from connector.sandbox.dynamics.catalogue.types import Attribute, Entity, Key, Navigation, Option

__all__ = ["Attribute", "Entity", "Key", "Navigation", "Option", "standard_entities"]
