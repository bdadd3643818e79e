"""A query job's work: rows straight from SQLite into a CSV file, and pages cut out of that file."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import TYPE_CHECKING

from connector.sandbox.salesforce.bulk.job import Job
from connector.sandbox.salesforce.soql.names import Column
from connector.sandbox.salesforce.soql.select import Statement

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

BLOCK = 2_000
"""Rows written, and found again, at a time."""
_BARE = frozenset({"id", "reference", "date", "datetime", "time", "int", "double", "currency", "percent"})
_CHUNK = 1 << 20


def export(org: Org, statement: Statement, job: Job) -> None:
    """Write what the query finds to the job's file. Rows come in no order unless the query names one.

    The file is UTF-8 with every value quoted; null is an empty value [R bulk2_query_transcript].
    """
    layout = job.layout
    order = "" if statement.ordered else f" ORDER BY {statement.table}.rowid DESC"
    record = _record(statement.projection.cells, layout.delimiter, layout.ending)
    job.header = layout.line(statement.projection.header)
    cursor = org.storage.reader().execute(statement.sql(record) + order + statement.window, statement.parameters)
    place = 0
    with job.file("results").open("wb") as out:
        while rows := cursor.fetchmany(BLOCK):
            block = "".join([row[0] for row in rows]).encode()
            job.blocks.append((job.processed, place))
            place += out.write(block)
            job.processed += len(rows)
            if job.stop.is_set():
                return


def _record(cells: list[Column], delimiter: str, ending: str) -> str:
    """SQL for a whole line. Letting SQLite put it together is several times faster than Python's csv module."""
    values = [_value(cell) for cell in cells]
    between = f" || '\"{_quoted(delimiter)}\"' || "
    tail = " || ".join(f"char({ord(char)})" for char in ending)
    return f"'\"' || {between.join(values)} || '\"' || {tail}"


def _value(cell: Column) -> str:
    if cell.kind == "boolean":
        return f"iif({cell.sql}, 'true', 'false')"
    if cell.kind in _BARE:
        return f"ifnull({cell.sql}, '')"
    return f"""replace(ifnull({cell.sql}, ''), '"', '""')"""


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def page(job: Job, start: int, rows: int) -> Iterator[bytes]:
    """The header and `rows` records from position `start` of a finished job, in pieces."""
    yield job.header.encode()
    begin, end = _offset(job, start), _offset(job, min(start + rows, job.processed))
    with job.file("results").open("rb") as source:
        source.seek(begin)
        while begin < end:
            piece = source.read(min(_CHUNK, end - begin))
            begin += len(piece)
            yield piece


def _offset(job: Job, row: int) -> int:
    """Where in the file a row begins."""
    if row >= job.processed:
        return job.file("results").stat().st_size
    first, place = job.blocks[row // BLOCK]
    if first == row:
        return place
    quotes = 0
    with job.file("results").open("rb") as source:
        source.seek(place)
        for line in source:  # a line ends a record where all quotes are closed
            place += len(line)
            quotes += line.count(b'"')
            if quotes % 2 == 0:
                first += 1
                if first == row:
                    break
    return place


def locator(start: int, job: Job) -> str:
    """The opaque text that names a page, of the form seen in real answers [I cli #2968]."""
    return base64.b64encode(f"{start}:0Ga{job.id[3:]}:1".encode()).decode().rstrip("=")


def position(text: str, job: Job) -> int | None:
    """The row a locator names, or None when it is not one of this job's."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), validate=True).decode("ascii")
    except ValueError:
        return None
    number, _, rest = plain.partition(":")
    if not number.isdecimal() or rest != f"0Ga{job.id[3:]}:1" or int(number) > job.processed:
        return None
    return int(number)
