"""One writer per org: the lease, its heartbeat, and the token that fences off whoever was stopped past it.

Whatever writes the CRM, the mirror or verdicts holds the org's lease. It ends by itself `ttl` seconds after the last
confirmed heartbeat. Each taker gets a higher token; every transaction that commits intents or outcomes asks, inside
the transaction, whether its token is still the one in force; `check` asks right before each writing request. So a
process that was stopped past its lease and wakes up writes nothing more, whether or not another has taken over.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row

from connector.errors import ConnectorError, LeaseHeld, LeaseLost, StoreFailed
from connector.secrets import hidden
from connector.store.ledger import process
from connector.store.ledger.database import Database, moment, seconds
from connector.store.ledger.leaseclock import is_told_by_database, lease_time
from connector.store.ledger.tables import LeaseRow, RunRow, table

LEASE, RUN = table(LeaseRow), table(RunRow)

TTL = 60
"""Seconds a lease lasts without a heartbeat."""

TICK = 0.25
"""Real seconds between two looks of the heartbeat at the clock."""


class Lease:
    """A lease held by this process, from `with ledger.lease(...) as lease` until the block ends."""

    def __init__(self, database: Database, kind: str, holder: str, now: Callable[[], datetime], ttl: int = TTL) -> None:
        self.kind = kind
        self.holder = hidden(holder)
        self.token = 0
        self._database = database
        self._now = now
        self._ttl = ttl
        self._expires = 0
        self._renewed = 0.0
        """When it was renewed last, by the clock of this machine that nobody can set."""
        self._over = threading.Event()
        self._renewing = threading.Lock()
        self._heart = threading.Thread(target=self._beat, name=f"lease-{kind}", daemon=True)

    def __enter__(self) -> Lease:
        """Takes the lease. Raises LeaseHeld if another process has it."""
        with self._database.transaction() as connection:
            self._take(connection)
        self._heart.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._heart.join()
        self._expires = 0
        result = "done" if error is None else hidden(f"{type(error).__name__}: {error}")
        try:
            self._release(result)
        except StoreFailed:
            if error is None:
                raise

    def check(self) -> None:
        """Call right before a request that writes. Raises LeaseLost if the lease ran out or somebody took it."""
        with self._database.reading() as connection:
            left = self._expires - self._compare(connection)
        if left < self._ttl / 2:
            self._renew()

    def fence(self, connection: Connection) -> None:
        """Raises LeaseLost unless the lease is ours, as seen inside the caller's transaction."""
        self._compare(connection)

    def _ours(self) -> ColumnElement[bool]:
        return (LEASE.c.org == self._database.org) & (LEASE.c.kind == self.kind)

    def _compare(self, connection: Connection) -> int:
        """What time it is. Raises LeaseLost unless the lease is ours then."""
        token = connection.execute(LEASE.select().where(self._ours()).with_for_update()).one().token
        now = lease_time(connection, self._now)
        if token != self.token or now >= self._expires:
            raise self._lost(token)
        return now

    def _lost(self, token: int | None) -> LeaseLost:
        self._over.set()
        why = "another process has taken over" if token != self.token else "this process stood still for too long"
        return LeaseLost(
            f"the lease on org {self._database.org!r} is lost: {why}; nothing more was written",
            where=self.holder,
            next="run `connector resume`: it finds out what was carried out and goes on from there",
        )

    def _take(self, connection: Connection) -> None:
        row = connection.execute(LEASE.select().where(self._ours()).with_for_update()).first()
        here, now = process.here(), lease_time(connection, self._now)
        if row is None:
            connection.execute(LEASE.insert().values(org=self._database.org, kind=self.kind, token=0))
        elif row.holder:
            self._take_over(connection, row, now)
        self.token = (row.token if row else 0) + 1
        self._expires, self._renewed = now + self._ttl, time.monotonic()
        who = {"holder": self.holder, "host": here.host, "pid": here.pid}
        taken = {"token": self.token, "space": here.space, "born": here.born, "since": now, "expires": self._expires}
        connection.execute(LEASE.update().where(self._ours()).values(**who, **taken))
        run = {"org": self._database.org, "kind": self.kind, "token": self.token, "started": now}
        connection.execute(RUN.insert().values(**who, **run))

    def _take_over(self, connection: Connection, row: Row[Any], now: int) -> None:
        """Raises LeaseHeld unless whoever holds it is certainly dead, or was not heard of for too long."""
        dead = process.is_dead(process.Process(row.host, row.space, row.pid, row.born))
        if not dead and row.expires > now:
            raise _held(self._database.org, row)
        run = RUN.update().where(self._run(row.token))
        connection.execute(run.values(result="died" if dead else "was not heard of any more"))

    def _run(self, token: int) -> ColumnElement[bool]:
        return (RUN.c.org == self._database.org) & (RUN.c.kind == self.kind) & (RUN.c.token == token)

    def _renew(self) -> None:
        """Another `ttl` seconds from now, unless it is already too late."""
        with self._renewing, self._database.transaction() as connection:
            begun, now = time.monotonic(), self._compare(connection)
            connection.execute(LEASE.update().where(self._ours()).values(expires=now + self._ttl))
        self._expires, self._renewed = now + self._ttl, begun

    def _beat(self) -> None:
        while not self._over.wait(TICK):
            if not self._is_due():
                continue
            try:
                self._renew()
            except LeaseLost:
                return
            except ConnectorError:
                continue  # a busy ledger: `check` decides whether it was for too long

    def _is_due(self) -> bool:
        """Whether it is time to renew. Only a guess where the database tells the time: renewing asks it."""
        if is_told_by_database(self._database.engine.dialect.name, self._now):
            return time.monotonic() - self._renewed >= self._ttl / 4
        return self._expires - seconds(self._now()) <= self._ttl * 3 / 4

    def _release(self, result: str) -> None:
        """Frees the lease. What whoever took it over has said of this run stays."""
        with self._database.transaction() as connection:
            ours = self._ours() & (LEASE.c.token == self.token)
            connection.execute(LEASE.update().where(ours).values(holder="", expires=0))
            run = RUN.update().where(self._run(self.token) & (RUN.c.result == ""))
            connection.execute(run.values(ended=lease_time(connection, self._now), result=result))


def holders(database: Database, now: Callable[[], datetime]) -> dict[str, str]:
    """Kind of lease → the command that holds it, as far as is known: it was heard of lately and has not died."""
    with database.reading() as connection:
        at = lease_time(connection, now)
        rows = connection.execute(LEASE.select().where(LEASE.c.org == database.org).order_by(LEASE.c.kind)).all()
    return {
        row.kind: row.holder
        for row in rows
        if row.holder
        and row.expires > at
        and not process.is_dead(process.Process(row.host, row.space, row.pid, row.born))
    }


def _held(org: str, row: Row[Any]) -> LeaseHeld:
    since, expires = moment(row.since), moment(row.expires)
    return LeaseHeld(
        f"`{row.holder}` (process {row.pid} on {row.host}) has been working on org {org!r} "
        f"since {since:%Y-%m-%d %H:%M:%S} UTC",
        next=f"wait until it has ended, or stop it; if {row.host} is gone, its lease ends at {expires:%H:%M:%S} UTC",
    )
