"""Rows as the JSON of the Web API: etag, columns, annotations, and the rows expanded below them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connector.sandbox.dynamics.catalogue.types import CHOICES, FRACTIONS, WHOLE, Attribute, Entity
from connector.sandbox.dynamics.query import cookie
from connector.sandbox.dynamics.query.caller import Caller
from connector.sandbox.dynamics.query.formats import formatted
from connector.sandbox.dynamics.query.places import PRINCIPAL, Parameter, matches, source
from connector.sandbox.dynamics.query.preferences import FORMATTED, LOGICAL_NAME, NAVIGATION, Preferences
from connector.sandbox.dynamics.query.shape import Many, Shape, Single

LARGEST = 5_000
"""Rows of a page at most, and where nothing else is asked for [W 2.3]."""
Record = dict[str, Any]
Row = Sequence[Parameter]
_FORMATTED_TYPES = frozenset({*CHOICES, *WHOLE, *FRACTIONS, "Boolean", "DateTime", "MultiSelectPicklist"})


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes rows for one request. `root` is the address of the API, for links; `size` the page size, which holds for
    expanded rows too where an $expand stands within another.
    """

    caller: Caller
    db: sqlite3.Connection
    preferences: Preferences
    root: str
    size: int

    def records(self, shape: Shape, rows: Sequence[Row], *, etag: bool = True) -> list[Record]:
        """The rows, each read as `shape.columns` says, as JSON objects."""
        cells = self._cells(shape)
        names = self._names(shape, rows)
        expanded = [self._expanded(shape, one, rows) for one in shape.expands]
        records = []
        for place, row in enumerate(rows):
            record: Record = {"@odata.etag": f'W/"{row[1]}"'} if etag else {}
            for cell in cells:
                cell(record, row, names)
            for below in expanded:
                record.update(below[place])
            records.append(record)
        return records

    def _cells(self, shape: Shape) -> list[Callable[[Record, Row, Names], None]]:
        """What writes each column of a row into its record."""
        places = {one.name: number for number, one in enumerate(shape.stored, start=2)}
        cells = []
        for attribute in shape.attributes:
            if attribute.is_lookup:
                cells.append(_lookup(shape, attribute, places[attribute.name], self.preferences))
            else:
                shown = self.preferences.wants(FORMATTED) and attribute.type in _FORMATTED_TYPES
                cells.append(_plain(attribute.property_name, attribute, places[attribute.name], shown))
        first = shape.width - len(shape.linked)
        for place, one in enumerate(shape.linked, start=first):
            attribute = one.column.attribute
            shown = self.preferences.wants(FORMATTED) and attribute.type in _FORMATTED_TYPES
            cells.append(_plain(one.name, attribute, place, shown))
        return cells

    def _names(self, shape: Shape, rows: Sequence[Row]) -> Names:
        """The primary names of the rows that lookups point at, where they are to be shown."""
        names: Names = {}
        if not self.preferences.wants(FORMATTED):
            return names
        wanted: dict[str, set[str]] = {}
        for number, attribute in enumerate(shape.stored, start=2):
            if attribute.is_lookup:
                for row in rows:
                    if row[number]:
                        wanted.setdefault(shape.target(attribute, row), set()).add(str(row[number]))
        for target, keys in wanted.items():
            entity = self.caller.entities.get(target)
            if entity is not None:
                sql = f'SELECT "{entity.primary_id}", "{entity.primary_name}" FROM "{target}"'
                found = self.db.execute(
                    f'{sql} WHERE "{entity.primary_id}" IN (SELECT value FROM json_each(?))', (json.dumps(list(keys)),)
                )
                names.update({(target, str(key)): str(name or "") for key, name in found})
        return names

    def _expanded(self, shape: Shape, expand: Single | Many, rows: Sequence[Row]) -> list[Record]:
        """What one expanded property adds to each row. Those of audit rows are always null [W 6.1]."""
        if shape.entity.name == "audit":
            return [{expand.name: None} for _ in rows]
        if isinstance(expand, Single):
            return list(self._single(shape, expand, rows))
        return list(self._many(shape.entity, expand, rows))

    def _single(self, shape: Shape, expand: Single, rows: Sequence[Row]) -> Iterator[Record]:
        number = 2 + [one.name for one in shape.stored].index(expand.attribute.name)
        target = expand.shape.entity
        fitting = (target.name, *expand.attribute.targets) if target is PRINCIPAL else (target.name,)
        keys = [
            str(row[number]) if row[number] and shape.target(expand.attribute, row) in fitting else "" for row in rows
        ]
        place = self.caller.place(target, "t0")
        sql = f"SELECT {', '.join(expand.shape.columns(place))} FROM {source(target)} AS t0"
        where = f"{place.key} IN (SELECT value FROM json_each(?)){self.caller.and_reach(place)}"
        found = self.db.execute(f"{sql} WHERE {where}", (json.dumps(list(set(keys))),)).fetchall()
        made = dict(zip((str(row[0]) for row in found), self.records(expand.shape, found, etag=False), strict=True))
        for row, key in zip(rows, keys, strict=True):
            record = made.get(key)
            if record is not None and target is PRINCIPAL:
                record = {"@odata.type": f"#Microsoft.Dynamics.CRM.{shape.target(expand.attribute, row)}", **record}
            elif record is not None and target.name in ("systemuser", "team"):
                record = {**record, "ownerid": key}
            yield {expand.name: record}

    def _many(self, parent: Entity, expand: Many, rows: Sequence[Row]) -> Iterator[Record]:
        keys = [str(row[0]) for row in rows]
        size = self.size if expand.paged else LARGEST
        most = size if expand.top is None else min(expand.top, size)
        below = self._below(parent, expand, keys, most)
        for key in keys:
            found = below.get(key, [])
            answer: Record = {expand.name: self.records(expand.shape, found, etag=not expand.paged)}
            if not expand.paged:
                answer[f"{expand.name}@odata.nextLink"] = self._link(parent, key, expand, "")
            elif len(found) == most:
                count = len(expand.sorts)
                names = [one.name for one in expand.sorts]
                token = cookie.write(2, names, found[0][-count:], found[-1][-count:])
                answer[f"{expand.name}@odata.nextLink"] = self._link(parent, key, expand, f"$skiptoken={token}")
            yield answer

    def _below(self, parent: Entity, expand: Many, keys: list[str], most: int) -> dict[str, list[Row]]:
        """Up to so many rows that point at each parent, in their order."""
        back = matches("k.value", expand.place, expand.children.attribute, parent)
        wanted = [*expand.shape.columns(expand.place), *(one.column.sql for one in expand.sorts)]
        named = ", ".join(f"{sql} AS c{number}" for number, sql in enumerate(wanted))
        ranked = f"row_number() OVER (PARTITION BY k.value ORDER BY {', '.join(one.sql for one in expand.sorts)})"
        tables = f"json_each(?) AS k CROSS JOIN {expand.tables}"
        inner = f"SELECT k.value, {ranked} AS place, {named} FROM {tables} WHERE {back}{expand.condition}"
        sql = f"SELECT * FROM ({inner}) WHERE place <= ? ORDER BY place"
        below: dict[str, list[Row]] = {}
        for row in self.db.execute(sql, (json.dumps(keys), *expand.parameters, most)):
            below.setdefault(str(row[0]), []).append(row[2:])
        return below

    def _link(self, parent: Entity, key: str, expand: Many, token: str) -> str:
        """The address of the rows of an expanded property: all of them, or those behind a token."""
        options = quote(expand.options, safe="$=&,();'/")
        query = "&".join(part for part in (options, token) if part)
        return f"{self.root}/{parent.set_name}({key})/{expand.name}{f'?{query}' if query else ''}"


