"""One writer per org: the lease, its heartbeat, and the token that fences off whoever was stopped past it.

Whatever writes the CRM, the mirror or verdicts holds the org's lease. It ends by itself `ttl` seconds after the last
confirmed heartbeat. Each taker gets a higher token; every transaction that commits intents or outcomes asks, inside
the transaction, whether its token is still the one in force; `check` asks right before each writing request. So a
process that was stopped past its lease and wakes up writes nothing more, whether or not another has taken over.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row

from connector.errors import ConnectorError, LeaseHeld, LeaseLost, StoreFailed
from connector.secrets import hidden
from connector.store.ledger import process
from connector.store.ledger.database import Database, moment, seconds
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
        if self._expires - seconds(self._now()) < self._ttl / 2:
            self._renew()
            return
        with self._database.reading() as connection:
            self._compare(connection)

    def fence(self, connection: Connection) -> None:
        """Raises LeaseLost unless the lease is ours, as seen inside the caller's transaction."""
        self._compare(connection)

    def _ours(self) -> ColumnElement[bool]:
        return (LEASE.c.org == self._database.org) & (LEASE.c.kind == self.kind)

    def _compare(self, connection: Connection) -> None:
        token = connection.execute(LEASE.select().where(self._ours()).with_for_update()).one().token
        if token != self.token or seconds(self._now()) >= self._expires:
            raise self._lost(token)

    def _lost(self, token: int | None) -> LeaseLost:
        self._over.set()
        why = "another process has taken over" if token != self.token else "this process stood still for too long"
        return LeaseLost(
            f"the lease on org {self._database.org!r} is lost: {why}; nothing more was written",
            where=self.holder,
            next="run `connector resume`: it finds out what was carried out and goes on from there",
        )

    def _take(self, connection: Connection) -> None:
        here, now = process.here(), seconds(self._now())
        row = connection.execute(LEASE.select().where(self._ours()).with_for_update()).first()
        if row is None:
            connection.execute(LEASE.insert().values(org=self._database.org, kind=self.kind, token=0))
        elif row.holder:
            self._take_over(connection, row, now)
        self.token = (row.token if row else 0) + 1
        self._expires = now + self._ttl
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
            now = seconds(self._now())
            self._compare(connection)
            connection.execute(LEASE.update().where(self._ours()).values(expires=now + self._ttl))
        self._expires = now + self._ttl

    def _beat(self) -> None:
        while not self._over.wait(TICK):
            if self._expires - seconds(self._now()) > self._ttl * 3 / 4:
                continue
            try:
                self._renew()
            except LeaseLost:
                return
            except ConnectorError:
                continue  # a busy ledger: `check` decides whether it was for too long

    def _release(self, result: str) -> None:
        ended = {"ended": seconds(self._now()), "result": result}
        with self._database.transaction() as connection:
            ours = self._ours() & (LEASE.c.token == self.token)
            connection.execute(LEASE.update().where(ours).values(holder="", expires=0))
            connection.execute(RUN.update().where(self._run(self.token)).values(**ended))


def holders(database: Database, now: datetime) -> dict[str, str]:
    """Kind of lease → the command that holds it, as far as is known: it was heard of lately and has not died."""
    with database.reading() as connection:
        rows = connection.execute(LEASE.select().where(LEASE.c.org == database.org).order_by(LEASE.c.kind)).all()
    return {
        row.kind: row.holder
        for row in rows
        if row.holder
        and row.expires > seconds(now)
        and not process.is_dead(process.Process(row.host, row.space, row.pid, row.born))
    }


def _held(org: str, row: Row[Any]) -> LeaseHeld:
    since, expires = moment(row.since), moment(row.expires)
    return LeaseHeld(
        f"`{row.holder}` (process {row.pid} on {row.host}) has been working on org {org!r} "
        f"since {since:%Y-%m-%d %H:%M:%S} UTC",
        next=f"wait until it has ended, or stop it; if {row.host} is gone, its lease ends at {expires:%H:%M:%S} UTC",
    )
