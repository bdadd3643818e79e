"""One source read to its end, whole or on from where the last read stopped.

By change tracking: the delta link of the last read is asked for, letter for letter. By stamp: what was modified since,
beginning a little before, because long transactions stamp their rows early and show them late. Whole: each time anew.

What a link was given out for is its `$select`: under another mapping everything is read again, that is sync's care.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from connector.adapters.dynamics import query
from connector.adapters.dynamics.errors import Expired
from connector.adapters.dynamics.query import Pages, preferences
from connector.adapters.dynamics.session import Session
from connector.adapters.dynamics.sources import Read, Source
from connector.adapters.web.errors import Declined, Hidden
from connector.errors import CrmFailed

OVERLAP: Final = timedelta(minutes=10)
"""How far before the mark a read by stamp begins."""
LONG_AGO: Final = "1970-01-01T00:00:00Z"
"""The mark of a table without rows, where the CRM did not tell the time either."""
LINK, STAMP = "link:", "since:"
"""What a mark begins with: a delta link's path, or the highest stamp seen."""


class Reading:
    """Reads one source. `mark`: as the last read of it left it, empty for a first one. `by_link`: by change tracking.

    A deletion comes as an `id` with its reason, and without the row's own key [wire §2.5]. What was begun by stamp goes
    on by stamp, until the table is read in full again. Raises Expired when a link is no longer good, CrmFailed if the
    last page names no link to go on from: then a page was lost, or the next read could not tell what has changed.
    """

    def __init__(self, session: Session, source: Source, mark: str = "") -> None:
        self._session = session
        self._source = source
        self._begin = mark
        self.by_link = mark.startswith(LINK) or (source.tracked and not mark.startswith(STAMP))
        self.is_delta = bool(mark)
        self._highest = ""
        self._began = ""
        self._pages = self._asked()

    def read(self) -> Iterator[tuple[Read, int]]:
        """What each page became, and how many rows of the mirror it stands for."""
        for page in self._of(self._pages):
            self._began = self._began or self._session.transport.server_time
            live = [row for row in page if self._source.info.key in row]
            gone = [str(row["id"]) for row in page if self._source.info.key not in row]
            if self._source.stamp and not self.by_link:
                stamps = [row[self._source.stamp] for row in live if row.get(self._source.stamp)]
                self._highest = max([self._highest, *stamps])
            made = self._source.turn(live)
            if gone:
                made = Read(made.rows, [*made.gone, *self._source.gone(gone)], made.merged)
            yield made, len(list(self._source.ids(live)))
        if self.by_link and not self._pages.delta:
            raise _no_link(self._source.info.name)

    def without_link(self) -> None:
        """Begins anew by stamp."""
        self.by_link = False
        self._pages = self._asked()

    def mark(self) -> str:
        """Where the next read goes on; empty if everything is to be read again."""
        if self.by_link:
            return f"{LINK}{self._pages.delta}"
        if not self._source.stamp:
            return ""
        began = self._began[:19] + "Z" if self._began else ""
        highest = self._highest or self._begin.removeprefix(STAMP) or began or LONG_AGO
        return f"{STAMP}{min(highest, began) if began else highest}"

    def _of(self, pages: Pages) -> Iterator[Sequence[Any]]:
        try:
            yield from pages
        except (Declined, Hidden) as error:
            if self.is_delta and self.by_link:
                raise Expired(f"the CRM takes the delta link no more: {error.what}", where=error.where) from error
            raise

    def _asked(self) -> Pages:
        source = self._source
        if not self.by_link:
            return Pages(self._session, self._by_stamp(), preferences(annotated=source.annotated))
        first = self._begin.removeprefix(LINK) or query.path(self._session, source.info.set, source.select)
        return Pages(self._session, first, preferences(annotated=source.annotated, tracked=True))

    def _by_stamp(self) -> str:
        source = self._source
        where = list(source.where)
        order = source.info.key
        if source.stamp:
            order = f"{source.stamp},{source.info.key}"
            if self._begin:
                begin = datetime.fromisoformat(self._begin.removeprefix(STAMP)) - OVERLAP
                where.append(f"{source.stamp} ge {begin:%Y-%m-%dT%H:%M:%SZ}")
        select = (*source.select, source.stamp) if source.stamp and source.stamp not in source.select else source.select
        return query.path(self._session, source.info.set, select, *where, order=order, expand=source.expand)


def _no_link(table: str) -> CrmFailed:
    return CrmFailed(
        f"the CRM did not say from where the next read of {table} is to go on (no delta link on the last page)",
        where=f"table {table}",
        next=f"run the command again; if it stays, switch “Track changes” off for {table}: then it is read by its date "
        "of change, and deletions are found by `connector sync --reconcile`",
    )
