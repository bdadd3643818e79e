"""Options and catalogue → one query: what is read from where, under which conditions, in which order."""

from __future__ import annotations

from dataclasses import dataclass, replace

from connector.sandbox.dynamics.catalogue.types import Attribute, Entity
from connector.sandbox.dynamics.query import text
from connector.sandbox.dynamics.query.caller import Caller
from connector.sandbox.dynamics.query.condition import Filter
from connector.sandbox.dynamics.query.fault import no_property, syntax
from connector.sandbox.dynamics.query.options import Options
from connector.sandbox.dynamics.query.places import (
    Children,
    Parameter,
    children,
    matches,
    target_of,
)
from connector.sandbox.dynamics.query.shape import Many, Shape, Single
from connector.sandbox.dynamics.query.sort import Sort, is_unique, with_key
from connector.sandbox.dynamics.query.tables import Tables

_DEEPEST = 10
_MOST_EXPANDS = 15
_ONLY = (
    "Only $select and $filter clause can be provided while doing $expand on many-to-one relationship or nested "
    "one-to-many relationship."
)
_CURRENCY = "transactioncurrencyid"


@dataclass(slots=True)
class Query:
    """A query for rows. `where` are SQL conditions with their `parameters`; `order` lacks the primary key unless the
    request named it.
    """

    tables: Tables
    shape: Shape
    where: list[str]
    parameters: list[Parameter]
    order: tuple[Sort, ...] = ()
    top: int | None = None

    @property
    def unique(self) -> bool:
        """Whether the order leaves no two rows equal."""
        return is_unique(self.order, self.tables.root)

    @property
    def condition(self) -> str:
        """WHERE, or nothing."""
        return f" WHERE {' AND '.join(self.where)}" if self.where else ""


def compile_query(caller: Caller, entity: Entity, options: Options) -> Query:
    """The query for rows of a table that the options ask for, and that the caller may read. Raises QueryError."""
    expands = [nested for _, nested in options.expand]
    if len(expands) > _MOST_EXPANDS:
        raise syntax(f"A query can have up to {_MOST_EXPANDS} $expand options.")
    compiler = _Compiler(options.aliases, caller, any(one.expand for one in expands))
    return compiler.query(entity, options, 0)


def restrict(query: Query, to: Children, parent: Entity, key: str) -> None:
    """Narrow a query to the rows that point at one row of `parent`."""
    place = query.tables.root
    query.where.insert(0, matches("?", place, to.attribute, parent))
    query.parameters.insert(0, key)


def selected(entity: Entity, names: tuple[str, ...] | None) -> tuple[Attribute, ...]:
    """The columns of a `$select`, the primary key last unless named; all of them for None. Raises QueryError.

    A money column brings the row's currency with it [W 2.1].
    """
    if names is None:
        return tuple(one for one in entity.attributes if one.selectable)
    found: dict[str, Attribute] = {}
    for name in names:
        attribute = entity.property(name)
        if attribute is None:
            raise no_property(name, entity.name)
        found[attribute.name] = attribute
        if attribute.type == "Money" and _CURRENCY in entity:
            found.setdefault(_CURRENCY, entity.by_name[_CURRENCY])
    found.setdefault(entity.primary_id, entity.by_name[entity.primary_id])
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class _Compiler:
    """Compiles one request. `nested` says whether an $expand stands within another: that changes paging and options
    of every expanded collection [D join-tables].
    """

    aliases: dict[str, str]
    caller: Caller
    nested: bool

    def query(self, entity: Entity, options: Options, depth: int) -> Query:
        """The rows of a table, with what is expanded below them."""
        tables = Tables.of(self.caller, entity)
        parameters: list[Parameter] = []
        where = []
        if options.filter:
            tree = text.parse(options.filter, self.aliases)
            where.append(Filter(tables, parameters).sql(tree))
        reach = self.caller.reach(tables.root)
        if reach:
            where.append(reach)
        order = tuple(Sort(tables.column(path.split("/")), descending) for path, descending in options.order)
        return Query(tables, self._shape(entity, options, depth), where, parameters, order, options.top)

    def _shape(self, entity: Entity, options: Options, depth: int) -> Shape:
        if depth > _DEEPEST:
            raise syntax(f"The $expand depth exceeds {_DEEPEST}.")
        expands = tuple(self._expanded(entity, name, nested, depth + 1) for name, nested in options.expand)
        return Shape(entity, selected(entity, options.select), expands)

    def _expanded(self, entity: Entity, name: str, options: Options, depth: int) -> Single | Many:
        way = entity.navigation(name)
        if way is None:
            return self._many(entity, name, options, depth)
        attribute, navigation = way
        target = target_of(self.caller.entities, navigation)
        if target is None:
            raise no_property(name, entity.name)
        if options.filter or options.order or options.top is not None:
            raise syntax(_ONLY)
        self.caller.place(target, "")
        return Single(name, attribute, navigation, self._shape(target, options, depth))

    def _many(self, parent: Entity, name: str, options: Options, depth: int) -> Many:
        found = children(self.caller.entities, parent, name)
        if found is None:
            raise no_property(name, parent.name)
        if self.nested and (options.order or options.top is not None):
            raise syntax(_ONLY)
        inner = self.query(found.entity, options, depth)
        shape = inner.shape
        if not self.nested and options.select is not None:
            shape = replace(shape, attributes=_with_lookup(shape.attributes, found.attribute))
        return Many(
            name=name,
            children=found,
            place=inner.tables.root,
            shape=shape,
            tables=inner.tables.sql,
            condition="".join(f" AND {one}" for one in inner.where),
            parameters=tuple(inner.parameters),
            sorts=with_key(inner.order, inner.tables.root),
            top=options.top,
            options=as_text(options),
            paged=self.nested,
        )


def _with_lookup(attributes: tuple[Attribute, ...], lookup: Attribute) -> tuple[Attribute, ...]:
    """The columns of an expanded row with the lookup that points at its parent, which comes unasked, before the key."""
    return attributes if lookup in attributes else (*attributes[:-1], lookup, attributes[-1])


def as_text(options: Options) -> str:
    """Nested options as the query string of a request of their own."""
    parts = []
    if options.select is not None:
        parts.append("$select=" + ",".join(options.select))
    if options.filter:
        parts.append("$filter=" + options.filter)
    if options.order:
        parts.append("$orderby=" + ",".join(f"{path}{' desc' if down else ''}" for path, down in options.order))
    for name, nested in options.expand:
        parts.append(f"$expand={name}({as_text(nested).replace('&', ';')})")
    return "&".join(parts)
