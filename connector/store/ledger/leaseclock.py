"""The time that leases live by: the same for every process that may want one.

A ledger that is a file is used on one machine, by that machine's clock. One in PostgreSQL is used from several, whose
clocks need not agree, so there it is the database's. A clock that a test sets counts wherever the ledger is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection

from connector.store.ledger.database import seconds
from connector.wallclock import machine


def lease_time(connection: Connection, now: Callable[[], datetime]) -> int:
    """Epoch seconds, as of this moment and not of the transaction's beginning. `now`: the ledger's own clock."""
    if not is_told_by_database(connection.dialect.name, now):
        return seconds(now())
    return int(connection.exec_driver_sql("SELECT floor(extract(epoch FROM clock_timestamp()))").scalar_one())


def is_told_by_database(dialect: str, now: Callable[[], datetime]) -> bool:
    """Whether it is the database that tells the time of leases."""
    return dialect == "postgresql" and now is machine
