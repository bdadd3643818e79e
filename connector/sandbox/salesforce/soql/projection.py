"""The SELECT list: which columns SQLite is asked for, and where each stands in the answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.soql import functions, tree
from connector.sandbox.salesforce.soql.fault import QueryError, located
from connector.sandbox.salesforce.soql.names import Column, Names, Related
from connector.sandbox.salesforce.soql.shape import Compound, Node, Value, converter

MAX_FIELDS_LIMIT = 200
"""FIELDS(ALL) and FIELDS(CUSTOM) need a LIMIT of at most this."""
_GROUPS = frozenset({"all", "standard", "custom"})


@dataclass(slots=True)
class Projection:
    """`columns` are SQL, in the order of the row; `node` puts the row into shape.

    `header` and `cells` are the same for CSV: the plain selected fields, as (SQL, kind), without hidden columns.
    """

    names: Names
    columns: list[str] = field(default_factory=list)
    node: Node = field(default_factory=lambda: Node("AggregateResult"))
    header: list[str] = field(default_factory=list)
    cells: list[Column] = field(default_factory=list)

    def rows(self, query: tree.Query) -> None:
        """The SELECT list of a query for records."""
        root = self.names.root
        self.node = Node(root.name, root.name, self._add(f'{self.names.table}."Id"'))
        for item in query.select:
            if isinstance(item, tree.TypeOf):
                self._typeof(item)
            elif isinstance(item, tree.Selected):
                self._selected(item, query)

    def groups(self, select: Iterable[tree.Selected | tree.TypeOf | tree.Query], grouped: set[str]) -> None:
        """The SELECT list of a query for groups: aggregates and the fields of GROUP BY."""
        unnamed = 0
        for item in select:
            if not isinstance(item, tree.Selected):
                continue
            column = functions.column(item.expression, self.names)
            if isinstance(item.expression, tree.Name) and column.sql not in grouped:
                what = f"Field must be grouped or aggregated: {column.path[-1]}"
                raise located("MALFORMED_QUERY", what, self.names.text, item.expression.at)
            key = item.alias or (column.path[-1] if column.path else "")
            if not key:
                key = f"expr{unnamed}"
                unnamed += 1
            if key in self.node.entries:
                raise located("MALFORMED_QUERY", f"duplicate alias: {key}", self.names.text, item.expression.at)
            self._place(self.node, key, column)
            self._cell(key, column)

    def _selected(self, item: tree.Selected, query: tree.Query) -> None:
        expression = item.expression
        if isinstance(expression, tree.Call) and expression.function.lower() == "fields":
            for known in self._fields(expression, query):
                column = self.names.column(tree.Name((known.name,), expression.at))
                if known.name not in self.node.entries:
                    self._field(column, known.name)
            return
        if item.alias and isinstance(expression, tree.Name):
            raise QueryError("MALFORMED_QUERY", "only aggregate expressions use field aliasing")
        column = functions.column(expression, self.names)
        key = item.alias or (column.path[-1] if column.path else "expr0")
        node = self._parent(column.path[:-1]) if isinstance(expression, tree.Name) else self.node
        if key in node.entries:
            raise QueryError("INVALID_FIELD", f"duplicate field selected: {'.'.join(column.path)}")
        self._field(column, item.alias or "")

    def _field(self, column: Column, key: str) -> None:
        node = self._parent(column.path[:-1])
        self._place(node, key or column.path[-1], column)
        self._cell(key or ".".join(column.path), column)

    def _cell(self, header: str, column: Column) -> None:
        self.header.append(header)
        self.cells.append(column)

    def _place(self, node: Node, key: str, column: Column) -> None:
        if column.parts:
            parts = tuple((name, Value(self._add(part.sql), converter(part.kind))) for name, part in column.parts)
            node.entries[key] = Compound(parts)
        else:
            node.entries[key] = Value(self._add(column.sql), converter(column.kind))

    def _parent(self, path: tuple[str, ...]) -> Node:
        """The node of a parent, made on first use."""
        node = self.node
        for depth, relation in enumerate(path, 1):
            entry = node.entries.get(relation)
            if not isinstance(entry, Node):
                related = self.names.related[tuple(part.lower() for part in path[:depth])]
                entry = node.entries[relation] = self._related(related)
            node = entry
        return node

    def _related(self, related: Related) -> Node:
        index = self._add(related.id_sql)
        if related.polymorphic:
            return Node("Name", "Name", index, self._add(related.object_sql))
        found = related.targets[0][0]
        return Node(found.name, found.name, index)

    def _typeof(self, item: tree.TypeOf) -> None:
        """TYPEOF: the fields depend on what the row's parent is."""
        names = self.names
        related = names.relation(item.relation, item.relation.path)
        node = self.node.entries[related.path[-1]] = self._related(related)
        assert isinstance(node, Node)
        targets = {found.name.lower(): (found, alias) for found, alias in related.targets}
        for wanted, fields in item.branches:
            if wanted.lower() not in targets:
                what = f"sObject type '{wanted}' is not supported in TYPEOF {related.path[-1]}"
                raise located("INVALID_TYPE", what, names.text, item.relation.at)
            found, alias = targets[wanted.lower()]
            entries = node.choices.setdefault(found.name, {})
            for name in fields:
                known = found.field(name.path[-1])
                if known is None or len(name.path) > 1:
                    raise names.no_column(".".join(name.path), found.name, name.at)
                entries[known.name] = Value(self._add(names.value(known, alias)), converter(known.type))
        for name in item.otherwise:
            column = names.column(tree.Name((*item.relation.path, *name.path), name.at))
            node.entries[column.path[-1]] = Value(self._add(column.sql), converter(column.kind))

    def _fields(self, call: tree.Call, query: tree.Query) -> list[FieldType]:
        """What FIELDS(ALL), FIELDS(STANDARD) or FIELDS(CUSTOM) stands for."""
        given = call.arguments[0] if len(call.arguments) == 1 else None
        group = given.path[0].lower() if isinstance(given, tree.Name) else ""
        if group not in _GROUPS:
            raise located("MALFORMED_QUERY", "FIELDS takes ALL, STANDARD or CUSTOM", self.names.text, call.at)
        if group != "standard" and (query.limit is None or query.limit > MAX_FIELDS_LIMIT):
            what = f"The SOQL FIELDS function must have a LIMIT of at most {MAX_FIELDS_LIMIT}"
            raise located("MALFORMED_QUERY", what, self.names.text, call.at)
        fields = self.names.root.fields
        return [one for one in fields if group == "all" or one.custom == (group == "custom")]

    def _add(self, sql: str) -> int:
        if sql in self.columns:
            return self.columns.index(sql)
        self.columns.append(sql)
        return len(self.columns) - 1
