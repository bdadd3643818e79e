"""A copy of the ledger of one org as a file of JSON lines, or for reading as a folder of CSV files.

    {"connector": "ledger", "revision": "0008", "org": "acme", "at": 1772452800, "at_work": []}
    {"table": "change", "row": {"org": "acme", "plan": 1, "seq": 0, …}}
    …
    {"end": {"change": {"rows": 212, "digest": "9f86d0…"}, …}}

Times are whole epoch seconds, as in the ledger; bytes are base64. The last line holds, by table, how many rows there
are and the SHA-256 of their lines: by it a file is known to be whole, and what was taken in to be the same.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from io import TextIOWrapper
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, Any, Final

import msgspec
from sqlalchemy import Table

from connector.errors import BadInput
from connector.store.ledger.admitted import admitted
from connector.store.ledger.copies import AGAIN, PAGE, REVISION, TABLES, Copies, Page, Row, Rows

_BY_NAME: Final = {str(one.name): one for one in TABLES}
_COLUMNS: Final = {name: [str(column.name) for column in one.columns] for name, one in _BY_NAME.items()}
_UNREADABLE: Final = (msgspec.MsgspecError, RecursionError)

LONGEST: Final = 64 * 1024 * 1024
"""Bytes of a line; no row of ours comes near. What has no lines at all (a device, say) is not read for ever."""


class Head(msgspec.Struct, kw_only=True):
    """The first line. `at_work`: commands that held a lease on the org while it was written."""

    connector: str
    revision: str
    org: str
    at: int
    at_work: list[str]


class Sum(msgspec.Struct, frozen=True):
    """How much of one table there is, and the digest of its lines."""

    rows: int
    digest: str


class _Line(msgspec.Struct):
    table: str = ""
    row: dict[str, Any] = {}
    end: dict[str, Sum] | None = None


class _Sums:
    """Adds up the lines that pass, by table."""

    def __init__(self) -> None:
        self._rows = dict.fromkeys(_BY_NAME, 0)
        self._hashes = {name: hashlib.sha256() for name in _BY_NAME}

    def line(self, one: Table, row: Row) -> bytes:
        """The line of a row."""
        named = dict(zip(_COLUMNS[one.name], row, strict=True))
        line = msgspec.json.encode({"table": str(one.name), "row": named}) + b"\n"
        self._rows[one.name] += 1
        self._hashes[one.name].update(line)
        return line

    def told(self) -> dict[str, Sum]:
        """What was added up."""
        return {name: Sum(count, self._hashes[name].hexdigest()) for name, count in self._rows.items()}


def write_lines(copies: Copies, path: Path, now: datetime, *, force: bool = False) -> Mapping[str, Sum]:
    """Writes everything into one file; how much of each table.

    Raises BadInput if it cannot be written, or is already there and not to be overwritten (`force`).
    """
    sums = _Sums()
    with _private(path, force=force) as file:
        head = Head(
            connector="ledger", revision=REVISION, org=copies.org, at=int(now.timestamp()), at_work=copies.at_work()
        )
        file.write(msgspec.json.encode(head) + b"\n")
        for one, rows in copies.pages():
            file.writelines(sums.line(one, row) for row in rows)
        file.write(msgspec.json.encode({"end": sums.told()}) + b"\n")
    return sums.told()


def write_tables(copies: Copies, folder: Path, *, force: bool = False) -> Mapping[str, Sum]:
    """Writes a CSV file per table into a folder; how much of each. Raises BadInput as `write_lines`."""
    sums = _Sums()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(folder, error) from error
    for one in () if force else TABLES:  # all or none, so that the files of a folder are of one moment
        _refuse_there(folder / f"{one.name}.csv")
    for one, pages in groupby(copies.pages(), key=itemgetter(0)):
        with _private(folder / f"{one.name}.csv", force=force) as raw:
            file = TextIOWrapper(raw, "utf-8", newline="")
            writer = csv.writer(file)
            writer.writerow(_COLUMNS[one.name])
            for _, rows in pages:
                for row in rows:
                    sums.line(one, row)
                    writer.writerow(value.hex() if isinstance(value, bytes) else value for value in row)
            file.detach()  # flushes; `_private` closes
    return sums.told()


def read_lines(copies: Copies, path: Path) -> Mapping[str, Sum]:
    """Takes a file of lines into a ledger that knows nothing of the org; how much of each table.

    All or nothing: the file must be whole, and what the ledger then holds must be what stands in the file. Raises
    BadInput naming file and line.
    """
    try:
        with path.open("rb") as file:
            reading = _Reading(file, path)
            reading.head(copies.org)
            copies.take(reading.pages(), reading.compare)
            return reading.sums.told()
    except OSError as error:
        what = f"cannot be read: {error.strerror}"
        raise BadInput(what, where=str(path), next="name the file of an export") from error


class _Reading:
    """A file of lines on its way in."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        self.sums = _Sums()
        self._file = file
        self._path = path
        self._number = 0

    def head(self, org: str) -> None:
        """Reads the first line. Raises BadInput unless the file is an export of that org that may be taken in."""
        line = next(self._lines(), b"")
        try:
            head = msgspec.json.decode(line, type=Head)
        except _UNREADABLE as error:
            raise self._wrong("is not the export of a ledger", "name the file of an export") from error
        if head.connector != "ledger" or head.revision != REVISION:
            what = f"was written by another version of connector (tables {head.revision}, ours are {REVISION})"
            raise self._wrong(what, "open the old ledger with this version first, then export it again")
        if head.org != org:
            raise self._wrong(f"is about org {head.org!r}, not {org!r}", f"connector --org {head.org} …")
        if head.at_work:
            what = f"was written while `{head.at_work[0]}` was at work; what that wrote later is not in it"
            raise self._wrong(what, f"wait until it has ended, then {AGAIN}")

    def pages(self) -> Iterator[Page]:
        """Its rows, page by page. Raises BadInput where a line is no row, and if the end is missing or another."""
        page: Rows = []
        of: Table | None = None
        for raw in self._lines():
            line = self._line(raw)
            if line.end is not None:
                break
            one = _BY_NAME.get(line.table)
            if one is None or list(line.row) != _COLUMNS[one.name]:
                raise self._wrong("is not a row of the ledger", AGAIN)
            if of is not None and (of is not one or len(page) == PAGE):
                yield of, page
                page = []
            of = one
            page.append(self._row(one, line.row))
            self.sums.line(one, page[-1])
        else:
            raise self._wrong("the end is missing: the file is not whole", AGAIN)
        if of is not None:
            yield of, page
        if line.end != self.sums.told():
            raise self._wrong("the rows are not those that were written", AGAIN)

    def compare(self, taken: Iterable[Page]) -> None:
        """Raises BadInput unless what was taken in is what the file holds."""
        found = _Sums()
        for one, rows in taken:
            for row in rows:
                found.line(one, row)
        told, ours = found.told(), self.sums.told()
        for name in told:
            if told[name] != ours[name]:
                what = (
                    f"the ledger would hold {told[name].rows:,} rows of {name} where the file has {ours[name].rows:,}"
                )
                raise self._wrong(f"{what}, or others; nothing was taken in", "please report this")

    def _lines(self) -> Iterator[bytes]:
        while raw := self._file.readline(LONGEST + 1):
            self._number += 1
            if len(raw) > LONGEST:
                raise self._wrong("the line is longer than any of an export", "name the file of an export")
            yield raw

    def _line(self, raw: bytes) -> _Line:
        try:
            return msgspec.json.decode(raw, type=_Line)
        except _UNREADABLE as error:
            raise self._wrong("is not a line of an export", AGAIN) from error

    def _row(self, one: Table, named: Mapping[str, Any]) -> Row:
        row = []
        for column, value in zip(one.columns, named.values(), strict=True):
            try:
                row.append(admitted(column, value))
            except ValueError as error:
                raise self._wrong(f"{one.name}.{column.name} cannot be taken in: {error}", AGAIN) from error
        return tuple(row)

    def _wrong(self, what: str, then: str) -> BadInput:
        return BadInput(what, where=f"{self._path}:{self._number}", next=then)


@contextmanager
def _private(path: Path, *, force: bool) -> Iterator[IO[bytes]]:
    """A file for its owner only, there under its name when it is whole: it holds what the CRM holds.

    force: a file of that name is overwritten
    """
    fresh = path.with_name(path.name + ".new")
    if not force:
        _refuse_there(path)
    try:
        fresh.unlink(missing_ok=True)  # of an export that was killed; or somebody's link to another file
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not force:
            _refuse_there(path)  # somebody else may have made one meanwhile
        fresh.replace(path)
    except OSError as error:
        raise _unwritable(path, error) from error
    finally:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)


def _refuse_there(path: Path) -> None:
    if os.path.lexists(path):
        todo = "name another one, or say --force: what it holds is gone then"
        raise BadInput("is already there and is not overwritten", where=str(path), next=todo)


def _unwritable(path: Path, error: OSError) -> BadInput:
    return BadInput(f"cannot be written: {error.strerror}", where=str(path), next="name another file or folder")
