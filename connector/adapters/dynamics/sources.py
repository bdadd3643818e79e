"""What a table of the mirror is read from: which table of the CRM, which columns, and what its rows become.

Most are read by change tracking, which tells deletions too. Where that is off, by modification stamp; what has no stamp
(memberships of teams) is small and read whole each time, as users are, whose roles leave no trace in their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from connector.adapters.dynamics import days
from connector.adapters.dynamics.columns import Columns, Parents, Records, cells, is_annotated, selected
from connector.adapters.dynamics.metadata import TableInfo
from connector.adapters.web.rows import Constant, From, Shape, Verbatim
from connector.errors import MappingError
from connector.mapping import Column, TableMap
from connector.model import FIELDS, Kind
from connector.ports import Row

Ids = Callable[[Records], Iterable[str]]
Labelled = Mapping[str, Mapping[int, str | None]]
"""Column → number of an option → its label."""
ZERO: Final = frozenset({"is_converted", "is_inactive", "is_bounced", "responded"})
"""Columns of the mirror that may not be empty."""


class Read(msgspec.Struct, frozen=True):
    """What rows of the CRM became: rows of the mirror, those that are gone, and (loser, winner) of merged people."""

    rows: list[Row]
    gone: list[Row] = []
    merged: list[tuple[str, str]] = []


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """One query.

    `name`: under which its mark is kept. `tracked`: it is read by change tracking; else `stamp`, if it has one, is the
    column it is read on by. `where` holds for what is not tracked. `turn` makes rows of the mirror of the CRM's, `gone`
    of the ids of deleted ones. `ids` gives the ids of live rows of the mirror from rows with the columns `told`.
    `expand`: what hangs on the rows and comes with them; never with change tracking, which refuses it. `labels`: column
    → number → label, of every choice among what is read.
    """

    name: str
    info: TableInfo
    select: tuple[str, ...]
    turn: Callable[[Records], Read]
    gone: Callable[[Sequence[str]], list[Row]]
    ids: Ids
    told: tuple[str, ...]
    annotated: bool = False
    tracked: bool = False
    stamp: str | None = "modifiedon"
    where: tuple[str, ...] = ()
    expand: str = ""
    labels: Labelled = {}


def insist(found: TableMap, columns: Columns) -> None:
    """Raises MappingError for a column that the user's own mapping names and nobody finds: that is a mistake.

    What the shipped mapping names may be missing, as most of our own columns are before `connector schema apply`. Also
    for a column that cannot hold what we would write there: its values would be read wrong, too.
    """
    for name in sorted(found.writable):
        column = found.field(name)
        if wrong := columns.unfit(column.api, column.kind):
            where = column.where or f"{found.api}.{column.api}"
            raise MappingError(
                f"{name} is mapped onto {found.api}.{column.api}, but {wrong}", where=where, next=days.ADVICE
            )
    named = [*found.columns.values(), *(column for _, column in found.facts if column is not None)]
    for column in named:
        if column.where and all(columns.place(api) is None for api in column.apis) and column.name not in FIELDS:
            raise MappingError(
                f"the environment has no column {found.api}.{column.api}, or hides it from the application user",
                where=column.where,
                next="correct the name, or give the user access to the column; then run: connector check",
            )


class Rows:
    """Turns the CRM's rows of one table into tuples of the mirror's columns `names`, with facts where it has any.

    `behind`: further paths whose cells come behind those of the mirror, as texts, for the caller's own use.
    """

    def __init__(
        self,
        found: TableMap,
        columns: Columns,
        names: Sequence[str],
        behind: Sequence[str] = (),
        *,
        facts: bool = False,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        own = [_from(found, columns, name, given or {}) for name in names if name != "facts"]
        tail: list[From] = [Verbatim(path) if columns.place(path) else Constant() for path in behind]
        self._shape = Shape(own, _facts(found, columns) if facts else None, tail)
        self.places = [place for path in self._shape.fields if (place := columns.place(path)) is not None]
        written = [found.field(name) for name in found.writable]
        self._flags = {column.api for column in written if column.kind is Kind.FLAG}

    @property
    def select(self) -> tuple[str, ...]:
        """The columns to select."""
        return tuple(selected(self.places))

    @property
    def annotated(self) -> bool:
        """Whether lookups must say which table they point to."""
        return is_annotated(self.places)

    @property
    def wanted(self) -> Mapping[str, list[str]]:
        """Table → the columns of parents that are needed."""
        found: dict[str, list[str]] = {}
        for place in self.places:
            if place.field:
                found.setdefault(place.target, []).append(place.field)
        return found

    @property
    def labels(self) -> Labelled:
        """How the choices among them are labelled now; a parent's go by table and column."""
        return {
            f"{place.target}.{place.field}" if place.field else place.column: place.labels
            for place in self.places
            if place.labels is not None
        }

    def turn(self, records: Records, parents: Parents) -> list[Row]:
        """The rows, in the order of the records."""
        columns = [cells(place, records, parents) for place in self.places]
        for at, place in enumerate(self.places):
            if place.column in self._flags:
                columns[at] = [is_set(cell) for cell in columns[at]]
        return self._shape.from_cells(columns, len(records))


def is_set(flag: bool | None) -> bool:
    """Of a flag that we write: rows that were there before the column are empty, and mean no, as in every form."""
    return flag is True


def _from(found: TableMap, columns: Columns, name: str, given: Mapping[str, Any]) -> From:
    if name in given:
        return Constant(given[name])
    column = seen(found.field(name), columns) if found.has(name) else None
    if column is None:
        return Constant(0 if name in ZERO else None)
    return Verbatim(column.api) if name == "version" else column


def seen(column: Column, columns: Columns) -> Column | None:
    """The column without what is not there for us; None if nothing is left. States are named as this org calls them."""
    left = [api for api in column.apis if columns.place(api) is not None]
    if not left:
        return None
    among = tuple(_labelled(columns, left[0], name) for name in column.among)
    return msgspec.structs.replace(column, api=left[0], otherwise=tuple(left[1:]), among=among)


def _labelled(columns: Columns, path: str, name: str) -> str:
    """How the org labels what a mapping names: a state by its invariant name, an option by number or label."""
    place = columns.place(path)
    labels = place.labels if place is not None and place.labels is not None else {}
    states = columns.states(path) or {}
    if name in states:
        return states[name]
    return (labels.get(int(name)) if name.isdecimal() else None) or name


def _facts(found: TableMap, columns: Columns) -> list[From]:
    """Facts are typed by the org's own metadata."""
    made: list[From] = []
    for _, column in found.facts:
        left = seen(column, columns) if column is not None else None
        made.append(Constant() if left is None else msgspec.structs.replace(left, kind=columns.kind(left.api)))
    return made
