"""Options and catalogue → one query: what is read from where, under which conditions, in which order."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.sandbox.dynamics.catalogue.types import Attribute, Entity
from connector.sandbox.dynamics.query import text
from connector.sandbox.dynamics.query.condition import Filter
from connector.sandbox.dynamics.query.fault import no_property, syntax
from connector.sandbox.dynamics.query.functions import Caller
from connector.sandbox.dynamics.query.options import Options
from connector.sandbox.dynamics.query.places import (
    Children,
    Column,
    Entities,
    Parameter,
    Tables,
    children,
    matches,
    target_of,
)
from connector.sandbox.dynamics.query.shape import Many, Shape, Single
from connector.sandbox.dynamics.query.sort import Sort, is_unique, with_key

_DEEPEST = 10
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
    aliases: dict[str, str] = field(default_factory=dict)

    @property
    def unique(self) -> bool:
        """Whether the order leaves no two rows equal."""
        return is_unique(self.order, self.tables.root)

    @property
    def condition(self) -> str:
        """WHERE, or nothing."""
        return f" WHERE {' AND '.join(self.where)}" if self.where else ""


def compile_query(entities: Entities, entity: Entity, options: Options, caller: Caller) -> Query:
    """The query for rows of a table that the options ask for. Raises QueryError."""
    tables = Tables.of(entities, entity)
    return _query(tables, options, options.aliases, caller, 0)


def restrict(query: Query, to: Children, parent: Entity, key: str) -> None:
    """Narrow a query to the rows that point at one row of `parent`."""
    place = query.tables.root
    query.where.insert(0, matches("?", place, to.attribute, parent))
    query.parameters.insert(0, key)


def _query(tables: Tables, options: Options, aliases: dict[str, str], caller: Caller, depth: int) -> Query:
    parameters: list[Parameter] = []
    where = []
    if options.filter:
        where.append(Filter(tables, caller, parameters).sql(text.parse(options.filter, aliases)))
    order = tuple(Sort(_sorted(tables, path), descending) for path, descending in options.order)
    shape = shape_of(tables.entities, tables.root.entity, options, aliases, caller, depth)
    return Query(tables, shape, where, parameters, order, options.top, aliases)


def shape_of(
    entities: Entities, entity: Entity, options: Options, aliases: dict[str, str], caller: Caller, depth: int = 0
) -> Shape:
    """The columns and expanded rows that the options ask for. Raises QueryError."""
    if depth > _DEEPEST:
        raise syntax(f"The $expand depth exceeds {_DEEPEST}.")
    expands = tuple(
        _expanded(entities, entity, name, nested, aliases, caller, depth) for name, nested in options.expand
    )
    return Shape(entity, selected(entity, options.select), expands)


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


def _sorted(tables: Tables, path: str) -> Column:
    return tables.column(path.split("/"))


def _expanded(
    entities: Entities, entity: Entity, name: str, options: Options, aliases: dict[str, str], caller: Caller, depth: int
) -> Single | Many:
    way = entity.navigation(name)
    if way is not None:
        attribute, navigation = way
        target = target_of(entities, navigation)
        if target is None:
            raise no_property(name, entity.name)
        if options.filter or options.order or options.top is not None:
            raise syntax(f"Only $select and $expand are supported for the single-valued navigation property '{name}'.")
        shape = shape_of(entities, target, options, aliases, caller, depth + 1)
        return Single(name, attribute, navigation, shape)
    found = children(entities, entity, name)
    if found is None:
        raise no_property(name, entity.name)
    inner = _query(Tables.of(entities, found.entity), options, aliases, caller, depth + 1)
    return Many(
        name=name,
        children=found,
        place=inner.tables.root,
        shape=inner.shape,
        tables=inner.tables.sql,
        condition="".join(f" AND {one}" for one in inner.where),
        parameters=tuple(inner.parameters),
        sorts=with_key(inner.order, inner.tables.root),
        top=options.top,
        options=as_text(options),
    )


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
