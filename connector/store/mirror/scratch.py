"""Temporary tables of one connection: lists of keys and ids that statements work on, and rows on their way in.

They are private to the connection, never part of the mirror, and gone with the process.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from connector.store.bulk import Connection, Values, listed, places
from connector.store.mirror.tables import PersonRow, table

PAGE: Final = "scratch_page"
TWINS: Final = "scratch_twins"
KEPT: Final = "scratch_kept"
WORDS: Final = "scratch_words"
HASHES: Final = "scratch_hashes"
WHOM: Final = "scratch_whom"
SEEN: Final = "scratch_seen"
STAGED: Final = "scratch_staged"
INCOMING: Final = "scratch_incoming"
PAIRS: Final = "scratch_pairs"
_NAMES: Final = (PAGE, TWINS, KEPT, WORDS, HASHES, WHOM, SEEN, STAGED, INCOMING, PAIRS)

_TABLES: Final = (
    f"CREATE TEMP TABLE {PAGE} (key INTEGER PRIMARY KEY)",
    f"CREATE TEMP TABLE {TWINS} (key INTEGER PRIMARY KEY)",
    f"CREATE TEMP TABLE {KEPT} (key INTEGER PRIMARY KEY)",
    f"CREATE TEMP TABLE {WORDS} (word TEXT PRIMARY KEY)",
    f"CREATE TEMP TABLE {HASHES} (hash INTEGER PRIMARY KEY)",
    f"CREATE TEMP TABLE {WHOM} (object INTEGER, who TEXT, PRIMARY KEY (object, who))",
    f"CREATE TEMP TABLE {SEEN} (id TEXT PRIMARY KEY)",
    f"CREATE TEMP TABLE {PAIRS} (number INTEGER PRIMARY KEY, hash INTEGER, key INTEGER)",
    f"CREATE TEMP TABLE {STAGED} (number INTEGER PRIMARY KEY, object INTEGER, who TEXT, mention INTEGER, entry BLOB)",
)


ROWS: Final = 2_000
"""How many rows the planner is to expect in each of them."""


def prepare(connection: Connection) -> None:
    """Makes the temporary tables, and says that they are small.

    Without statistics SQLite takes every table for a large one, and would rather walk through everybody, looking each
    up in a list of a few, than the other way round.
    """
    columns = listed(column.name for column in table(PersonRow).columns if column.name != "key")
    if connection.on_postgres:
        _prepare_postgres(connection, columns)
        return
    for statement in _TABLES:
        connection.run(statement)
    connection.run(f"CREATE TEMP TABLE {INCOMING} (number INTEGER PRIMARY KEY, {columns})")
    connection.run(f"CREATE UNIQUE INDEX temp.scratch_incoming_id ON {INCOMING} (id)")
    connection.run("ANALYZE temp")
    connection.many(
        "INSERT INTO temp.sqlite_stat1 (tbl, idx, stat) VALUES (?, NULL, ?)", [(name, ROWS) for name in _NAMES]
    )
    connection.run("ANALYZE temp.sqlite_master")


def _prepare_postgres(connection: Connection, columns: str) -> None:
    """The same tables. Their statistics come with their rows; whole numbers are wide, texts ordered by their bytes."""
    for statement in _TABLES:
        said = statement.replace("number INTEGER PRIMARY KEY", "number BIGSERIAL PRIMARY KEY")
        for theirs, ours in ((" INTEGER", " BIGINT"), (" TEXT", ' TEXT COLLATE "C"'), (" BLOB", " BYTEA")):
            said = said.replace(theirs, ours)
        connection.run(said)
    connection.run(f"CREATE TEMP TABLE {INCOMING} AS SELECT {columns} FROM person LIMIT 0")
    connection.run(f"ALTER TABLE {INCOMING} ADD COLUMN number BIGSERIAL")
    connection.run(f"CREATE UNIQUE INDEX scratch_incoming_id ON {INCOMING} (id)")


def fill_page(connection: Connection, keys: Iterable[int]) -> None:
    """The people that the next statements are about."""
    _fill(connection, PAGE, "key", ((key,) for key in keys))


def fill_twins(connection: Connection, keys: Iterable[int]) -> None:
    """Those who share an e-mail with the people of the page."""
    _fill(connection, TWINS, "key", ((key,) for key in keys))


def fill_words(connection: Connection, words: Iterable[str | None]) -> None:
    """The ids (or e-mails) that the next statements are about; empty ones are left out."""
    _fill(connection, WORDS, "word", ((word,) for word in words if word))


def fill_hashes(connection: Connection, hashes: Iterable[int]) -> None:
    """The hashes that the next statements are about."""
    _fill(connection, HASHES, "hash", ((one,) for one in hashes))


def fill_whom(connection: Connection, people: Iterable[tuple[int, str]]) -> None:
    """The people, by object and id, that the next statements are about."""
    _fill(connection, WHOM, "object, who", people)


def _fill(connection: Connection, name: str, columns: str, rows: Iterable[Values]) -> None:
    """In one go: each row by itself would be a transaction of its own. PostgreSQL never tidies up temporary tables."""
    with connection.transaction(private=True):
        connection.run(f"TRUNCATE {name}" if connection.on_postgres else f"DELETE FROM {name}")
        connection.many(
            f"INSERT INTO {name} ({columns}) VALUES ({places(columns.count(',') + 1)}) ON CONFLICT DO NOTHING", rows
        )
