"""`$apply`: filters, groups and aggregates."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from connector.sandbox.dynamics.catalogue.types import FRACTIONS, WHOLE, Attribute, Entity
from connector.sandbox.dynamics.query import text
from connector.sandbox.dynamics.query.caller import Caller
from connector.sandbox.dynamics.query.condition import Filter
from connector.sandbox.dynamics.query.fault import QueryError, syntax
from connector.sandbox.dynamics.query.formats import formatted
from connector.sandbox.dynamics.query.options import split
from connector.sandbox.dynamics.query.places import Column, Parameter
from connector.sandbox.dynamics.query.preferences import FORMATTED, Preferences
from connector.sandbox.dynamics.query.tables import Tables

MOST = 50_000
"""Rows that one aggregate may run over [W 2.2]."""
_STEP = re.compile(r"(filter|groupby|aggregate)\s*\((.*)\)\Z", re.DOTALL)
_AGGREGATE = re.compile(r"(?:(\$count)|([\w/]+)\s+with\s+(\w+))\s+as\s+(\w+)\Z")
_SQL = {
    "sum": "sum({})",
    "average": "avg({})",
    "min": "min({})",
    "max": "max({})",
    "countdistinct": "count(DISTINCT {})",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One column of the answer: its name, its SQL, and the attribute whose values it shows unchanged."""

    name: str
    sql: str
    attribute: Attribute | None = None


@dataclass(slots=True)
class Groups:
    """A compiled `$apply`, or FetchXML with aggregates; groups come in the order of their keys, or in `order` (SQL)."""

    tables: Tables
    where: list[str] = field(default_factory=list)
    parameters: list[Parameter] = field(default_factory=list)
    keys: list[Cell] = field(default_factory=list)
    values: list[Cell] = field(default_factory=list)
    order: str = ""

    def check(self) -> None:
        """Refuse groups that show nothing, or two columns of one name. Raises QueryError."""
        names = [one.name for one in (*self.keys, *self.values)]
        if not names:
            raise syntax("Groups and aggregates need at least one column.")
        for name in names:
            if names.count(name) > 1:
                raise syntax(f"The name '{name}' stands for two columns of the groups.")

    @property
    def names(self) -> str:
        """The columns as the context URL lists them."""
        return ",".join(one.name for one in (*self.keys, *self.values))


def compile_apply(caller: Caller, entity: Entity, expression: str, aliases: dict[str, str]) -> Groups:
    """The groups that the expression asks for. Raises QueryError."""
    made = Groups(Tables.of(caller, entity))
    reach = caller.reach(made.tables.root)
    if reach:
        made.where.append(reach)
    steps = split(expression, "/")
    for number, step in enumerate(steps):
        found = _STEP.match(step)
        if found is None:
            raise syntax(f"'{step}' is not a transformation that $apply supports.")
        name, inner = found.groups()
        if name == "filter":
            made.where.append(Filter(made.tables, made.parameters).sql(text.parse(inner, aliases)))
            continue
        if number != len(steps) - 1:
            raise syntax(f"The transformation '{name}' must be the last one.")
        if name == "groupby":
            _group(made, split(inner, ","))
        else:
            made.values = [_value(made.tables, part) for part in split(inner, ",")]
    made.check()
    return made


def read(groups: Groups, db: sqlite3.Connection, preferences: Preferences) -> list[dict[str, Any]]:
    """The groups as JSON objects. Raises QueryError when they run over too many rows."""
    condition = f" WHERE {' AND '.join(groups.where)}" if groups.where else ""
    tables = f"{groups.tables.sql}{condition}"
    rows = db.execute(f"SELECT count(*) FROM (SELECT 1 FROM {tables} LIMIT {MOST + 1})", groups.parameters)
    if rows.fetchone()[0] > MOST:
        raise QueryError("0x8004e023", "AggregateQueryRecordLimit exceeded. Cannot perform this operation.")
    cells = [*groups.keys, *groups.values]
    sql = f"SELECT {', '.join(cell.sql for cell in cells)} FROM {tables}"
    if groups.keys:
        keys = ", ".join(cell.sql for cell in groups.keys)
        sql += f" GROUP BY {keys} ORDER BY {groups.order or keys}"
    shown = preferences.wants(FORMATTED)
    return [_record(cells, row, shown) for row in db.execute(sql, groups.parameters)]


def _record(cells: list[Cell], row: tuple[Any, ...], shown: bool) -> dict[str, Any]:
    record: dict[str, Any] = {}
    for cell, value in zip(cells, row, strict=True):
        if cell.attribute is not None:
            label = formatted(cell.attribute, value) if shown and not cell.attribute.is_lookup else None
            if label is not None:
                record[f"{cell.name}@{FORMATTED}"] = label
            if cell.attribute.type == "Boolean" and value is not None:
                value = bool(value)
        record[cell.name] = value
    return record


def _group(groups: Groups, parts: list[str]) -> None:
    first = parts[0]
    if not first.startswith("(") or not first.endswith(")") or len(parts) > 2:
        raise syntax("groupby needs a list of properties in brackets and at most one aggregate.")
    for path in split(first[1:-1], ","):
        if "(" in path:
            raise syntax(f"Grouping by '{path}' is not supported: group by columns only.")
        column = groups.tables.column(path.split("/"))
        collate = " COLLATE NOCASE" if column.attribute.type == "String" else ""
        groups.keys.append(Cell(path.replace("/", "_"), column.sql + collate, column.attribute))
    if len(parts) == 2:
        found = _STEP.match(parts[1])
        if found is None or found[1] != "aggregate":
            raise syntax(f"'{parts[1]}' is not supported within groupby.")
        groups.values = [_value(groups.tables, part) for part in split(found[2], ",")]


def _value(tables: Tables, part: str) -> Cell:
    found = _AGGREGATE.match(part)
    if found is None:
        raise syntax(f"'{part}' is not an aggregate: write '<property> with <method> as <alias>'.")
    everything, path, method, alias = found.groups()
    if everything:
        return Cell(alias, "count(*)")
    column = tables.column(path.split("/"))
    if method not in _SQL:
        raise syntax(f"The aggregation method '{method}' is not supported.")
    _check(column, method)
    same = method in ("min", "max") and column.attribute.type == "DateTime"
    return Cell(alias, _SQL[method].format(column.sql), column.attribute if same else None)


def _check(column: Column, method: str) -> None:
    kind = column.attribute.type
    numeric = kind in WHOLE or kind in FRACTIONS
    if (method in ("sum", "average") and not numeric) or (
        method in ("min", "max") and not numeric and kind != "DateTime"
    ):
        what = f"The aggregate {method} is not allowed on attribute '{column.attribute.name}' of type {kind}."
        raise QueryError("0x80040203", what)
