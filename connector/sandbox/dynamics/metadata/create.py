"""A new column, with what comes with it."""

from msgspec.structs import replace

from connector.sandbox.dynamics.catalogue import Attribute, Entity
from connector.sandbox.dynamics.catalogue.tables import companions, metadata_id


def with_new_column(entity: Entity, attribute: Attribute) -> Entity:
    """The table with that column and the virtual ones that come with it, each with its number and MetadataId."""
    for one in (attribute, *companions(attribute)):
        number = 1 + max((other.number for other in entity.attributes), default=0)
        id = one.id or metadata_id(entity.name, one.name)
        entity = entity.with_attribute(replace(one, number=number, id=id))
    return entity
