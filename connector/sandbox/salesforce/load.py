"""Fast loading of many records as they are: types are brought into form, nothing else is checked or set off."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from connector.sandbox.loading import load_rows
from connector.sandbox.salesforce import tables
from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.dml.derived import derive_loaded
from connector.sandbox.salesforce.ids import POD
from connector.sandbox.salesforce.stamps import stamp
from connector.sandbox.salesforce.values import Stored, WrongTypeError, coercion

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

Row = Sequence[Any]
_SOURCES = {"LastModifiedDate": ("CreatedDate",), "SystemModstamp": ("LastModifiedDate", "CreatedDate")}


def load(org: "Org", object_name: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows; see `Org.load`."""
    found = org.object(object_name)
    if found is None:
        raise ValueError(f"no object {object_name!r}")
    names = [_column(found, name) for name in columns]
    with org.storage.transaction() as db:
        filler = _Filler(org, found, names)
        count = load_rows(db, found.name, filler.columns, filler.fill(rows), tables.index_statements(found))
        derive_loaded(org, found, names)
    org.after_load(found)
    return count


def _column(found: ObjectType, name: str) -> str:
    field = found.field(name)
    if field is None or not field.stored:
        raise ValueError(f"no column {name!r} to load on {found.name}")
    return field.name


class _Filler:
    """Brings given rows into form and adds what a record always has: an id, its stamps, an owner, defaults."""

    def __init__(self, org: "Org", found: ObjectType, given: list[str]) -> None:
        self._org = org
        self._found = found
        self._given = given
        self._coerce = [coercion(found.by_name[name.lower()]) for name in given]
        missing = _defaults(org, found)
        self.columns = [*given, *(name for name in missing if name not in given)]
        self._id_at = self.columns.index("Id")
        self._fill = [
            (self.columns.index(name), self._source(name), value) for name, value in missing.items() if name != "Id"
        ]

    def _source(self, name: str) -> int | None:
        """The column that a missing stamp is taken from."""
        for source in _SOURCES.get(name, ()):
            if source in self.columns:
                return self.columns.index(source)
        return None

    def fill(self, rows: Iterable[Row]) -> Iterator[list[Stored]]:
        ids, at, prefix = self._org.ids, self._id_at, self._found.prefix
        blank: list[Stored] = [None] * (len(self.columns) - len(self._given))
        highest = ""
        for number, row in enumerate(rows):
            try:
                stored = [coerce(value) for coerce, value in zip(self._coerce, row, strict=True)]
            except ValueError as error:
                raise ValueError(f"{self._found.name}, row {number + 1}: {self._why(row, error)}") from error
            stored += blank
            for place, source, value in self._fill:
                if stored[place] is None:
                    stored[place] = value if source is None else stored[source]
            given = stored[at]
            if given is None:
                ids.above(highest)
                stored[at] = ids.next(prefix)
            elif isinstance(given, str) and given > highest and given[3:9] == POD:
                highest = given
            yield stored
        ids.above(highest)

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
