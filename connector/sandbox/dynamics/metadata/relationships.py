"""The one-to-many relationships of tables as metadata shows them. Navigation names are case sensitive [D 2.9]."""

from collections.abc import Iterator, Mapping

from connector.sandbox.dynamics.catalogue.tables import metadata_id
from connector.sandbox.dynamics.catalogue.types import Attribute, Entity, Navigation
from connector.sandbox.dynamics.metadata.label import Shape, managed


def many_to_one(entities: Mapping[str, Entity], entity: Entity) -> list[Shape]:
    """The relationships of this table's lookups."""
    found = [(entity, attribute, way) for attribute in entity.attributes for way in attribute.navigations]
    return [_relationship(entities, *one) for one in found]


def one_to_many(entities: Mapping[str, Entity], entity: Entity) -> list[Shape]:
    """The relationships of lookups that point at this table."""
    return [_relationship(entities, *one) for one in pointing_at(entities, entity.name)]


def pointing_at(entities: Mapping[str, Entity], target: str) -> Iterator[tuple[Entity, Attribute, Navigation]]:
    """Every lookup that points at the table of that name, and how."""
    for child in entities.values():
        for attribute in child.attributes:
            for way in attribute.navigations:
                if way.target == target:
                    yield child, attribute, way


def _relationship(entities: Mapping[str, Entity], child: Entity, attribute: Attribute, way: Navigation) -> Shape:
    parent = entities.get(way.target)
    return {
        "@odata.type": "#Microsoft.Dynamics.CRM.OneToManyRelationshipMetadata",
        "MetadataId": metadata_id("relationship", way.schema_name, way.target),
        "HasChanged": None,
        "IntroducedVersion": "5.0.0.0",
        "IsCustomRelationship": attribute.custom,
        "IsCustomizable": managed(True, "iscustomizable"),
        "IsHierarchical": False,
        "IsManaged": not attribute.custom,
        "IsValidForAdvancedFind": True,
        "ReferencedAttribute": parent.primary_id if parent else f"{way.target}id",
        "ReferencedEntity": way.target,
        "ReferencedEntityNavigationPropertyName": way.collection or None,
        "ReferencingAttribute": attribute.name,
        "ReferencingEntity": child.name,
        "ReferencingEntityNavigationPropertyName": way.single,
        "RelationshipBehavior": 1,
        "RelationshipType": "OneToManyRelationship",
        "SchemaName": way.schema_name,
        "SecurityTypes": "Append",
    }
