"""Opens a store: an SQLite file, or a schema of a PostgreSQL database, behind the same SQLAlchemy engine.

    engine = engine_at(state / "ledger.db", kind=LEDGER, durable=True)

Files (and the -wal and -shm beside them, which inherit it) are readable by their owner only. Every connection is
in WAL mode, so that reading commands never wait for a writing one. Transactions are begun by whoever writes, with
BEGIN IMMEDIATE: the driver's own guessing is switched off. On PostgreSQL texts are ordered by their bytes as well,
and temporary tables and statements see the one schema alone.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Engine, String, Text, create_engine, event, text
from sqlalchemy.engine import URL
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import NullPool, QueuePool, StaticPool

from connector.errors import ConfigError
from connector.store.failures import translated
from connector.store.place import Place, Postgres

BUSY_SECONDS = 30
"""How long a writer waits for another one before it gives up."""

IDLE_SECONDS = 60
"""PostgreSQL ends a transaction whose process stands still for so long (SIGSTOP, a dead network): others go on."""

ALIVE: Final[Mapping[str, int]] = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""How libpq keeps a connection open across firewalls that forget idle ones, and how soon it knows that one is dead (s;
the last one ms): sooner than a lease ends. What the address says of them counts more."""

CACHE_KIB = 48 * 1024
"""Page cache per connection; what keeps memory flat whatever the size of the org."""


def engine_at(place: Place, *, kind: str, durable: bool, page_size: int = 4096, raw: bool = False) -> Engine:
    """An engine on the store at that place, which is made if it is not there. Raises StoreFailed, ConfigError.

    Args:
        place: a file is made with mode 0600 and its folders with 0700; a schema is made by `make_schema`
        kind: LEDGER or MIRROR, for errors
        durable: every commit reaches the disk before it returns (ledger); else only its order is certain (mirror):
            after a power cut the last commits may be missing, after a killed process none is
        page_size: of new files
        raw: for one connection whose transactions are begun and ended by statements of the caller's own
    """
    if isinstance(place, Postgres):
        return _postgres(place, kind, durable=durable, raw=raw)
    return _sqlite(place, kind, durable=durable, page_size=page_size)


def _sqlite(path: Path, kind: str, *, durable: bool, page_size: int) -> Engine:
    with translated(path, kind):
        _private(path)
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    synchronous = "FULL" if durable else "NORMAL"

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000}",
            f"page_size={page_size}",
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            f"cache_size=-{CACHE_KIB}",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}").close()

    return engine


def nowhere() -> Engine:
    """An engine on a database in memory, for a store that is not there: it knows of nothing, and nothing is made."""
    held = {"check_same_thread": False}
    engine = create_engine(URL.create("sqlite"), poolclass=StaticPool, connect_args=held)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.isolation_level = None

    return engine


def _private(path: Path) -> None:
    """The file is there and its owner's alone. It is never opened here.

    A process that closes a file lets go of every lock that it has on it, those of SQLite's other connections among them
    [sqlite.org, How To Corrupt An SQLite Database File, 2.2]. So one that is there is only looked at, and a new one is
    made under another name.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except FileNotFoundError:
        handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        os.close(handle)
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass  # somebody else has just made it
        except OSError:  # a file system without links; nobody has locked a file that is not there yet
            with suppress(FileExistsError):
                os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        finally:
            os.unlink(fresh)


def _postgres(place: Postgres, kind: str, *, durable: bool, raw: bool) -> Engine:
    """`raw` is for one long connection; all others are lent from a few that stay open."""
    settings: dict[str, Any] = {"application_name": f"connector {kind}", "client_encoding": "utf8"}
    settings |= {name: value for name, value in ALIVE.items() if name not in place.url.query}
    how: dict[str, Any] = {"poolclass": NullPool, "isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
    if not raw:
        how = {"poolclass": QueuePool, "pool_size": 2, "max_overflow": 14, "pool_pre_ping": True}
    try:
        engine = create_engine(place.url, connect_args=settings, **how)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"PostgreSQL needs {error.name}, which is not installed",
            where="database",
            next="install it with: pip install 'connector[postgres]'",
        ) from error
    said = (
        f"SET search_path TO {place.quoted}, pg_temp; SET lock_timeout = '{BUSY_SECONDS}s'; "
        f"SET synchronous_commit = {'on' if durable else 'off'}; SET timezone = 'UTC'; "
        f"SET idle_in_transaction_session_timeout = '{IDLE_SECONDS}s'"
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: Any) -> None:
        _holds_every_name(connection.info.parameter_status("server_encoding"))
        before, connection.autocommit = connection.autocommit, True
        connection.execute(said)
        connection.autocommit = before

    return engine


def _holds_every_name(encoding: str) -> None:
    """Raises ConfigError for a database that could not store, or would not check, a text in some language."""
    if encoding != "UTF8":
        raise ConfigError(
            f"the database's encoding is {encoding}, which does not hold every name",
            where="database",
            next="make one with: CREATE DATABASE connector ENCODING 'UTF8' TEMPLATE template0",
        )


def make_schema(engine: Engine, place: Place, kind: str) -> None:
    """Makes the schema of a store in PostgreSQL if it is not there; a file needs none. Raises StoreFailed.

    An administrator may have made it for a user who may make none. Two processes at once wait for each other.
    """
    if not isinstance(place, Postgres):
        return
    lock = f"SELECT pg_advisory_xact_lock(hashtext('{place.schema}'))"
    with translated(str(place), kind), engine.connect() as connection:
        there = text("SELECT 1 FROM pg_namespace WHERE nspname = :name")
        if connection.execute(there, {"name": place.schema}).first() is None:
            connection.exec_driver_sql(f"{lock}; CREATE SCHEMA IF NOT EXISTS {place.quoted}")  # one transaction
            connection.commit()


@compiles(String, "postgresql")
@compiles(Text, "postgresql")
def _by_bytes(type_: Any, compiler: Any, **how: Any) -> str:
    """Ids and texts are ordered by their bytes: the order of a plan must not depend on a database's language."""
    return 'TEXT COLLATE "C"'
