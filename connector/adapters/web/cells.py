"""One column of cells at a time, as the CRM sends them in CSV or JSON, turned into values of the mirror."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Final

from connector.model import Kind

Cells = Sequence[Any]
Turn = Callable[[Cells], Iterable[Any]]


def picked(records: Sequence[Mapping[str, Any]], field: str) -> Cells:
    """One column out of JSON records; a missing relationship is None all the way."""
    first, _, rest = field.partition(".")
    if not rest:
        return [record.get(first) for record in records]
    return picked([record.get(first) or {} for record in records], rest)


def _texts(cells: Cells) -> Iterable[Any]:
    return [cell or None for cell in cells] if "" in cells else cells


def plain(cells: Cells) -> Iterable[Any]:
    """Texts of whatever type JSON gave them: flags are `true` and `false`, as in CSV."""
    return [cell or None if isinstance(cell, str) else None if cell is None else _plain(cell) for cell in cells]


def _plain(cell: Any) -> str:
    return str(cell).lower() if isinstance(cell, bool) else str(cell)


def zulu(cells: Cells) -> Iterable[Any]:
    """Texts of times, the same from both ways of reading: REST writes `.000+0000` where bulk writes `.000Z` [R]."""
    return [f"{cell[:-5]}Z" if cell is not None and cell[-5:] == "+0000" else cell for cell in cells]


def presence(cells: Cells) -> Iterable[Any]:
    """1 where there is anything, else 0."""
    return [0 if cell is None or cell == "" else 1 for cell in cells]


def membership(values: frozenset[str]) -> Turn:
    """1 where the cell is one of these, else 0."""
    return lambda cells: [1 if cell in values else 0 for cell in cells]


def stamps(cells: Cells) -> Iterable[Any]:
    """Times as canonical text, as facts hold them."""
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
TURN: Final[Mapping[Kind, Turn]] = {
    Kind.TEXT: _texts,
    Kind.FLAG: _flags,
    Kind.WHOLE: _wholes,
    Kind.NUMBER: _numbers,
    Kind.DATE: _dates,
    Kind.DATETIME: _epochs,
}
