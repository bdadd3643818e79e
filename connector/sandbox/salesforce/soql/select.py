"""A query and the catalogue → one SQLite statement, and the shape that its rows take on the wire."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from connector.sandbox.salesforce.catalogue import FieldType, ObjectType
from connector.sandbox.salesforce.soql import functions, tree
from connector.sandbox.salesforce.soql.condition import Conditions, Parameter
from connector.sandbox.salesforce.soql.fault import QueryError, located
from connector.sandbox.salesforce.soql.names import Catalogue, Column, Names
from connector.sandbox.salesforce.soql.projection import Projection
from connector.sandbox.salesforce.stamps import stamp

MAX_OFFSET = 2_000
_MAX_SEMI_JOINS = 2
_IDS = frozenset({"id", "reference"})


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks, when, and whether deleted and archived rows are wanted (queryAll, ALL ROWS)."""

    catalogue: Catalogue
    now: datetime
    zone: ZoneInfo
    user_id: str
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Child:
    """A child sub-query: under which name its records appear, and the statement that finds them."""

    name: str
    parent_column: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled query. `kind` is rows, groups or count.

    `tables` is the FROM list with its joins, `where` the conditions, `tail` GROUP BY, HAVING and ORDER BY. LIMIT and
    OFFSET are kept apart because paging adds its own.
    """

    kind: str
    object: ObjectType
    table: str
    projection: Projection
    tables: tuple[str, ...]
    where: tuple[str, ...]
    tail: str
    parameters: tuple[Parameter, ...]
    limit: int | None
    offset: int
    ordered: bool
    children: tuple[Child, ...] = ()

    @property
    def window(self) -> str:
        """LIMIT and OFFSET as SQL."""
        if self.limit is None and not self.offset:
            return ""
        return f" LIMIT {-1 if self.limit is None else self.limit} OFFSET {self.offset}"

    def sql(self, columns: str, condition: str = "") -> str:
        """SELECT these columns of what the query finds, without LIMIT; `condition` comes first in WHERE."""
        conditions = [condition, *self.where] if condition else self.where
        where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
        return f"SELECT {columns} FROM {' '.join(self.tables)}{where}{self.tail}"


def compile_query(query: tree.Query, asking: Asking) -> Statement:
    """The statement for a query. Raises QueryError INVALID_TYPE, INVALID_FIELD or MALFORMED_QUERY with position."""
    found = asking.catalogue.find(query.source.path[0]) if len(query.source.path) == 1 else None
    if found is None:
        raise no_object(".".join(query.source.path), query.text, query.source.at)
    if not found.queryable:
        raise QueryError("INVALID_TYPE_FOR_OPERATION", f"entity type {found.name} does not support query")
    return _Compiler(query, asking, found, (f"t{number}" for number in itertools.count())).statement()


def no_object(name: str, text: str, at: int) -> QueryError:
    """The refusal of an object that is not there [R test_count_sobjects__errors]."""
    what = (
        f"sObject type '{name}' is not supported. If you are attempting to use a custom object, be sure to append the "
        "'__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names."
    )
    return located("INVALID_TYPE", what, text, at)


@dataclass(slots=True)
class _Compiler:
    query: tree.Query
    asking: Asking
    root: ObjectType
    aliases: Iterator[str]
    names: Names = field(init=False)
    parameters: list[Parameter] = field(default_factory=list)
    semi_joins: int = 0

    def __post_init__(self) -> None:
        asking = self.asking
        moment = (stamp(asking.now), asking.now.astimezone(asking.zone).date().isoformat())
        self.names = Names(asking.catalogue, self.query.text, self.root, self.aliases, str(asking.zone), moment)
        self.names.call(self.query.source, self.query.joined)

    def statement(self) -> Statement:
        query = self.query
        kind = self._kind()
        projection = Projection(self.names)
        group = [self._grouping(one) for one in query.group]
        if kind == "groups":
            projection.groups(query.select, {column.sql for column in group})
        elif kind == "rows":
            projection.rows(query)
        children = tuple(self._child(item) for item in query.select if isinstance(item, tree.Query))
        if children and kind != "rows":
            raise self._malformed("Grouped query cannot use child relationships in the SELECT list")
        where, tail = self._rest([column.sql for column in group])
        return Statement(
            kind=kind,
            object=self.root,
            table=self.names.table,
            projection=projection,
            tables=tuple(self.names.sql),
            where=where,
            tail=tail,
            parameters=tuple(self.parameters),
            limit=query.limit,
            offset=self._offset(),
            ordered=bool(query.order),
            children=children,
        )

    def inner(self, parameters: list[Parameter]) -> str:
        """The SQL of this query as a semi-join's inner SELECT: exactly one id."""
        items = self.query.select
        only = items[0] if len(items) == 1 else None
        if not isinstance(only, tree.Selected):
            raise self._malformed("semi join sub-selects can only query one field")
        column = functions.column(only.expression, self.names)
        if column.kind not in _IDS:
            what = f"semi join sub-selects can only query id fields, cannot use: '{'.'.join(column.path)}'"
            raise self._malformed(what)
        self.parameters = parameters
        where, tail = self._rest([])
        conditions = f" WHERE {' AND '.join(where)}" if where else ""
        limit = "" if self.query.limit is None else f" LIMIT {self.query.limit}"
        return f"SELECT {column.sql} FROM {' '.join(self.names.sql)}{conditions}{tail}{limit}"

    def child_of(self, lookup: FieldType) -> tuple[str, Statement]:
        """The parent's column and the statement, of this query as a child sub-query joined by `lookup`."""
        return f'{self.names.table}."{lookup.name}"', self.statement()

    def _kind(self) -> str:
        items = self.query.select
        counts = [one for one in items if isinstance(one, tree.Selected) and _is_bare_count(one.expression)]
        if counts and len(items) == 1 and not self.query.group:
            return "count"
        if counts:
            raise self._malformed("COUNT() must be the only element in the SELECT list")
        selected = [one.expression for one in items if isinstance(one, tree.Selected)]
        return "groups" if self.query.group or any(map(functions.is_aggregate, selected)) else "rows"

    def _grouping(self, expression: tree.Expression) -> Column:
        column = functions.column(expression, self.names)
        plain = isinstance(expression, tree.Name)
        if column.parts or (plain and column.field is not None and not column.field.groupable):
            what = f"field '{column.path[-1]}' can not be grouped in a query call"
            raise located("INVALID_FIELD", what, self.query.text, expression.at)
        return column

    def _rest(self, group: list[str]) -> tuple[tuple[str, ...], str]:
        """The conditions of WHERE, and what follows it."""
        conditions = self._hidden_rows()
        if self.query.where is not None:
            conditions.append(self._conditions().sql(self.query.where))
        tail = f" GROUP BY {', '.join(group)}" if group else ""
        if self.query.having is not None:
            tail += f" HAVING {self._conditions().sql(self.query.having)}"
        if self.query.order:
            tail += " ORDER BY " + ", ".join(self._sort(one, group) for one in self.query.order)
        return tuple(conditions), tail

    def _conditions(self) -> Conditions:
        zone = self.asking.zone
        today = self.asking.now.astimezone(zone).date()
        text = self.query.text
        return Conditions(
            text, today, zone, lambda one: functions.column(one, self.names), self._semi_join, self.parameters
        )

    def _hidden_rows(self) -> list[str]:
        """What keeps deleted and archived rows out, and what USING SCOPE mine means."""
        conditions = []
        if not (self.asking.deleted or self.query.all_rows):
            conditions = [f'{self.names.table}."{one}" = 0' for one in ("IsDeleted", "IsArchived") if one in self.root]
        if (self.query.scope or "").lower() == "mine":
            if "OwnerId" not in self.root:
                raise self._malformed(f"Scope 'mine' is not supported for {self.root.name}")
            self.parameters.append(self.asking.user_id)
            conditions.append(f'{self.names.table}."OwnerId" = ?')
        return conditions

    def _semi_join(self, query: tree.Query, parameters: list[Parameter]) -> str:
        self.semi_joins += 1
        if self.semi_joins > _MAX_SEMI_JOINS:
            raise self._malformed(f"Maximum {_MAX_SEMI_JOINS} semi join sub-selects are allowed")
        found = self.asking.catalogue.find(query.source.path[0])
        if found is None:
            raise no_object(query.source.path[0], query.text, query.source.at)
        if found.name == self.root.name:
            raise self._malformed("The inner and outer selects should not be on the same object type")
        return _Compiler(query, self.asking, found, self.aliases).inner(parameters)

    def _child(self, query: tree.Query) -> Child:
        relation = query.source.path[-1]
        for found in self.asking.catalogue.all():
            for lookup in found.fields:
                fits = self.root.name in lookup.reference_to
                if fits and (lookup.child_relationship or "").lower() == relation.lower():
                    if any(isinstance(item, tree.Query) for item in query.select):
                        raise self._malformed("child sub-queries cannot be nested here")
                    compiled = _Compiler(query, self.asking, found, self.aliases).child_of(lookup)
                    return Child(lookup.child_relationship or "", *compiled)
        what = (
            f"Didn't understand relationship '{relation}' in FROM part of query call. If you are attempting to use a "
            "custom relationship, be sure to append the '__r' after the custom relationship name. Please reference "
            "your WSDL or the describe call for the appropriate names."
        )
        raise located("INVALID_TYPE", what, query.text, query.source.at)

    def _sort(self, sort: tree.Sort, group: list[str]) -> str:
        column = functions.column(sort.expression, self.names)
        if column.parts or (column.field is not None and not column.field.sortable):
            what = f"field '{column.path[-1]}' can not be sorted in a query call"
            raise located("INVALID_FIELD", what, self.query.text, sort.expression.at)
        if group and column.sql not in group and not functions.is_aggregate(sort.expression):
            raise located(
                "MALFORMED_QUERY", f"Ordered field must be grouped or aggregated: {column.path[-1]}",
                self.query.text, sort.expression.at,
            )  # fmt: skip
        text = column.kind not in (*_IDS, "date", "datetime", "int", "double", "currency", "percent", "boolean")
        collate = " COLLATE NOCASE" if text else ""
        direction = "DESC" if sort.descending else "ASC"
        return f"{column.sql}{collate} {direction} NULLS {'LAST' if sort.nulls_last else 'FIRST'}"

    def _offset(self) -> int:
        offset = self.query.offset or 0
        if offset > MAX_OFFSET:
            raise QueryError("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {MAX_OFFSET}")
        return offset

    def _malformed(self, what: str) -> QueryError:
        return QueryError("MALFORMED_QUERY", what)


def _is_bare_count(expression: tree.Expression) -> bool:
    return isinstance(expression, tree.Call) and expression.function.lower() == "count" and not expression.arguments
