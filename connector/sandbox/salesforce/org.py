"""A Salesforce org: its objects and fields, its records, and the one engine through which every write goes."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from connector.sandbox.orgfile import file_for, first_day
from connector.sandbox.salesforce import base, customizations, definitions, tables
from connector.sandbox.salesforce.access import Access
from connector.sandbox.salesforce.bulk.jobs import Jobs
from connector.sandbox.salesforce.catalogue import FieldType, ObjectType, standard_objects
from connector.sandbox.salesforce.cursors import Cursors
from connector.sandbox.salesforce.dml import validation
from connector.sandbox.salesforce.dml.delete import delete, undelete
from connector.sandbox.salesforce.dml.insert import insert
from connector.sandbox.salesforce.dml.results import Options, Record, RowResult
from connector.sandbox.salesforce.dml.update import update
from connector.sandbox.salesforce.dml.upsert import upsert
from connector.sandbox.salesforce.http import error_body
from connector.sandbox.salesforce.ids import IdSource
from connector.sandbox.salesforce.load import load
from connector.sandbox.salesforce.rules import Rules
from connector.sandbox.salesforce.sessions import Sessions
from connector.sandbox.salesforce.stamps import instant, stamp
from connector.sandbox.salesforce.storage import Storage
from connector.sandbox.salesforce.usage import Usage
from connector.sandbox.settings import Settings
from connector.sandbox.testclock import Clock, clock_from_environment

if TYPE_CHECKING:
    from starlette.types import ASGIApp

    from connector.sandbox.faults import Faults

_PLAIN = Options()
_REMEMBERED = frozenset(
    {"PermissionSet", "ObjectPermissions", "FieldPermissions", "PermissionSetAssignment", "LeadStatus", "TaskStatus",
     "TaskPriority", "OpportunityStage", "RecordType"}
)  # fmt: skip


class Org:
    """One org in one SQLite file.

    `objects` holds the object types by API name; `object(name)` finds one in any case. `clock` gives the org's time.
    `storage.reader()` is the connection to read with, `storage.transaction()` the one to write with. `ids` gives out
    record ids. `settings` is what it remembers besides records; `sessions`, `usage`, query `cursors` and bulk `jobs`
    live in memory only.
    """

    def __init__(self, path: Path | None = None, *, clock: Clock | None = None, like: Path | None = None) -> None:
        """An org as on its first day, or the one that the file at `path` holds if it exists.

        Without a path the org lives in a temporary folder that goes away with it. `clock` defaults to the file that
        CONNECTOR_CLOCK names, else the system's time. `like`: a snapshot to begin with instead of the first day.
        """
        self.clock = clock or clock_from_environment()
        self._open(file_for(self, path, (lambda: like) if like else _first_day))

    def _open(self, path: Path) -> None:
        self.storage = Storage(path)
        self.settings = Settings(self.storage)
        self.ids = IdSource(dict(self.storage.db.execute("SELECT prefix, number FROM _counter").fetchall()))
        self.sessions = Sessions(base.ORG_ID[:15])
        self.usage = Usage()
        self.cursors = Cursors(self.ids)
        self.schema_version = 0
        self.rules = Rules.read(customizations.first_day(self))
        self.jobs = Jobs(lambda: self.rules.bulk)
        self.cache: dict[str, object] = {}
        self._access: dict[str, Access] = {}
        self.objects: dict[str, ObjectType] = {}
        self._read_objects()
        self.storage.rolled_back = self._reread

    def _reread(self) -> None:
        self.settings.reread()
        self._read_objects()

    def _read_objects(self) -> None:
        changed = self.storage.db.execute("SELECT name, json FROM _object").fetchall()
        own = {name: msgspec.json.decode(text, type=tuple[FieldType, ...]) for name, text in changed}
        self.objects = {
            name: found.with_fields(own[name]) if name in own else found for name, found in standard_objects().items()
        }
        self._lower = {name.lower(): found for name, found in self.objects.items()}
        self.schema_version += 1
        self.cache.clear()
        self._access = {}

    def object(self, name: str) -> ObjectType | None:
        """The object type of that API name, in any case, or None."""
        return self._lower.get(name.lower())

    def load(self, object_name: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Insert rows as they are, unchecked and without history; returns how many.

        Values may be Python values or text as in a CSV ("" is null, "true"/"false", ISO dates). Missing ids, stamps
        (CreatedDate now, LastModifiedDate = CreatedDate, SystemModstamp = LastModifiedDate), creators and owners (the
        administrator) are filled in. Raises ValueError naming the object, row and column that cannot be stored.
        """
        return load(self, object_name, columns, rows)

    def insert(self, object_name: str, records: Sequence[Record], options: Options = _PLAIN) -> list[RowResult]:
        """Create records, checked; one result per record, in order. Raises BadRequestError."""
        return insert(self, object_name, records, options)

    def update(self, object_name: str, records: Sequence[Record], options: Options = _PLAIN) -> list[RowResult]:
        """Change records, each naming its `Id`, checked; one result per record, in order. Raises BadRequestError."""
        return update(self, object_name, records, options)

    def upsert(
        self, object_name: str, key: str, records: Sequence[Record], options: Options = _PLAIN
    ) -> list[RowResult]:
        """Create or change records by the external id `key`; results tell which. Raises BadRequestError."""
        return upsert(self, object_name, key, records, options)

    def delete(self, object_name: str, ids: Sequence[str], options: Options = _PLAIN) -> list[RowResult]:
        """Delete records, to the recycle bin unless `options.hard`; one result per id, in order."""
        return delete(self, object_name, ids, options)

    def undelete(self, object_name: str, ids: Sequence[str], options: Options = _PLAIN) -> list[RowResult]:
        """Bring records back from the recycle bin; one result per id, in order."""
        return undelete(self, object_name, ids, options)

    def after_load(self, found: ObjectType) -> None:
        """Drop what is remembered of records that changed: permissions and picklist values read from them."""
        if found.name in _REMEMBERED:
            self._access = {}
            self.cache.clear()
            self.schema_version += 1

    def access(self, user_id: str) -> Access:
        """What that user may see and do."""
        found = self._access.get(user_id)
        if found is None:
            found = self._access[user_id] = Access(self.storage.reader(), user_id, self.objects)
        return found

    def changed(self, object_name: str | None = None) -> str:
        """When the metadata of one object, or of any, changed last, as a stored instant."""
        named = "WHERE name = ?" if object_name else ""
        query = f"SELECT max(changed) FROM _object {named}"
        row = self.storage.reader().execute(query, (object_name,) if object_name else ()).fetchone()
        return str(row[0] or base.BORN)

    def identity_url(self, base_url: str, user_id: str) -> str:
        """The identity URL of a user, on the host that the client called."""
        return f"{base_url}/id/{base.ORG_ID}/{user_id}"

    def add_field(self, object_name: str, field: FieldType, *, visible: bool = True) -> None:
        """Add a field to an object. Unless `visible`, nobody has access to it yet, as after a real field creation."""
        found = self.objects[object_name]
        if field.name in found:
            raise ValueError(f"there is already a field {field.name} on {object_name}")
        with self.storage.transaction() as db:
            if field.stored or field.sql:
                tables.add_column(db, object_name, field)
            self._write_fields(found.name, (*found.fields, field))
        if visible and field.permissionable:
            base.permissions(self, [found.with_fields((field,))])

    def change_field(self, object_name: str, field: FieldType) -> None:
        """Put a changed definition in the place of the field of that name."""
        fields = self.objects[object_name].fields
        with self.storage.transaction():
            self._write_fields(object_name, tuple(field if old.name == field.name else old for old in fields))

    def remove_field(self, object_name: str, field_name: str) -> None:
        """Take a custom field away with everything that was in it, and the access that was given to it."""
        found = self.objects[object_name]
        field = found.by_name[field_name.lower()]
        with self.storage.transaction() as db:
            if field.stored or field.sql:
                tables.drop_column(db, object_name, field)
            db.execute("DELETE FROM FieldPermissions WHERE Field = ?", (f"{object_name}.{field.name}",))
            self._write_fields(object_name, tuple(one for one in found.fields if one.name != field.name))

    def _write_fields(self, object_name: str, fields: tuple[FieldType, ...]) -> None:
        text = msgspec.json.encode(fields).decode()
        with self.storage.transaction() as db:
            values = (object_name, text, stamp(self.clock()))
            db.execute("INSERT OR REPLACE INTO _object VALUES (?, ?, ?)", values)
            self._read_objects()
            definitions.write(db, [self.objects[object_name]], stamp(self.clock()))

    def app(self) -> "ASGIApp":
        """The web application that serves this org."""
        from connector.sandbox.salesforce.app import build

        return build(self)

    def open_token(self) -> str:
        """An access token of the integration user that never expires."""
        return self.sessions.open(base.INTEGRATION_ID, "sandbox", None).token

    def misbehave(self, faults: "Faults") -> None:
        """Put the faults' own tables in force. Raises BadInput naming the key that is wrong."""
        self.rules = Rules.read(customizations.merged(customizations.first_day(self), faults.own))
        validation.check(self)
        limits = self.rules.limits
        self.usage = Usage(limits.daily_api_requests)
        if limits.used:
            self.usage.count(self.clock(), limits.used)
        self.sessions.lifetime = timedelta(minutes=limits.session_minutes)
        faults.expire_sessions = self.sessions.end_all
        faults.error_body = error_body

    def snapshot(self, path: Path) -> Path:
        """Write a complete copy of the org to `path`, for `Org.from_snapshot`."""
        with self.storage.transaction() as db:
            db.executemany("INSERT OR REPLACE INTO _counter VALUES (?, ?)", self.ids.counters.items())
        self.storage.copy_to(path)
        return path

    @classmethod
    def from_snapshot(cls, path: Path, *, clock: Clock | None = None) -> "Org":
        """A new org with everything that a snapshot holds; the snapshot itself stays as it is."""
        return cls(clock=clock, like=path)

    def close(self) -> None:
        """Close the database; a temporary one is gone with that."""
        self.jobs.close()
        self.storage.close()


def _lay_out(path: Path) -> None:
    """A database with the tables of an org, and with what describes them."""
    storage = Storage(path)
    with storage.transaction() as db:
        tables.create_all(db, standard_objects().values())
        definitions.write(db, standard_objects().values())
    storage.close()


_first_day = first_day(_lay_out, lambda path: Org(path, clock=lambda: instant(base.BORN)), base.fill)
