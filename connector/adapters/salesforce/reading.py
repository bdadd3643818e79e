"""One query read to its end: REST pages that can be resumed by key, or a bulk job, split when it runs too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from connector.adapters.salesforce import bulk_query, soql
from connector.adapters.salesforce.errors import Hidden, LocatorLost, QueryTooWide
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.sources import Source
from connector.errors import CrmFailed
from connector.ports import Row

OVERLAP = timedelta(minutes=10)
"""How far before the mark a read begins: a long transaction stamps its rows early and shows them late."""
_RESTARTS = 20
_HALVINGS = 6


class Reading:
    """Reads one source whole (`since` is empty) or on from a stamp. `first` says how many rows; `rows` brings them."""

    def __init__(self, session: Session, source: Source, rest_to: int, since: str = "") -> None:
        self._session = session
        self._source = source
        self._rest_to = rest_to
        self.is_delta = bool(since) and source.stamp is not None
        self._where = (*source.where, self._beginning(since)) if self.is_delta else source.full
        self._all_rows = source.archived or (self.is_delta and source.deletes)
        self._order = f"{source.stamp}, Id" if self.is_delta else "Id"
        self._highest = ""
        self._began = ""
        self._page: Any = None

    def open(self) -> None:
        """Asks for the first page. Raises Hidden if the org refuses the object or a field."""
        try:
            self._page = self._ask()
        except QueryTooWide:
            self._page = {"totalSize": self._rest_to + 1, "records": [], "done": True}
        self._began = self._session.transport.server_time

    def rows(self) -> Iterator[list[Row]]:
        """All rows, converted, tail included."""
        pages = self._by_bulk() if self._page["totalSize"] > self._rest_to else self._by_rest()
        for rows in pages:
            if self._source.stamp and rows:
                self._highest = max(self._highest, max(row[-3] for row in rows))
            yield rows

    def mark(self) -> str:
        """The highest stamp seen, but not later than when the read began by the CRM's clock; empty without rows."""
        if not self._highest:
            return ""
        highest = soql.moment(self._highest)
        return min(highest, self._began) if self._began else highest

    def _beginning(self, since: str) -> str:
        begin = datetime.fromisoformat(since) - OVERLAP
        return f"{self._source.stamp} >= {soql.moment(begin.isoformat())}"

    def _ask(self, *beyond: str) -> Any:
        query = soql.select(self._source.shape.fields, self._source.object, *self._where, *beyond, order=self._order)
        return self._session.query(query, all_rows=self._all_rows)

    def _by_rest(self) -> Iterator[list[Row]]:
        page, got, due, last, restarts = self._page, 0, self._page["totalSize"], None, 0
        while True:
            rows = self._source.shape.from_json(page["records"])
            got += len(rows)
            last = rows[-1] if rows else last
            yield rows
            if page["done"]:
                break
            try:
                page = self._session.get(page["nextRecordsUrl"], bound=True)
            except (LocatorLost, QueryTooWide) as lost:
                restarts += 1
                if restarts > _RESTARTS:
                    raise CrmFailed(f"the query broke off {restarts} times: {lost.what}", where=lost.where) from lost
                page = self._ask(self._after(last)) if last else self._ask()
                got, due = 0, page["totalSize"]
        if got != due:
            raise CrmFailed(
                f"the query found {due:,} rows but its pages hold {got:,}",
                where=self._source.object,
                next="run the command again",
            )

    def _after(self, last: Row) -> str:
        if self.is_delta and self._source.stamp:
            return soql.beyond(self._source.stamp, last[-3], last[-4])
        return f"Id > {soql.value(soql.record_id(last[-4]))}"

    def _by_bulk(self) -> Iterator[list[Row]]:
        try:
            yield from self._job(self._where, _HALVINGS)
        except Hidden:
            # some objects cannot be queried in bulk at all: "Entity 'X' is not supported by the Bulk API."
            yield from self._by_rest()

    def _job(self, where: Sequence[str], halvings: int) -> Iterator[list[Row]]:
        query = soql.select(self._source.shape.fields, self._source.object, *where)
        try:
            job = bulk_query.run(self._session, query, all_rows=self._all_rows)
        except QueryTooWide as error:
            if halvings == 0:
                raise CrmFailed(f"the query runs too long: {error.what}", where=self._source.object) from error
            for half in self._halves(where):
                yield from self._job((*where, half), halvings - 1)
            return
        created = soql.moment(job.created)
        self._began = min(self._began, created) if self._began else created
        for batch in bulk_query.rows(self._session, job, self._source.shape.fields):
            yield self._source.shape.from_csv(batch)

    def _halves(self, where: Sequence[str]) -> tuple[str, str]:
        """Two conditions that split the rows at the middle of their creation dates."""
        bounds = soql.extremes("CreatedDate", self._source.object, *where)
        (record,) = self._session.query(bounds, all_rows=self._all_rows)["records"]
        if not record["lowest"] or record["lowest"] == record["highest"]:
            raise CrmFailed("the query runs too long and cannot be split", where=self._source.object)
        low, high = (datetime.fromisoformat(record[name]) for name in ("lowest", "highest"))
        middle = soql.moment((low + (high - low) / 2).isoformat())
        return f"CreatedDate < {middle}", f"CreatedDate >= {middle}"
