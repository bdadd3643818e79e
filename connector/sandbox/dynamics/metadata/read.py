"""Answers to questions about the make-up of the environment [D 5.1]: as it is published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from connector.sandbox.dynamics.catalogue import Attribute, Entity
from connector.sandbox.dynamics.errors import DataverseError, no_segment
from connector.sandbox.dynamics.metadata.choices import choices
from connector.sandbox.dynamics.metadata.columns import (
    CAST_TYPES,
    EXPANDABLE,
    NAMESPACE,
    ROOT_TYPE,
    column,
    metadata_type,
)
from connector.sandbox.dynamics.metadata.label import Shape
from connector.sandbox.dynamics.metadata.options import Expand, Options
from connector.sandbox.dynamics.metadata.path import Segment
from connector.sandbox.dynamics.metadata.relationships import many_to_one, one_to_many
from connector.sandbox.dynamics.metadata.tables import key, table

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

TABLE_TYPE = "EntityMetadata"
_RELATIONSHIPS = {"ManyToOneRelationships": many_to_one, "OneToManyRelationships": one_to_many}
_RELATIONSHIP_TYPE = "OneToManyRelationshipMetadata"
_COLLECTIONS = ("Attributes", "Keys", *_RELATIONSHIPS, "ManyToManyRelationships")


class Reader:
    """Answers one request. `answer` gives the fragment of @odata.context and the object, or the list of objects."""

    def __init__(self, entities: Mapping[str, Entity], org: Org) -> None:
        self._entities = entities
        self._org = org

    def answer(self, path: list[Segment], options: Options) -> tuple[str, Shape | list[Shape]]:
        """What the path names. Raises DataverseError if there is no such thing, QueryError for wrong options."""
        head, *rest = path
        if head.name == "GlobalOptionSetDefinitions":
            return self._choices(head, rest, options)
        if head.name == "RelationshipDefinitions":
            return self._relationships(head, rest, options)
        if not head.by:
            return self._tables(rest, options)
        entity = self.table(head)
        if not rest:
            return "EntityDefinitions/$entity", options.shown(table(entity), TABLE_TYPE, self._table_ways(entity))
        return self._within(entity, rest, options)

    def table(self, segment: Segment) -> Entity:
        """The table that a segment names. Raises DataverseError."""
        for entity in self._entities.values():
            if segment.value == (entity.name if segment.by == "LogicalName" else entity.id):
                return entity
        text = f"Could not find an entity with name {segment.value}"
        if segment.by != "LogicalName":
            text = f"Could not find an entity with specified MetadataId {segment.value}"
        raise DataverseError(404, "0x80060888" if segment.by == "LogicalName" else "0x80040217", text)

    def column(self, entity: Entity, segment: Segment) -> Attribute:
        """The column of that table that a segment names. Raises DataverseError."""
        for one in entity.attributes:
            if segment.value == (one.name if segment.by == "LogicalName" else one.id):
                return one
        text = f"Could not find an attribute with specified name: {segment.value} within entity {entity.name}"
        raise DataverseError(404, "0x80040217", text)

    def _tables(self, rest: list[Segment], options: Options) -> tuple[str, list[Shape]]:
        if rest:
            raise no_segment(rest[0].name)
        shapes = {
            shape["MetadataId"]: (shape, entity) for entity in self._entities.values() for shape in (table(entity),)
        }
        chosen = options.chosen((shape for shape, _ in shapes.values()), TABLE_TYPE)
        shown = [options.shown(shape, TABLE_TYPE, self._table_ways(shapes[shape["MetadataId"]][1])) for shape in chosen]
        return "EntityDefinitions", shown

    def _table_ways(self, entity: Entity) -> dict[str, Expand]:
        ways: dict[str, Expand] = {
            "Attributes": lambda _, inner: self._columns(entity, entity.attributes, "", inner),
            "Keys": lambda _, inner: _plain([key(entity, one) for one in entity.keys], "EntityKeyMetadata", inner),
            "ManyToManyRelationships": lambda _, inner: [],
        }
        for name, found in _RELATIONSHIPS.items():
            ways[name] = lambda _, inner, found=found: _plain(found(self._entities, entity), _RELATIONSHIP_TYPE, inner)  # type: ignore[misc]
        return ways

    def _within(self, entity: Entity, rest: list[Segment], options: Options) -> tuple[str, Shape | list[Shape]]:
        """A collection of a table, or one thing in it."""
        here, *beyond = rest
        context = f"EntityDefinitions('{entity.name}')/{here.name}"
        if here.name not in _COLLECTIONS:
            raise no_segment(here.name)
        if here.name == "Attributes":
            return self._attributes(entity, here, beyond, options, context)
        if beyond:
            raise no_segment(beyond[0].name)
        ways = self._table_ways(entity)
        found = ways[here.name]({}, options)
        assert isinstance(found, list)
        if not here.by:
            return context, found
        for shape in ways[here.name]({}, Options({})):  # type: ignore[attr-defined]
            if shape.get(here.by) == here.value:
                return f"{context}/$entity", options.shown(shape, "EntityKeyMetadata", {})
        raise DataverseError(404, "0x80040217", f"Could not find {here.value} among the {here.name} of {entity.name}.")

    def _attributes(
        self, entity: Entity, here: Segment, beyond: list[Segment], options: Options, context: str
    ) -> tuple[str, Shape | list[Shape]]:
        cast = beyond[0].name.removeprefix(f"{NAMESPACE}.") if beyond else ""
        if cast and cast not in CAST_TYPES and beyond[0].name.startswith(NAMESPACE):
            raise no_segment(beyond[0].name)
        if not here.by:
            if len(beyond) > 1 or (beyond and not beyond[0].name.startswith(NAMESPACE)):
                raise no_segment(beyond[-1].name)
            shown = self._columns(entity, entity.attributes, cast, options)
            return f"{context}/{NAMESPACE}.{cast}" if cast else context, shown
        one = self.column(entity, here)
        if cast and beyond[0].name.startswith(NAMESPACE):
            if metadata_type(one) != cast:
                raise DataverseError(
                    404, "0x80040217", f"The attribute {one.name} is a {metadata_type(one)}, no {cast}."
                )
            beyond = beyond[1:]
        else:
            cast = ""
        if beyond:
            return self._choice(entity, one, beyond, options, context)
        kind = cast or ROOT_TYPE
        shape = options.shown(column(entity, one), kind, _choice_ways(cast), _known(entity, one, cast))
        return f"{context}/{NAMESPACE}.{cast}/$entity" if cast else f"{context}/$entity", shape

    def _choice(
        self, entity: Entity, one: Attribute, beyond: list[Segment], options: Options, context: str
    ) -> tuple[str, Shape]:
        """What `…/OptionSet` shows: the choice itself."""
        found = column(entity, one).get(beyond[0].name) if beyond[0].name in EXPANDABLE else None
        if found is None or len(beyond) > 1:
            raise no_segment(beyond[0].name)
        return f"{context}('{one.name}')/{beyond[0].name}/$entity", options.shown(found, "OptionSetMetadata", {})

    def _columns(self, entity: Entity, among: Iterable[Attribute], cast: str, options: Options) -> list[Shape]:
        kept = [one for one in among if not cast or metadata_type(one) == cast]
        shapes = options.chosen([column(entity, one) for one in kept], cast or ROOT_TYPE)
        known = _known(entity, kept[0], cast) if kept else ()
        return [options.shown(shape, cast or ROOT_TYPE, _choice_ways(cast), known) for shape in shapes]

    def _choices(self, head: Segment, rest: list[Segment], options: Options) -> tuple[str, Shape | list[Shape]]:
        shapes = [one.shape() for one in choices(self._org).values()]
        if rest and not rest[0].name.startswith(NAMESPACE):
            raise no_segment(rest[0].name)
        if not head.by:
            return head.name, _plain(shapes, "OptionSetMetadataBase", options)
        for shape in shapes:
            if shape.get(head.by) == head.value:
                return f"{head.name}/$entity", options.shown(shape, "OptionSetMetadataBase", {})
        raise DataverseError(404, "0x80040217", f"Could not find optionset {head.value}.")

    def _relationships(self, head: Segment, rest: list[Segment], options: Options) -> tuple[str, Shape | list[Shape]]:
        shapes = [shape for entity in self._entities.values() for shape in many_to_one(self._entities, entity)]
        if rest and rest[0].name != f"{NAMESPACE}.{_RELATIONSHIP_TYPE}":
            raise no_segment(rest[0].name)
        if not head.by:
            return head.name, _plain(shapes, _RELATIONSHIP_TYPE, options)
        for shape in shapes:
            if shape.get(head.by) == head.value:
                return f"{head.name}/$entity", options.shown(shape, _RELATIONSHIP_TYPE, {})
        raise DataverseError(404, "0x80040217", f"Could not find the relationship {head.value}.")


def _plain(shapes: list[Shape], kind: str, options: Options) -> list[Shape]:
    return [options.shown(shape, kind, {}) for shape in options.chosen(shapes, kind)]


def _choice_ways(cast: str) -> dict[str, Expand]:
    """Only columns that were cast to a type with choices can be expanded [D 5.1]."""
    if not cast:
        return dict.fromkeys(EXPANDABLE, _refused)
    return {name: (lambda shape, inner, name=name: _inner(shape.get(name), inner)) for name in EXPANDABLE}  # type: ignore[misc]


def _refused(shape: Shape, options: Options) -> object:
    from connector.sandbox.dynamics.query.fault import no_property

    raise no_property("OptionSet", ROOT_TYPE)


def _inner(shape: Shape | None, options: Options) -> Shape | None:
    return None if shape is None else options.shown(shape, "OptionSetMetadata", {})


def _known(entity: Entity, one: Attribute, cast: str) -> frozenset[str]:
    """The properties that may be selected: those of all columns, or with a cast those of that type, too."""
    shape = column(entity, one)
    if cast:
        return frozenset(shape)
    virtual = column(entity, Attribute(name="x", schema_name="x", label="", type="Virtual"))
    return frozenset(virtual)
