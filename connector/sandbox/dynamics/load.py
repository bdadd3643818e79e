"""Fast loading of many rows as they are: types are brought into form, nothing else is checked or set off."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from connector.sandbox.dynamics import tables
from connector.sandbox.dynamics.base import ADMIN_ID, BUSINESS_UNIT_ID, CURRENCY_ID
from connector.sandbox.dynamics.catalogue import Entity
from connector.sandbox.dynamics.stamps import stamp
from connector.sandbox.dynamics.values import Stored, coercion
from connector.sandbox.loading import load_rows

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

Row = Sequence[Any]
_SOURCES = {"modifiedon": "createdon", "createdby": "ownerid", "modifiedby": "createdby"}


def load(org: "Org", name: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows; see `Org.load`."""
    entity = org.entities.get(name)
    if entity is None or entity.view:
        raise ValueError(f"no table {name!r} to load")
    with org.storage.transaction() as db:
        filler = _Filler(org, entity, columns)
        count = load_rows(db, name, filler.columns, filler.fill(rows), tables.index_statements(entity))
    org.after_write(name)
    return count


class _Filler:
    """Brings given rows into form and adds what a row always has: id, version, stamps, owner, state, defaults."""

    def __init__(self, org: "Org", entity: Entity, given: Sequence[str]) -> None:
        self._org = org
        self._entity = entity
        self._given = [_stored_name(entity, name) for name in given]
        self._coerce = [coercion(entity.by_name[name]) if name in entity else _text for name in self._given]
        missing = _defaults(org, entity)
        self.columns = [*self._given, *(name for name in missing if name not in self._given)]
        self._at = {name: place for place, name in enumerate(self.columns)}
        self._fill = [
            (self._at[name], self._at.get(_SOURCES.get(name, "")), value)
            for name, value in missing.items()
            if name not in (entity.primary_id, "versionnumber", "statecode", "statuscode")
        ]
        self._states = _States(entity, self._at)

    def fill(self, rows: Iterable[Row]) -> Iterator[list[Stored]]:
        at, primary = self._at, self._entity.primary_id
        key, version = at[primary], at.get("versionnumber")
        blank: list[Stored] = [None] * (len(self.columns) - len(self._given))
        for number, row in enumerate(rows):
            try:
                stored = [coerce(value) for coerce, value in zip(self._coerce, row, strict=True)]
            except ValueError as error:
                raise ValueError(f"{self._entity.name}, row {number + 1}: {self._why(row, error)}") from error
            stored += blank
            for place, source, value in self._fill:
                if stored[place] is None:
                    found = stored[source] if source is not None else None
                    stored[place] = value if found is None else found
            self._states.settle(stored)
            raised = self._org.next_version()
            if version is not None:
                stored[version] = raised
            if stored[key] is None:
                stored[key] = self._org.id_of(raised)
            yield stored

    def _why(self, row: Row, error: ValueError) -> str:
        if len(row) != len(self._given):
            return f"{len(row)} values for {len(self._given)} columns"
        for name, coerce, value in zip(self._given, self._coerce, row, strict=True):
            try:
                coerce(value)
            except ValueError:
                return f"{value!r} does not fit the column {name}"
        return str(error)


class _States:
    """Makes state and status reason of a loaded row fit: what is missing follows from what is given."""

    def __init__(self, entity: Entity, at: dict[str, int]) -> None:
        state, status = entity.attribute("statecode"), entity.attribute("statuscode")
        self._places = (at["statecode"], at["statuscode"]) if state and status else None
        self._state_of = {one.value: one.state for one in status.options} if status else {}
        self._default = {one.value: one.default_status for one in state.options} if state else {}
        self._first = (state.default or 0) if state else 0

    def settle(self, row: list[Stored]) -> None:
        if self._places is None:
            return
        state, status = self._places
        if row[status] is None:
            row[state] = self._first if row[state] is None else row[state]
            row[status] = self._default.get(int(row[state] or 0))
        elif row[state] is None:
            row[state] = self._state_of.get(int(row[status] or 0), self._first)


def _text(value: Any) -> Stored:
    return str(value) if value else None


def _stored_name(entity: Entity, name: str) -> str:
    """The column of that name; the `…type` of a polymorphic lookup is stored beside it."""
    found = entity.attribute(name)
    if found is not None and found.stored:
        return name
    of = entity.attribute((found.attribute_of or "") if found else name.removesuffix("__type"))
    if of is not None and of.type_column and (found is None or found.type == "EntityName"):
        return of.type_column
    raise ValueError(f"no column {name!r} to load on {entity.name}")


def _defaults(org: "Org", entity: Entity) -> dict[str, Stored]:
    """What is filled in where a row gives nothing, in the order in which one may rest on another."""
    now = stamp(org.clock())
    given: tuple[tuple[str, Stored], ...] = (
        ("versionnumber", None),
        ("createdon", now),
        ("modifiedon", now),
        ("ownerid", ADMIN_ID),
        ("ownerid__type", "systemuser"),
        ("createdby", ADMIN_ID),
        ("modifiedby", ADMIN_ID),
        ("owningbusinessunit", BUSINESS_UNIT_ID),
        ("transactioncurrencyid", CURRENCY_ID),
        ("exchangerate", 1.0),
        ("statecode", None),
        ("statuscode", None),
    )
    known = {name: value for name, value in given if name.removesuffix("__type") in entity}
    out: dict[str, Stored] = {entity.primary_id: None, **known}
    for one in entity.attributes:
        if one.stored and one.default is not None and one.type in ("Boolean", "Picklist"):
            out.setdefault(one.name, one.default)
    return out
