"""Reading a table: all its sources one after the other, each on from its own mark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from connector.adapters.dynamics import activities, calendar, history, people, plain, query, responses, roles
from connector.adapters.dynamics.errors import Expired
from connector.adapters.dynamics.query import Pages, preferences
from connector.adapters.dynamics.reading import Reading
from connector.adapters.dynamics.sources import Labelled, Read, Source
from connector.adapters.dynamics.view import View
from connector.adapters.web.errors import Declined
from connector.errors import MarkExpired, NotPermitted
from connector.mapping.mapping import ACTIVITY, CALL, QUEUE
from connector.ports import HISTORIES, Batch, Mark, Table

WHOLE: Final = "whole"
"""The mark of a table that is read whole each time, or that this environment does not have."""
LABELS: Final = "labels"
"""Under which a mark holds how options were labelled when the rows were read: the mirror keeps labels, the CRM numbers,
and an option that is given another label is no change of any row."""
_labels = msgspec.json.Decoder(dict[str, dict[int, str | None]])
_marks = msgspec.json.Decoder(dict[str, str])


class Reader:
    """Reads tables of one environment."""

    def __init__(self, view: View) -> None:
        self._view = view

    def batches(self, table: Table, since: Mark | None) -> Iterator[Batch]:
        """As `ports.Adapter.read`: the last batch is empty and holds the mark."""
        marks = _marks.decode(since.text) if since is not None and since.text != WHOLE else {}
        later: dict[str, str] = {}
        sources = self._sources(table)
        labels = {name: dict(known) for source in sources for name, known in source.labels.items()}
        if renamed := _renamed(_labels.decode(marks.pop(LABELS, "{}")), labels):
            raise _expired(table, f"{renamed}: rows that nobody has touched since still say it the old way")
        for source in sources:
            mark = marks.get(source.name, "")
            if marks and not mark and source.stamp:
                raise _expired(table, f"{source.info.name} was not read before")
            reading = Reading(self._view.session, source, mark)
            try:
                for made, counted in self._read(reading):
                    yield _batch(table, made, counted, delta=since is not None)
            except Expired as error:
                raise _expired(table, error.what) from error
            if after := reading.mark():
                later[source.name] = after
        if later and labels:
            later[LABELS] = msgspec.json.encode(labels).decode()
        yield Batch(table, mark=Mark(msgspec.json.encode(later).decode() if later else WHOLE))

    def count(self, table: Table) -> int:
        """Live rows of the mirror, or rows that are passed over: counted by their ids, for the CRM itself counts to
        5,000 only, and what it counts for all is up to a day old [wire §2.2]."""
        return sum(len(page) for page in self.ids(table))

    def ids(self, table: Table) -> Iterator[Sequence[str]]:
        """Ids of live rows."""
        for source in self._sources(table):
            order, expand, entities = source.info.key, source.expand, source.info.set
            path = query.path(self._view.session, entities, source.told, *source.where, order=order, expand=expand)
            for page in Pages(self._view.session, path, preferences(annotated=source.annotated)):
                if ids := list(source.ids(page)):
                    yield ids

    def _read(self, reading: Reading) -> Iterator[tuple[Read, int]]:
        """What the reading brings. A table whose changes this login may not follow is read by stamp instead."""
        begun = False
        try:
            for one in reading.read():
                begun = True
                yield one
        except (Declined, NotPermitted):
            if begun or reading.is_delta or not reading.by_link:
                raise
            reading.without_link()
            yield from reading.read()

    def _sources(self, table: Table) -> list[Source]:
        return [source for source in _of(self._view, table) if source is not None]


def _of(view: View, table: Table) -> Iterator[Source | None]:
    if table in (Table.LEAD, Table.CONTACT):
        yield people.source(view, table)
    elif table in HISTORIES:
        yield history.source(view, table)
    elif table is Table.OPPORTUNITY_CONTACT:
        yield from roles.sources(view)
    elif table is Table.CAMPAIGN_MEMBER:
        yield responses.source(view)
    elif table in (Table.TASK, Table.EVENT, Table.MAIL):
        for name in (table.value, CALL, ACTIVITY) if table is Table.TASK else (table.value,):
            yield activities.source(view, table, name)
    elif table in (Table.HOURS, Table.HOLIDAY):
        yield calendar.source(view, table)
    else:
        yield plain.source(view, table)
        if table is Table.USER:
            yield plain.source(view, table, QUEUE)


def _renamed(then: Labelled, now: Labelled) -> str:
    """An option that has another label than then, or is there no more; empty if there is none."""
    for column, known in then.items():
        if column in now:
            for number, label in known.items():
                if now[column].get(number) != label:
                    return f"option {number} of {column} was {label!r}, and is {now[column].get(number)!r} now"
    return ""


def _batch(table: Table, made: Read, counted: int, *, delta: bool) -> Batch:
    if delta:
        return Batch(table, made.rows, made.gone, made.merged)
    return Batch(table, made.rows, passed_over=counted - len(made.rows))


def _expired(table: Table, why: str) -> MarkExpired:
    return MarkExpired(
        f"the CRM can no longer tell what changed in table {table.value}: {why}",
        where=f"table {table.value}",
        next="run: connector sync --full",
    )
