"""Where a store is kept: an SQLite file, or a schema of a PostgreSQL database.

Path("state/ledger.db")
Postgres("postgresql://connector@db.example/connector", "connector_ledger")
"""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from connector.errors import ConfigError

_SCHEMA = re.compile(r"[a-z_][a-z0-9_-]{0,62}")


class Postgres:
    """A schema of a database. Its text form never shows the password."""

    def __init__(self, address: str, schema: str, *, key: str = "database") -> None:
        """`address`: `postgresql://user:password@host:port/database`, as libpq takes it. `key`: where it stands.

        Raises ConfigError, which does not repeat the address.
        """
        try:
            url = make_url(address)
        except (ArgumentError, ValueError):
            url = None
        if url is None or url.get_backend_name() not in ("postgresql", "postgres"):
            raise ConfigError(
                "the database's address is not one of PostgreSQL",
                where=key,
                next="write postgresql://user:password@host:5432/database into what it refers to",
            )
        if not _SCHEMA.fullmatch(schema):
            raise ValueError(f"not a name for a schema: {schema!r}")
        self.url: URL = url.set(drivername="postgresql+psycopg")
        self.schema = schema
        self.quoted = f'"{schema}"'

    def __str__(self) -> str:
        return f"{self.url.host or 'PostgreSQL'}/{self.url.database}, schema {self.schema}"

    def __repr__(self) -> str:
        return f"Postgres({self})"


Place = Path | Postgres


def placed(place: str | Path | Postgres) -> Place:
    """The place itself; a text is a path."""
    return Path(place) if isinstance(place, str) else place
