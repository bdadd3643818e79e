"""Which CRM the ledger of an org is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from connector.errors import ConfigError
from connector.store.ledger.database import Database, many, moment, seconds


class KnownCrm:
    """The CRM of one org, by the id that it gives itself: that of the first one that was read or written."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def expect(self, id: str) -> None:
        """Raises ConfigError if what the ledger knows is of another CRM; from now on it is of this one.

        What was attended, approved, planned, written and told of there says nothing about any other, even where the
        records have the same ids, as in a sandbox made from an org.
        """
        rows = self._database.rows("SELECT id, at FROM crm WHERE org = :org ORDER BY at, id LIMIT 1")
        if rows and rows[0].id != id:
            since, org = moment(rows[0].at), self._database.org
            raise ConfigError(
                f"the ledger of org {org!r} is about the CRM {rows[0].id}, since {since:%Y-%m-%d}; "
                f"this login leads to {id}; nothing was read or written",
                where=f"org {org}",
                next="correct url and login; or, if this is another CRM, give it a name of its own in connector.toml: "
                "under that name it begins anew, with nothing applied, attended or approved",
            )
        if not rows:
            sql = "INSERT INTO crm (org, id, at) VALUES (?, ?, ?) ON CONFLICT (org, id) DO NOTHING"
            with self._database.transaction() as connection:
                many(connection, sql, [(self._database.org, id, seconds(self._now()))])