Names = dict[tuple[str, str], str]
Cell = Callable[[Record, Row, Names], None]


def _plain(name: str, attribute: Attribute, place: int, shown: bool) -> Cell:
    truth = attribute.type == "Boolean"
    annotation = f"{name}@{FORMATTED}"

    def write(record: Record, row: Row, names: Names) -> None:
        value: Any = row[place]
        if shown:
            text = formatted(attribute, value)
            if text is not None:
                record[annotation] = text
        record[name] = bool(value) if truth and value is not None else value

    return write


def _lookup(shape: Shape, attribute: Attribute, place: int, preferences: Preferences) -> Cell:
    name = attribute.property_name
    shown, navigation, logical = (preferences.wants(one) for one in (FORMATTED, NAVIGATION, LOGICAL_NAME))

    def write(record: Record, row: Row, names: Names) -> None:
        value = row[place]
        if value is not None and (shown or navigation or logical):
            target = shape.target(attribute, row)
            if shown and (target, str(value)) in names:
                record[f"{name}@{FORMATTED}"] = names[target, str(value)]
            way = attribute.navigation(target) or next(iter(attribute.navigations), None)
            if navigation and way is not None:
                record[f"{name}@{NAVIGATION}"] = way.single
            if logical:
                record[f"{name}@{LOGICAL_NAME}"] = target
        record[name] = value

    return write
