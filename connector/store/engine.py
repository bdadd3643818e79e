"""Opens a store: today an SQLite file, one day PostgreSQL behind the same SQLAlchemy engine.

    engine = sqlite_engine(state / "ledger.db", kind=LEDGER, durable=True)

Files (and the -wal and -shm beside them, which inherit it) are readable by their owner only. Every connection is in
WAL mode, so that reading commands never wait for a writing one. Transactions are begun by whoever writes, with
BEGIN IMMEDIATE: the driver's own guessing is switched off.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from connector.store.failures import translated

BUSY_SECONDS = 30
"""How long a writer waits for another one before it gives up."""

CACHE_KIB = 48 * 1024
"""Page cache per connection; what keeps memory flat whatever the size of the org."""


def sqlite_engine(path: Path, *, kind: str, durable: bool, page_size: int = 4096) -> Engine:
    """An engine on the SQLite file at `path`, which is made (mode 0600, folders 0700) if it is not there.

    `durable`: every commit reaches the disk before it returns (ledger); else only its order is certain (mirror): after
    a power cut the last commits may be missing, after a killed process none is. `page_size` is for new files.
    Raises StoreFailed.
    """
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


def _private(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        if os.fstat(handle).st_mode & 0o077:
            os.fchmod(handle, 0o600)
    finally:
        os.close(handle)
