"""From what Salesforce sends, CSV text or JSON, to rows of the common model: compiled once per mapping, run per column.

A batch is turned column by column, because that is several times faster in Python than cell by cell: a text column
costs one comprehension, and only the few columns that are not text cost more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import repeat
from typing import Any, NamedTuple

import msgspec

from connector.errors import CrmFailed
from connector.mapping import Column, Reads
from connector.model import Kind
from connector.ports import Row

Cells = Sequence[Any]
Turn = Callable[[Cells], Iterable[Any]]


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
            turn: Turn = plain if isinstance(column, Verbatim) else _zulu
            return _Compiled((self.fields.index(column.api),), turn, Reads.VALUE, None, column.api)
        turn = _stamps if fact and column.kind is Kind.DATETIME else _TURN[column.kind]
        if column.reads is Reads.PRESENT:
            turn = _presence
        if column.among:
            turn = _membership(frozenset(column.among))
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


def picked(records: Sequence[Mapping[str, Any]], field: str) -> Cells:
    """One column out of JSON records; a missing relationship is None all the way."""
    first, _, rest = field.partition(".")
    if not rest:
        return [record.get(first) for record in records]
    return picked([record.get(first) or {} for record in records], rest)


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


# -- one column at a time --------------------------------------------------------------------------------------------


def _texts(cells: Cells) -> Iterable[Any]:
    return [cell or None for cell in cells] if "" in cells else cells


def plain(cells: Cells) -> Iterable[Any]:
    """Texts of whatever type JSON gave them: flags are `true` and `false`, as in CSV."""
    return [cell or None if isinstance(cell, str) else None if cell is None else _plain(cell) for cell in cells]


def _plain(cell: Any) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def _zulu(cells: Cells) -> Iterable[Any]:
    """REST writes `.000+0000` where bulk writes `.000Z` [R]."""
    return [f"{cell[:-5]}Z" if cell is not None and cell[-5:] == "+0000" else cell for cell in cells]


def _presence(cells: Cells) -> Iterable[Any]:
    return [0 if cell is None or cell == "" else 1 for cell in cells]


def _membership(values: frozenset[str]) -> Turn:
    return lambda cells: [1 if cell in values else 0 for cell in cells]


def _stamps(cells: Cells) -> Iterable[Any]:
    return [f"{datetime.fromtimestamp(epoch(cell), UTC):%Y-%m-%dT%H:%M:%SZ}" if cell else None for cell in cells]


def _flags(cells: Cells) -> Iterable[Any]:
    return [_FLAG[cell] for cell in cells]


def _wholes(cells: Cells) -> Iterable[Any]:
    """Old versions send whole numbers as `0.0` [C tap-salesforce 1.4.27]."""
    return [None if cell is None or cell == "" else int(float(cell)) for cell in cells]


def _numbers(cells: Cells) -> Iterable[Any]:
    return [None if cell is None or cell == "" else float(cell) for cell in cells]


def _dates(cells: Cells) -> Iterable[Any]:
    """`2024-05-01`; a time behind it is cut off."""
    try:
        return [_day(cell) if cell else None for cell in cells]
    except ValueError:
        return [_lenient(_day, cell) for cell in cells]


def _epochs(cells: Cells) -> Iterable[Any]:
    days, clock, tails = _DAYS, _CLOCK, _UTC_TAILS
    try:
        return [
            (days[cell[:10]] + clock[cell[11:19]] if cell[19:] in tails else epoch(cell)) if cell else None
            for cell in cells
        ]
    except ValueError:
        return [_lenient(epoch, cell) for cell in cells]


def _day(cell: str) -> str:
    _DAYS[cell[:10]]
    return cell[:10]


def _lenient(read: Callable[[str], Any], cell: str | None) -> Any:
    """Orgs hold dates of impossible years that somebody mistyped: they are blank for us, and are logged."""
    if not cell:
        return None
    try:
        return read(cell)
    except ValueError:
        _tell(cell)
        return None


@cache
def _tell(cell: str) -> None:
    """Once per value: an import may have left a million of them."""
    logging.getLogger(__name__).warning("a stored date is none and counts as blank: %r", cell)


def epoch(text: str) -> int:
    """Epoch seconds of an ISO time, floored. Times without zone are UTC."""
    when = datetime.fromisoformat(text)
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() // 1)


class _Days(dict[str, int]):
    """`2024-05-01` → epoch seconds of its beginning; remembers each day it has met."""

    def __missing__(self, day: str) -> int:
        self[day] = seconds = (date.fromisoformat(day).toordinal() - _EPOCH) * 86_400
        return seconds


class _Clock(dict[str, int]):
    """`06:25:12` → seconds since midnight; at most 86,400 entries."""

    def __missing__(self, time: str) -> int:
        hours, minutes, seconds = time.split(":")
        self[time] = total = int(hours) * 3600 + int(minutes) * 60 + int(seconds)
        return total


_EPOCH = date(1970, 1, 1).toordinal()
_DAYS = _Days()
_CLOCK = _Clock()
_UTC_TAILS = frozenset({".000Z", ".000+0000", "Z", "+0000", "+00:00"})
"""REST sends `.000+0000`, bulk `.000Z` [R]; anything else takes the slow way."""
_FLAG: Mapping[Any, int | None] = {"true": 1, "false": 0, True: 1, False: 0, "": None, None: None, "1": 1, "0": 0}
_ENCODE = msgspec.json.Encoder().encode
_TURN: Mapping[Kind, Turn] = {
    Kind.TEXT: _texts,
    Kind.FLAG: _flags,
    Kind.WHOLE: _wholes,
    Kind.NUMBER: _numbers,
    Kind.DATE: _dates,
    Kind.DATETIME: _epochs,
}
