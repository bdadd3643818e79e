"""One SQLite file: a single writer behind a lock, and one reader per thread that sees what is committed."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_PRAGMAS = ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=OFF", "PRAGMA temp_store=MEMORY", "PRAGMA cache_size=-32000")


class Storage:
    """The org's database file. This is a test double: it survives a killed process, not a power cut.

    `register` gives each connection the SQL functions that the CRM's queries need. `rolled_back` is called
    after a transaction was undone, so that what was remembered of it can be forgotten.
    """

    def __init__(self, path: Path, register: Callable[[sqlite3.Connection], None] = lambda db: None) -> None:
        self.path = path
        self._register = register
        self.db = self._connect()
        self._lock = threading.RLock()
        self._depth = 0
        self._owner: int | None = None
        self._local = threading.local()
        self._readers: list[sqlite3.Connection] = []
        self.rolled_back: Callable[[], None] = lambda: None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The writer, inside a transaction that commits at the end and rolls back on any exception.

        May be nested in the same thread; only the outermost commits, and an exception that reaches it undoes all.
        """
        with self._lock:
            if self._depth == 0:
                self.db.execute("BEGIN IMMEDIATE")
                self._owner = threading.get_ident()
            self._depth += 1
            try:
                yield self.db
            except BaseException:
                self._leave("ROLLBACK")
                raise
            self._leave("COMMIT")

    def _leave(self, how: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._owner = None
            self.db.execute(how)
            if how == "ROLLBACK":
                self.rolled_back()

    def reader(self) -> sqlite3.Connection:
        """This thread's connection for reading; inside `transaction` the writer itself, which sees its own writes."""
        if self._owner == threading.get_ident():
            return self.db
        found: sqlite3.Connection | None = getattr(self._local, "reader", None)
        if found is None:
            found = self._connect()
            found.execute("PRAGMA query_only=ON")
            self._local.reader = found
            self._readers.append(found)
        return found

    def copy_to(self, path: Path) -> None:
        """A complete copy of the database, as one file."""
        with self._lock:
            target = sqlite3.connect(path)
            self.db.backup(target)
            target.close()

    def close(self) -> None:
        """Close every connection. The file stays."""
        with self._lock:
            for reader in self._readers:
                reader.close()
            self._readers.clear()
            self.db.close()

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=60, cached_statements=512
        )
        for pragma in _PRAGMAS:
            db.execute(pragma)
        self._register(db)
        return db
