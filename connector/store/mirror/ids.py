"""Ids of the mirror against ids of the CRM, for the full reconcile."""

from __future__ import annotations

from collections.abc import Iterable

from connector.ports import PERSON_COLUMNS, Row, Table
from connector.store.bulk import Connection, listed
from connector.store.mirror import scratch
from connector.store.mirror.tables import OBJECT_CODES, PEOPLE, ROWS, table


class Ids:
    """Which ids the CRM has listed, and how the mirror's differ."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def can(self, source: Table) -> bool:
        """Whether the table's rows can be told apart by id here. What happened to people is packed and can't."""
        return source in PEOPLE or (source in ROWS and "id" in table(ROWS[source]).columns)

    def begin(self) -> None:
        """A listing begins."""
        self._connection.run(f"DELETE FROM {scratch.SEEN}")

    def add(self, ids: Iterable[str]) -> None:
        """Some of the ids that the CRM has."""
        self._connection.many(
            f"INSERT INTO {scratch.SEEN} (id) VALUES (?) ON CONFLICT DO NOTHING", [(one,) for one in ids]
        )

    def listed(self) -> int:
        """How many different ids were listed."""
        return int(self._connection.one(f"SELECT count(*) FROM {scratch.SEEN}"))

    def missing(self, source: Table) -> int:
        """How many listed ids the mirror has not."""
        name, where = self._where(source)
        return int(
            self._connection.one(
                f"SELECT count(*) FROM {scratch.SEEN} AS s WHERE NOT EXISTS "
                f"(SELECT 1 FROM {name} AS m WHERE m.id = s.id{where})"
            )
        )

    def surplus(self, source: Table) -> list[Row]:
        """Rows that the mirror has and the CRM did not list, fit for `Batch.gone`."""
        name, where = self._where(source)
        columns = ["id"] if source in PEOPLE else [column.name for column in table(ROWS[source]).columns]
        found = self._connection.rows(
            f"SELECT {listed(columns, 'm.')} FROM {name} AS m WHERE m.id NOT IN (SELECT id FROM {scratch.SEEN}){where}"
        )
        filling = (None,) * (len(PERSON_COLUMNS) - 1) if source in PEOPLE else ()
        return [(*row, *filling) for row in found]

    def _where(self, source: Table) -> tuple[str, str]:
        if source in PEOPLE:
            return "person", f" AND m.object = {OBJECT_CODES[PEOPLE[source]]}"
        return table(ROWS[source]).name, ""
