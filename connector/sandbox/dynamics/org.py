"""A Dataverse environment: its tables and columns, its rows, and the one engine through which every write goes.

What stands on it (queries, batches, metadata, the sample) uses:

- `org.entities["lead"]` → `Entity` (its `by_name` columns by logical name), `org.by_set["leads"]`;
- `org.storage.reader()` to read: one SQLite table per logical name, columns by logical name. A lookup's column holds
  the GUID (lower case); a polymorphic lookup has a second column `Attribute.type_column` (`ownerid__type`,
  `regardingobjectid__type`) with the logical name of the target table. Choices are numbers, Booleans 0/1, times
  `YYYY-MM-DDTHH:MM:SSZ`, dates `YYYY-MM-DD`. Calculated columns (`fullname`, `owninguser`, `revenue_base`) are there as
  columns, too, and `activitypointer` is a view over all activities. `versionnumber` rises across the environment with
  every write: it is the etag `W/"<n>"` and the order of change tracking;
- table `deleted (entity, id, versionnumber, deletedon)`: what was deleted, for delta links (an activity is there as
  `activitypointer`, too);
- `org.create/update/upsert/delete(entity, …, Options)` to write one row, given as the JSON body of the Web API; they
  raise `DataverseError`. Several in one `with org.storage.transaction():` are undone together by an exception;
- `org.access(user_id)` → `Access`: `demand("Read", entity)`, `rows(entity)` (row security), `hidden(entity)`;
- `org.define(entity)` to put changed or new table facts in force, columns and all;
- `org.settings[name]` for whatever else must survive in the file, as JSON.
"""

import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from connector.sandbox.dynamics import base, shown, tables
from connector.sandbox.dynamics.access import Access
from connector.sandbox.dynamics.catalogue import Attribute, Entity, standard_entities
from connector.sandbox.dynamics.dml.create import create
from connector.sandbox.dynamics.dml.delete import delete
from connector.sandbox.dynamics.dml.request import Options, Written
from connector.sandbox.dynamics.dml.update import update
from connector.sandbox.dynamics.dml.upsert import upsert
from connector.sandbox.dynamics.errors import error_body
from connector.sandbox.dynamics.load import load
from connector.sandbox.dynamics.protection import Protection
from connector.sandbox.dynamics.query import scalars
from connector.sandbox.dynamics.rules import Rules
from connector.sandbox.dynamics.sessions import Sessions
from connector.sandbox.dynamics.stamps import instant, stamp
from connector.sandbox.orgfile import file_for, first_day
from connector.sandbox.settings import Settings
from connector.sandbox.storage import Storage
from connector.sandbox.testclock import Clock, clock_from_environment

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from connector.sandbox.faults import Faults

_PLAIN = Options()
_FIRST_VERSION = 1_000_000
_SECURITY = frozenset(
    {"role", "roleprivileges", "systemuserroles", "teammembership", "fieldpermission", "systemuserprofiles"}
)


