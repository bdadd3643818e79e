"""Fast loading of many records as they are: types are brought into form, nothing else is checked or set off."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce import tables
from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.dml.derived import derive_loaded
from connector.sandbox.salesforce.stamps import stamp
from connector.sandbox.salesforce.values import Stored, WrongTypeError, coercion

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

Row = Sequence[Any]
_BLOCK = 2_000


def load(org: "Org", object_name: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows; see `Org.load`."""
    found = org.object(object_name)
    if found is None:
        raise ValueError(f"no object {object_name!r}")
    names = [_column(found, name) for name in columns]
    table = f'"{found.name}"'
    with org.storage.transaction() as db:
        empty = db.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is None
        if empty:
            for field in found.fields:
                db.execute(f'DROP INDEX IF EXISTS "{tables.index_name(found.name, field.name)}"')
        filler = _Filler(org, found, names)
        spots = ", ".join("?" * len(filler.columns))
        into = ", ".join(f'"{name}"' for name in filler.columns)
        count = 0
        for block in _blocks(filler.fill(rows)):
            db.executemany(f"INSERT INTO {table} ({into}) VALUES ({spots})", block)
            count += len(block)
        if empty:
            for statement in tables.index_statements(found):
                db.execute(statement)
        derive_loaded(org, found, names)
    org.after_load(found)
    return count


def _column(found: ObjectType, name: str) -> str:
    field = found.field(name)
    if field is None or not field.stored:
        raise ValueError(f"no column {name!r} to load on {found.name}")
    return field.name


def _blocks(rows: Iterator[list[Stored]]) -> Iterator[list[list[Stored]]]:
    block: list[list[Stored]] = []
    for row in rows:
        block.append(row)
        if len(block) == _BLOCK:
            yield block
            block = []
    if block:
        yield block


class _Filler:
    """Brings given rows into form and adds what a record always has: an id, its stamps, an owner, defaults."""

    def __init__(self, org: "Org", found: ObjectType, given: list[str]) -> None:
        self._org = org
        self._found = found
        self._coerce = [coercion(found.by_name[name.lower()]) for name in given]
        self._given = given
        self._id_at = given.index("Id") if "Id" in given else None
        missing = dict.fromkeys(_defaults(org, found))
        self._extra = [name for name in missing if name not in given]
        self.columns = given + self._extra
        self._fill = [self._filler(name) for name in self._extra]
        self._refill = [
            (place, self._filler(name)) for place, name in enumerate(given) if name in missing and name != "Id"
        ]

    def _filler(self, name: str) -> Callable[[list[Stored]], Stored]:
        if name == "Id":
            return lambda row: self._org.ids.next(self._found.prefix)
        source = {"LastModifiedDate": "CreatedDate", "SystemModstamp": "LastModifiedDate"}.get(name)
        if source in self.columns:
            place = self.columns.index(source)
            return lambda row: row[place]
        if name == "SystemModstamp" and "CreatedDate" in self.columns:
            place = self.columns.index("CreatedDate")
            return lambda row: row[place]
        constant = _defaults(self._org, self._found)[name]
        return lambda row: constant

    def fill(self, rows: Iterable[Row]) -> Iterator[list[Stored]]:
        ids, at = self._org.ids, self._id_at
        for number, row in enumerate(rows):
            try:
                stored = [coerce(value) for coerce, value in zip(self._coerce, row, strict=True)]
            except ValueError as error:
                raise ValueError(f"{self._found.name}, row {number + 1}: {self._why(row, error)}") from error
            for place, filler in self._refill:
                if stored[place] is None:
                    stored[place] = filler(stored)
            for filler in self._fill:
                stored.append(filler(stored))
            if at is not None:
                given = stored[at]
                if given is None:
                    stored[at] = ids.next(self._found.prefix)
                else:
                    ids.above(str(given))
            yield stored

    def _why(self, row: Row, error: ValueError) -> str:
        if len(row) != len(self._given):
            return f"{len(row)} values for {len(self._given)} columns"
        for name, coerce, value in zip(self._given, self._coerce, row, strict=True):
            try:
                coerce(value)
            except WrongTypeError:
                kind = self._found.by_name[name.lower()].type
                return f"{value!r} is not a {kind} for {name}"
        return str(error)


def _defaults(org: "Org", found: ObjectType) -> dict[str, Stored]:
    """What is filled in where a row gives nothing, in the order in which one may rest on another."""
    now = stamp(org.clock())
    out: dict[str, Stored] = {"Id": None}
    for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp"):
        if name in found:
            out[name] = now
    for name in ("CreatedById", "LastModifiedById", "OwnerId"):
        if name in found:
            out[name] = ADMIN_ID
    return out
