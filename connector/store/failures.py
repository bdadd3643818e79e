"""Turns whatever a database or the operating system says into `StoreFailed`, with what to do about it.

The one place where that happens for ledger and mirror: `with translated(path, "ledger"): …`.
"""

from __future__ import annotations

import errno
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from connector.errors import StoreFailed

MIRROR: Final = "mirror"
LEDGER: Final = "ledger"

_ROOM = "free some space there (or set SQLITE_TMPDIR to a larger disk for temporary files), then run the command again"
_DISK = "check the disk and its free space, then run the command again"
_RIGHTS = "make the state folder and the files in it readable and writable for the user that runs connector"
_AGAIN = "wait until the other connector command has ended, then run this one again"

_WHAT: Final[Mapping[int, tuple[str, str]]] = {
    sqlite3.SQLITE_FULL: ("the disk is full", _ROOM),
    sqlite3.SQLITE_BUSY: ("another process kept it locked for too long", _AGAIN),
    sqlite3.SQLITE_LOCKED: ("another process kept it locked for too long", _AGAIN),
    sqlite3.SQLITE_READONLY: ("it may not be written", _RIGHTS),
    sqlite3.SQLITE_PERM: ("the system does not let us in", _RIGHTS),
    sqlite3.SQLITE_AUTH: ("the system does not let us in", _RIGHTS),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", _RIGHTS),
    sqlite3.SQLITE_IOERR: ("the disk could not be read or written", _DISK),
    sqlite3.SQLITE_NOMEM: ("memory ran out", "give the process more memory, then run the command again"),
    sqlite3.SQLITE_TOOBIG: ("a value is too large to be stored", "please report it with the text above"),
}
_FOREIGN: Final = (sqlite3.Error, sqlite3.Warning, SQLAlchemyError, OSError)
_STATES: Final[Mapping[str, tuple[str, str]]] = {
    "08": ("the database does not answer", "check that it runs and can be reached, then run the command again"),
    "28": ("the database does not let us in", "check user and password in what `database` refers to"),
    "3D": ("there is no such database", "create it, or correct the address that `database` refers to"),
    "42": ("the database refused a statement", "nothing that was committed is lost; please report it with this text"),
    "53": ("the database has no room or no connection left", "give it more, then run the command again"),
    "55": ("another process kept it locked for too long", _AGAIN),
    "57": ("the database is being shut down", "run the command again when it is up"),
}
"""The first two characters of PostgreSQL's SQLSTATE."""
_ENDED: Final = "what was committed stays, the rest was taken back; run the command again"
_EXACTLY: Final[Mapping[str, tuple[str, str]]] = {
    "42501": ("the user may not do this in the database", "let it create schemas, or make them for it"),
    "57P01": ("the database has ended the connection", _ENDED),
    "25P03": ("the database has ended the connection, because nothing came over it for too long", _ENDED),
}
"""Whole SQLSTATEs that say more."""
_CUT: Final = ("closed the connection", "connection is lost", "connection is closed", "connection reset", "timed out")
"""What libpq and its driver say without a state, when a connection that was there is there no more."""
_DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
_REPAIR: Final[Mapping[str, str]] = {
    MIRROR: "delete the file and run `connector sync`; it only holds what the CRM holds too",
    LEDGER: "restore it from the last backup; do not delete it, it is the only memory of what was written",
}
_ERRNO: Final[Mapping[int, tuple[str, str]]] = {
    errno.ENOSPC: ("the disk is full", _ROOM),
    errno.EDQUOT: ("the disk quota is used up", _ROOM),
    errno.EACCES: ("the system does not let us in", _RIGHTS),
    errno.EPERM: ("the system does not let us in", _RIGHTS),
    errno.EROFS: ("the disk is read-only", _RIGHTS),
    errno.ENOTDIR: ("part of its path is a file, not a folder", "correct `state` in connector.toml"),
    errno.EISDIR: ("it is a folder, not a file", "correct `state` in connector.toml"),
}


@contextmanager
def translated(path: str | Path, kind: str) -> Iterator[None]:
    """Raises StoreFailed for every error of a database, SQLAlchemy or the operating system inside.

    `kind` is MIRROR or LEDGER.
    """
    try:
        yield
    except _FOREIGN as error:
        raise failure(error, path, kind) from error
    except Exception as error:
        if not _is_psycopg(error):
            raise
        raise failure(error, path, kind) from error


def _is_psycopg(error: BaseException) -> bool:
    """PostgreSQL's driver is only there where somebody uses it."""
    driver = sys.modules.get("psycopg")
    return driver is not None and isinstance(error, driver.Error)


def failure(error: BaseException, path: str | Path, kind: str) -> StoreFailed:
    """The StoreFailed that says what `error` means for the store at `path`."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    what, then = _explain(cause, kind)
    return StoreFailed(what, where=f"{kind} {path}", next=then)


def _explain(cause: BaseException, kind: str) -> tuple[str, str]:
    if isinstance(cause, OSError):
        what, then = _ERRNO.get(cause.errno or 0, ("the system refused", "check the state folder and its disk"))
        return f"{what} ({cause.strerror or cause})", then
    if _is_psycopg(cause):
        return _of_postgres(cause)
    code = getattr(cause, "sqlite_errorcode", None)
    primary = code & 0xFF if isinstance(code, int) else _guess(str(cause))
    if primary in _DAMAGED:
        return f"the file is damaged or not a database ({cause})", _REPAIR[kind]
    if primary in _WHAT:
        what, then = _WHAT[primary]
        return f"{what} ({cause})", then
    return f"the database refused: {cause}", "nothing that was committed is lost; please report it with this text"


def _of_postgres(cause: BaseException) -> tuple[str, str]:
    state = str(getattr(cause, "sqlstate", None) or "08")  # an error without a state: no connection was made
    text = " ".join(str(cause).split())
    what, then = _STATES.get(state[:2], ("the database refused", "please report it with the text above"))
    what, then = _EXACTLY.get(state, (what, then))
    if state == "08" and any(said in text.lower() for said in _CUT):
        what, then = "the connection to the database was cut", _ENDED
    return f"{what} ({text})", then


def _guess(text: str) -> int:
    """The code of an error that SQLAlchemy or an old driver gave without one."""
    for part, code in (("full", sqlite3.SQLITE_FULL), ("locked", sqlite3.SQLITE_BUSY)):
        if part in text:
            return code
    return sqlite3.SQLITE_ERROR
