"""The mirror's file: made when it is missing, made anew when its schema is another one, its rows kept otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from sqlalchemy.schema import CreateIndex, CreateTable

from connector import ports
from connector.errors import NotFound
from connector.store.bulk import Connection
from connector.store.engine import engine_at, make_schema
from connector.store.failures import MIRROR, translated
from connector.store.mirror.loading import is_ready
from connector.store.mirror.notes import Notes
from connector.store.mirror.tables import MirrorTable, schema_hash
from connector.store.place import Place, Postgres

SCHEMA: Final = "schema"
ORG: Final = "org"
FACTS: Final = "facts"
PAGE_SIZE: Final = 8192


def opened(place: Place, org: str, facts: tuple[str, ...] | None, *, reading: bool) -> Connection:
    """A connection to the mirror at `place`; see `Mirror.open`."""
    if reading:
        return _existing(place, org, facts)
    connection = _connect(place, make=True)
    if not _is_ours(connection, org):
        connection = _emptied(place, connection)
        _make(connection, org)
    _expect(connection, facts)
    return connection


def was_synced(place: Place, org: str) -> bool:
    """Whether a sync of that org ever came to its end in a mirror at `place`, of whichever version. Makes nothing."""
    with translated(str(place), MIRROR):
        if isinstance(place, Path) and not (place.exists() and place.stat().st_size):
            return False
    connection = _connect(place)
    try:
        if not connection.has_table("note"):
            return False
        notes = Notes(connection)
        return notes.get(ORG) == org.encode() and notes.last_complete() is not None
    finally:
        connection.close()


def stored_facts(connection: Connection) -> tuple[str, ...]:
    """The names of the facts that the people in the mirror were read with."""
    kept = Notes(connection).get(FACTS)
    return () if kept is None else msgspec.msgpack.decode(kept, type=tuple[str, ...])


def _existing(place: Place, org: str, facts: tuple[str, ...] | None) -> Connection:
    sync = "run `connector sync` first"
    connection = _connect(place) if isinstance(place, Postgres) or place.exists() else None
    if connection is None or not connection.has_table("note"):
        if connection is not None:
            connection.close()
        raise NotFound("nothing has been synced yet", where=f"mirror {place}", next=sync)
    why = ""
    if not _is_ours(connection, org):
        why = "it was made by another version of connector"
    elif not is_ready(connection):
        why = "its first sync has not come to its end"
    elif facts is not None and facts != stored_facts(connection):
        why = "the policy uses other facts than those that were synced"
    if why:
        connection.close()
        raise NotFound(why, where=f"mirror {place}", next=sync)
    return connection


def _connect(place: Place, *, make: bool = False) -> Connection:
    engine = engine_at(place, kind=MIRROR, durable=False, page_size=PAGE_SIZE, raw=True)
    if make:
        make_schema(engine, place, MIRROR)
    return Connection(engine, MIRROR, str(place))


def _is_ours(connection: Connection, org: str) -> bool:
    if not connection.has_table("note"):
        return False
    notes = Notes(connection)
    return notes.get(SCHEMA) == schema_hash().encode() and notes.get(ORG) == org.encode()


def _make(connection: Connection, org: str) -> None:
    dialect = connection.dialect
    with connection.transaction():
        for one in MirrorTable.metadata.sorted_tables:
            connection.run(str(CreateTable(one).compile(dialect=dialect)))
            for index in sorted(one.indexes, key=lambda index: str(index.name)):
                connection.run(str(CreateIndex(index).compile(dialect=dialect)))
        notes = Notes(connection)
        notes.set(SCHEMA, schema_hash().encode())
        notes.set(ORG, org.encode())


def _emptied(place: Place, connection: Connection) -> Connection:
    """The same place with nothing in it."""
    if isinstance(place, Postgres):
        with connection.transaction():
            for (name,) in connection.rows("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()"):
                connection.run(f'DROP TABLE "{name}" CASCADE')
        return connection
    if not connection.one("SELECT count(*) FROM sqlite_master"):
        return connection
    connection.close()
    with translated(place, MIRROR):
        for suffix in ("-wal", "-shm", ""):
            Path(f"{place}{suffix}").unlink(missing_ok=True)
    return _connect(place)


def _expect(connection: Connection, facts: tuple[str, ...] | None) -> None:
    """Facts other than those that were read: people have to be read again, and until then nothing counts as synced."""
    if facts is None or facts == stored_facts(connection):
        return
    notes = Notes(connection)
    with connection.transaction():
        notes.set(FACTS, msgspec.msgpack.encode(facts))
        notes.set_synced_at(None)
        for table in (ports.Table.LEAD, ports.Table.CONTACT):
            notes.read_again(table)
