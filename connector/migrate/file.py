"""The migration file: two columns `from,to` (CSV), or a TOML table `"from" = "to"`.

CSV: with or without a header; comma, semicolon, tab or `|`; UTF-8 with or without a mark at its beginning. TOML: pairs
at the top hold for leads and contacts; tables `[lead]`, `[contact]`, `["lead/Record Type"]` only for those.
"""

from __future__ import annotations

import codecs
import csv
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from connector.errors import MigrationError
from connector.model import OBJECTS
from connector.policy.wording import fold

ANY = "any"
DELIMITERS = ("\t", ";", "|", ",")


class Pair(msgspec.Struct, frozen=True):
    """One line: records whose status is `old` get `new`. `table`: `any`, an object, or `object/record type`.

    `where`: file and line (or key), for errors.
    """

    old: str
    new: str
    where: str
    table: str = ANY

    def __str__(self) -> str:
        return f"{self.old!r} → {self.new!r}"


def read(path: Path) -> tuple[Pair, ...]:
    """The pairs of a migration file, checked against each other.

    Raises MigrationError, naming file and line: unreadable, not two columns, an empty side, `from` and `to` the same,
    a `from` twice, a loop (A → B, B → A) or a chain (A → B, B → C).
    """
    text = _text(path)
    found = list(_toml(path, text) if path.suffix.lower() == ".toml" else _csv(path, text))
    if not found:
        raise MigrationError(
            "it holds no pair of values", where=path.name, next="write a line such as: Old value,New value"
        )
    for pair in found:
        _check(pair)
    _check_doubles(found)
    _check_chains(found)
    return tuple(found)


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        utf16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        return raw.decode("utf-16" if utf16 else "utf-8-sig")
    except OSError as error:
        raise MigrationError(f"it cannot be read: {error.strerror}", where=str(path), next="check the path") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise MigrationError(
            "it is not UTF-8 text", where=f"{path.name} line {line}", next="save it as `CSV UTF-8` and try again"
        ) from error


def _toml(path: Path, text: str) -> Iterator[Pair]:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MigrationError(
            f"it is not valid TOML: {error}",
            where=path.name,
            next='write one line per value: "Old value" = "New value"',
        ) from error
    pairs = {ANY: {old: new for old, new in content.items() if not isinstance(new, dict)}}
    pairs |= {table: values for table, values in content.items() if isinstance(values, dict)}
    for table, values in pairs.items():
        if table != ANY and table.partition("/")[0] not in OBJECTS:
            raise MigrationError(
                f"there is no object {table!r}", where=f"{path.name} [{table}]", next="use [lead] or [contact]"
            )
        for old, new in values.items():
            where = f"{path.name} {'' if table == ANY else f'[{table}] '}{old!r}"
            if not isinstance(new, str):
                raise MigrationError(f"{new!r} is no text", where=where, next="put the value in quotes")
            yield Pair(old, new.strip(), where, table)


def _csv(path: Path, text: str) -> Iterator[Pair]:
    delimiter = _delimiter(path, text)
    is_first = True
    for line, cells in _rows(text, delimiter):
        header = is_first and [cell.strip().casefold() for cell in cells] == ["from", "to"]
        is_first = False
        if header:
            continue
        where = f"{path.name} line {line}"
        if len(cells) != 2:
            raise MigrationError(
                f"it has {len(cells)} columns instead of two",
                where=where,
                next='write `from,to`; a value that holds a comma belongs in quotes: "Open, not contacted",Inquiry',
            )
        yield Pair(cells[0], cells[1].strip(), where)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each row that isn't blank, without empty cells at its end beyond the second."""
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    for cells in reader:
        while len(cells) > 2 and not cells[-1].strip():
            cells.pop()
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _delimiter(path: Path, text: str) -> str:
    """The one that splits every line in two; a header decides if several do."""
    fitting = []
    for delimiter in DELIMITERS:
        rows = [cells for _, cells in _rows(text, delimiter)]
        if rows and all(len(cells) == 2 for cells in rows):
            fitting.append(delimiter)
            if [cell.strip().casefold() for cell in rows[0]] == ["from", "to"]:
                return delimiter
    if len(fitting) > 1:
        raise MigrationError(
            f"both {fitting[0]!r} and {fitting[1]!r} split every line in two",
            where=path.name,
            next=f"put `from{fitting[0]}to` in its first line, with the character that is meant",
        )
    return fitting[0] if fitting else _most_likely(text)


def _most_likely(text: str) -> str:
    """For a file that no delimiter fits: the one of its first line, so that the error names the right line."""
    first = text.lstrip().partition("\n")[0]
    return next((delimiter for delimiter in DELIMITERS if delimiter in first), ",")


def _check(pair: Pair) -> None:
    if not pair.old.strip() or not pair.new:
        side = "to" if pair.old.strip() else "from"
        raise MigrationError(f"`{side}` is empty", where=pair.where, next="fill it, or take the line out")
    if pair.old == pair.new:
        raise MigrationError(f"{pair.old!r} would become itself", where=pair.where, next="take the line out")


def _check_doubles(pairs: Sequence[Pair]) -> None:
    first: dict[tuple[str, str], Pair] = {}
    for pair in pairs:
        other = first.setdefault((pair.table, fold(pair.old)), pair)
        if other is not pair and (other.old == pair.old or other.new != pair.new):
            differs = "" if other.old == pair.old else ", but for case and spacing"
            raise MigrationError(
                f"{pair.old!r} stands here a second time{differs}; the first is {other} ({other.where})",
                where=pair.where,
                next="keep one of the two lines",
            )


def _check_chains(pairs: Sequence[Pair]) -> None:
    """A value that is replaced must not be what another is replaced by: it would still be there afterwards."""
    for pair in pairs:
        following = _next(pairs, pair)
        path = [pair]
        while following is not None and following not in path:
            path.append(following)
            following = _next(pairs, following)
        if len(path) == 1:
            continue
        said = ", ".join(f"{one} ({one.where})" for one in path)
        if following is not None:
            raise MigrationError(f"these lines run in a loop: {said}", where=pair.where, next="take one of them out")
        raise MigrationError(
            f"{pair.new!r} is itself replaced: {said}",
            where=pair.where,
            next=f"write where {pair.old!r} is to end: {pair.old},{path[-1].new}",
        )


def _next(pairs: Sequence[Pair], pair: Pair) -> Pair | None:
    """The pair that would replace what this one writes; what only corrects case and spacing does not count."""
    if fold(pair.old) == fold(pair.new):
        return None
    for other in pairs:
        if _meet(other, pair) and fold(other.old) == fold(pair.new) and other.new != pair.new:
            return other
    return None


def _meet(one: Pair, other: Pair) -> bool:
    """Whether both can hold for the same record."""
    if ANY in (one.table, other.table):
        return True
    return one.table.startswith(other.table) or other.table.startswith(one.table)
