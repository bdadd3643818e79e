"""From what a CRM sends, CSV text or JSON, to rows of the common model: compiled once per mapping, run per column.

A batch is turned column by column, because that is several times faster in Python than cell by cell: a text column
costs one comprehension, and only the few columns that are not text cost more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, NamedTuple

import msgspec

from connector.adapters.web.cells import TURN, Cells, Turn, membership, picked, plain, presence, stamps, zulu
from connector.errors import CrmFailed
from connector.mapping import Column, Reads
from connector.model import Kind
from connector.ports import Row


class Constant(NamedTuple):
    """A column this CRM, or this org, does not have."""

    value: Any = None


class Verbatim(NamedTuple):
    """A column whose value is wanted as the text that CSV would have, whatever JSON makes of it."""

    api: str


class Stamp(NamedTuple):
    """A column that tells one state of a record from the next: the text of a time, the same from REST and from bulk."""

    api: str


From = Column | Constant | Verbatim | Stamp
"""Where a column comes from."""

_ENCODE = msgspec.json.Encoder().encode
TAIL = 4
"""Columns behind those of a table, for our own use: id, stamp, deleted (0/1), the id it was merged into."""


class Sorted(NamedTuple):
    """Converted rows, sorted out: the live ones, those that are gone, and (loser, winner) of merged people."""

    rows: list[Row]
    gone: list[Row]
    merged: list[tuple[str, str]]


class Shape:
    """How rows of one query become tuples: the columns, the facts if the table has any, and a tail for our own use.

    `fields` is what to select. The values are those of the mirror: whole epoch seconds, 0/1, floats, ISO dates, text,
    None. `facts` become one JSON array, or None if there are none; there a time is canonical text.
    """

    def __init__(self, columns: Sequence[From], facts: Sequence[From] | None = None, tail: Sequence[From] = ()) -> None:
        named = [apis for column in (*columns, *(facts or ()), *tail) for apis in _apis(column)]
        self.fields = tuple(dict.fromkeys(named))
        self._columns = [self._compiled(column) for column in columns]
        self._facts = None if facts is None else [self._compiled(column, fact=True) for column in facts]
        self._tail = [self._compiled(column) for column in tail]

    def from_csv(self, batch: Sequence[Sequence[str]]) -> list[Row]:
        """Rows from cells in the order of `fields`. Raises CrmFailed naming the field of a cell that makes no sense."""
        if not batch:
            return []
        return self._rows(list(zip(*batch, strict=True)), len(batch))

    def from_json(self, records: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Rows from decoded JSON records."""
        if not records:
            return []
        return self._rows([picked(records, field) for field in self.fields], len(records))

    def from_cells(self, columns: Sequence[Cells], size: int) -> list[Row]:
        """Rows from columns of that many cells each, in the order of `fields`."""
        return self._rows(list(columns), size) if size else []

    def _compiled(self, column: From, fact: bool = False) -> _Compiled:
        if isinstance(column, Constant):
            return _Compiled((), list, Reads.VALUE, column.value, "")
        if isinstance(column, (Verbatim, Stamp)):
            turn: Turn = plain if isinstance(column, Verbatim) else zulu
            return _Compiled((self.fields.index(column.api),), turn, Reads.VALUE, None, column.api)
        turn = stamps if fact and column.kind is Kind.DATETIME else TURN[column.kind]
        if column.reads is Reads.PRESENT:
            turn = presence
        if column.among:
            turn = membership(frozenset(column.among))
        at = tuple(self.fields.index(api) for api in column.apis)
        return _Compiled(at, turn, column.reads, None, column.api)

    def _rows(self, cells: list[Cells], size: int) -> list[Row]:
        turned = [_turned(column, cells, size) for column in self._columns]
        if self._facts:
            facts = [_turned(column, cells, size) for column in self._facts]
            turned.append([_ENCODE(fact).decode() for fact in zip(*facts, strict=True)])
        elif self._facts is not None:
            turned.append(repeat(None, size))
        turned += [_turned(column, cells, size) for column in self._tail]
        return list(zip(*turned, strict=True))


def _apis(column: From) -> tuple[str, ...]:
    if isinstance(column, Constant):
        return ()
    return column.apis if isinstance(column, Column) else (column.api,)


class _Compiled(NamedTuple):
    at: tuple[int, ...]
    turn: Turn
    reads: Reads
    constant: Any
    api: str


def _turned(column: _Compiled, cells: list[Cells], size: int) -> Iterable[Any]:
    if not column.at:
        return repeat(column.constant, size)
    try:
        turned = column.turn(cells[column.at[0]])
        for further in column.at[1:]:
            spare = column.turn(cells[further])
            turned = [other if value is None else value for value, other in zip(turned, spare, strict=True)]
    except (ValueError, TypeError, KeyError) as error:
        raise CrmFailed(f"a value of {column.api} makes no sense: {error}", next="please report this") from error
    if column.reads is Reads.NOT:
        return [None if value is None else 1 - value for value in turned]
    return turned