class Org:
    """One environment in one SQLite file.

    `entities` holds the tables by logical name, `by_set` by entity-set name. `clock` gives the environment's time.
    `storage.reader()` is the connection to read with, `storage.transaction()` the one to write with. `settings` is what
    it remembers besides rows. `schema_version` rises when tables or columns change. `sessions` and `protection` (the
    service protection limits) live in memory only, as do `rules`, what a faults file adds.
    """

    def __init__(self, path: Path | None = None, *, clock: Clock | None = None, like: Path | None = None) -> None:
        """An environment as on its first day, or the one that the file at `path` holds if it exists.

        Without a path it lives in a temporary folder that goes away with it. `clock` defaults to the file that
        CONNECTOR_CLOCK names, else the system's time. `like`: a snapshot to begin with instead of the first day.
        """
        self.clock = clock or clock_from_environment()
        self._open(file_for(self, path, (lambda: like) if like else _first_day))

    def _open(self, path: Path) -> None:
        self.storage = Storage(path, scalars.register)
        self.settings = Settings(self.storage)
        self.sessions = Sessions()
        self.rules = Rules()
        self.protection = Protection(self.rules.limits)
        self.schema_version = 0
        self._access: dict[str, Access] = {}
        self._numbers = threading.Lock()
        self.entities: dict[str, Entity] = {}
        self._read_entities()
        self._version = _highest_version(self.storage.db, self.entities.values())
        self.storage.rolled_back = self._reread

    def _reread(self) -> None:
        self.settings.reread()
        self._read_entities()

    def _read_entities(self) -> None:
        changed = self.storage.db.execute("SELECT name, json FROM _entity").fetchall()
        own = {name: msgspec.json.decode(text, type=Entity).indexed() for name, text in changed}
        self.entities = {**standard_entities(), **own}
        self.by_set = {entity.set_name: entity for entity in self.entities.values()}
        self.schema_version += 1
        self._access = {}

    def load(self, entity: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Insert rows as they are, unchecked and without audit; returns how many.

        Columns are logical names; a polymorphic lookup's target table goes into `<name>__type` (or its metadata name,
        such as `owneridtype`). Values may be Python values or text as in a CSV. What is missing is filled in: ids,
        stamps (modifiedon = createdon), owner (the administrator), state and status reason (one from the other).
        Raises ValueError naming the table, row and column that cannot be stored.
        """
        return load(self, entity, columns, rows)

    def create(self, entity: Entity, record: Mapping[str, Any], options: Options = _PLAIN) -> Written:
        """Create a row from a body of the Web API. Raises DataverseError."""
        return create(self, entity, record, options)

    def update(self, entity: Entity, id: str, record: Mapping[str, Any], options: Options = _PLAIN) -> Written:
        """Change the row of that id, which must exist. Raises DataverseError."""
        return update(self, entity, id, record, options)

    def upsert(
        self, entity: Entity, key: Mapping[str, Any], record: Mapping[str, Any], options: Options = _PLAIN
    ) -> Written:
        """Change the row that `key` names (primary or alternate key), or create it. Raises DataverseError."""
        return upsert(self, entity, key, record, options)

    def delete(self, entity: Entity, id: str, options: Options = _PLAIN) -> None:
        """Delete the row of that id. Raises DataverseError."""
        delete(self, entity, id, options)

    def get(self, entity: Entity, id: str) -> dict[str, Any] | None:
        """The row of that id with all its columns as stored, or None."""
        query = f'SELECT * FROM "{entity.name}" WHERE "{entity.primary_id}" = ?'
        cursor = self.storage.reader().execute(query, (id,))
        row = cursor.fetchone()
        return dict(zip((column[0] for column in cursor.description), row, strict=True)) if row else None

    def next_version(self) -> int:
        """A version number above all that were given out."""
        with self._numbers:
            self._version += 1
            return self._version

    @staticmethod
    def id_of(version: int) -> str:
        """The GUID of the row that was created with that version number. GUIDs do not sort by age, as real ones."""
        head = (version * 2_654_435_761) & 0xFFFFFFFF
        return f"{head:08x}-{(version >> 24) & 0xFFFF:04x}-ef11-9f89-000d3a{version & 0xFFFFFF:06x}"

    def version(self) -> int:
        """The version number of the last write."""
        return self._version

    def after_write(self, entity: str) -> None:
        """Drop what is remembered of rows of that table: the rights that follow from roles."""
        if entity in _SECURITY:
            self._access = {}

    def access(self, user_id: str) -> Access:
        """What that user may see and do."""
        found = self._access.get(user_id)
        if found is None:
            found = self._access[user_id] = Access(self.storage.reader(), user_id, self.entities, self._audited_until)
        return found

    def _audited_until(self) -> str | None:
        """The time up to which audit rows can be read; None for all: they are written a little late."""
        lag = self.rules.audit_lag
        return stamp(self.clock() - timedelta(seconds=lag)) if lag else None

    def define(self, entity: Entity) -> None:
        """Put a table's facts in force: a new table, or one with other columns; the database follows."""
        made = entity.indexed()
        with self.storage.transaction() as db:
            old = self.entities.get(made.name)
            if old is None:
                tables.create(db, made)
            else:
                _alter(db, old, made)
            text = msgspec.json.encode(msgspec.structs.replace(made, by_name={}, by_property={}, by_navigation={}))
            values = (made.name, text.decode(), stamp(self.clock()))
            db.execute("INSERT OR REPLACE INTO _entity VALUES (?, ?, ?)", values)
            self._read_entities()

    def forget(self, name: str) -> None:
        """Drop a table that was made here, with its rows."""
        with self.storage.transaction() as db:
            db.execute(f'DROP TABLE "{name}"')
            db.execute("DELETE FROM _entity WHERE name = ?", (name,))
            self._read_entities()

    def app(self) -> "ASGIApp":
        """The web application that serves this environment and the token service of its tenant."""
        from connector.sandbox.dynamics.app import build

        return build(self)

    def open_token(self) -> str:
        """An access token of the integration user that never expires."""
        return self.sessions.open(base.INTEGRATION_APP_ID, None).token

    def misbehave(self, faults: "Faults") -> None:
        """Put the faults' own tables in force. Raises BadInput naming the key that is wrong."""
        self.rules = Rules.read(faults.own)
        self.rules.check(self.entities)
        shown.show(self)
        self.protection = Protection(self.rules.limits)
        faults.expire_sessions = self.sessions.end_all
        faults.error_body = error_body
        faults.unknown_code = "0x80040216"

    def snapshot(self, path: Path) -> Path:
        """Write a complete copy of the environment to `path`, for `Org.from_snapshot`."""
        self.storage.copy_to(path)
        return path

    @classmethod
    def from_snapshot(cls, path: Path, *, clock: Clock | None = None) -> "Org":
        """A new environment with everything that a snapshot holds; the snapshot itself stays as it is."""
        return cls(clock=clock, like=path)

    def close(self) -> None:
        """Close the database; a temporary one is gone with that."""
        self.storage.close()


def _alter(db: sqlite3.Connection, old: Entity, new: Entity) -> None:
    for one in old.attributes:
        if one.name not in new:
            tables.drop_column(db, old, one)
    for one in new.attributes:
        if one.name not in old:
            tables.add_column(db, new, one)


def _highest_version(db: sqlite3.Connection, entities: Iterable[Entity]) -> int:
    named = [one.name for one in entities if "versionnumber" in one and not one.view]
    highest = (
        db.execute(f'SELECT max(versionnumber) FROM "{name}"').fetchone()[0] or 0 for name in ("deleted", *named)
    )
    return max(_FIRST_VERSION, *highest)


def _lay_out(path: Path) -> None:
    """A database with the tables of an environment."""
    storage = Storage(path, scalars.register)
    with storage.transaction() as db:
        tables.create_all(db, standard_entities().values())
    storage.close()


_first_day = first_day(_lay_out, lambda path: Org(path, clock=lambda: instant(base.BORN)), base.fill)

__all__ = ["Attribute", "Entity", "Options", "Org", "Written"]
