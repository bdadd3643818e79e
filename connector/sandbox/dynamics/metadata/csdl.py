"""`$metadata`: the service as an OData v4 schema (CSDL), from the same facts as everything else."""

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import quoteattr

from connector.sandbox.dynamics.catalogue.types import Attribute, Entity
from connector.sandbox.dynamics.metadata.relationships import pointing_at

_TYPES = {
    "Integer": "Edm.Int32", "BigInt": "Edm.Int64", "Decimal": "Edm.Decimal", "Money": "Edm.Decimal",
    "Double": "Edm.Double", "Boolean": "Edm.Boolean", "Picklist": "Edm.Int32", "State": "Edm.Int32",
    "Status": "Edm.Int32", "Uniqueidentifier": "Edm.Guid", "Lookup": "Edm.Guid", "Customer": "Edm.Guid",
    "Owner": "Edm.Guid",
}  # fmt: skip
_HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
    '<Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">'
    '<EntityType Name="crmbaseentity" Abstract="true" />'
)
_TAIL = "</Schema></edmx:DataServices></edmx:Edmx>"


def document(entities: Mapping[str, Entity]) -> Iterator[str]:
    """The document in pieces, a table each."""
    yield _HEAD
    for entity in entities.values():
        yield from _entity_type(entities, entity)
    yield '<EntityContainer Name="System">'
    for entity in entities.values():
        yield from _entity_set(entities, entity)
    yield f"</EntityContainer>{_TAIL}"


def edm_type(attribute: Attribute) -> str:
    """The type of a column's values."""
    if attribute.type == "DateTime":
        return "Edm.Date" if attribute.date_only else "Edm.DateTimeOffset"
    return _TYPES.get(attribute.type, "Edm.String")


def _entity_type(entities: Mapping[str, Entity], entity: Entity) -> Iterator[str]:
    yield f'<EntityType Name={quoteattr(entity.name)} BaseType="mscrm.crmbaseentity">'
    yield f"<Key><PropertyRef Name={quoteattr(entity.primary_id)} /></Key>"
    for attribute in entity.attributes:
        if attribute.selectable:
            yield f"<Property Name={quoteattr(attribute.property_name)} Type={quoteattr(edm_type(attribute))} />"
    for attribute in entity.attributes:
        for way in attribute.navigations:
            yield _single(entities, attribute, way.single, way.target, way.collection)
    for child, _, way in pointing_at(entities, entity.name):
        if way.collection:
            yield (
                f"<NavigationProperty Name={quoteattr(way.collection)} "
                f'Type="Collection(mscrm.{child.name})" Partner={quoteattr(way.single)} />'
            )
    yield "</EntityType>"


def _single(entities: Mapping[str, Entity], attribute: Attribute, name: str, target: str, partner: str) -> str:
    parent = entities.get(target)
    kind, key = (target, parent.primary_id) if parent else ("crmbaseentity", f"{target}id")
    shown = f" Partner={quoteattr(partner)}" if partner else ""
    tie = f'<ReferentialConstraint Property="_{attribute.name}_value" ReferencedProperty="{key}" />'
    head = f'<NavigationProperty Name={quoteattr(name)} Type="mscrm.{kind}" Nullable="false"{shown}>'
    return f"{head}{tie}</NavigationProperty>"


def _entity_set(entities: Mapping[str, Entity], entity: Entity) -> Iterator[str]:
    yield f'<EntitySet Name={quoteattr(entity.set_name)} EntityType="Microsoft.Dynamics.CRM.{entity.name}">'
    for attribute in entity.attributes:
        for way in attribute.navigations:
            if way.target in entities:
                target = entities[way.target].set_name
                yield f"<NavigationPropertyBinding Path={quoteattr(way.single)} Target={quoteattr(target)} />"
    yield "</EntitySet>"
