"""Connections to PostgreSQL that are cut: by the database, or by the network, in the midst of something or not."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from connector.errors import StoreFailed
from connector.ports import Table
from connector.store.bulk import Connection
from connector.store.engine import engine_at, make_schema
from connector.store.failures import MIRROR
from connector.store.ledger import Ledger
from connector.store.mirror import Mirror
from connector.store.place import Postgres
from tests.database import address, database
from tests.store.ledger.open import Clock
from tests.store.mirror.given import lead, load


def ended(place: Postgres, _: Any) -> None:
    """The database ends every connection but this one."""
    with psycopg.connect(place.url.set(drivername="postgresql").render_as_string(False), autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def reset(_: Postgres, connection: Any) -> None:
    """The network ends one connection."""
    with socket.socket(fileno=os.dup(connection.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)


CUTS = {ended: "the database has ended the connection", reset: "the connection to the database was cut"}


@pytest.fixture
def place() -> Postgres:
    """A schema of an empty database."""
    return Postgres(database(), "connector_test")


@pytest.mark.parametrize("cut", CUTS)
def test_idle(place: Postgres, cut: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    """A mirror that was cut while nobody used it is read and written on, once it was told to look."""
    with Mirror.open(place, "acme", ()) as mirror:
        load(mirror, Table.LEAD, lead("00Q1"))
        mirror.revive()  # nothing to do
        cut(place, mirror._connection._pooled.dbapi_connection)
        mirror.revive()
        load(mirror, Table.LEAD, lead("00Q1"), lead("00Q2"))
        load(mirror, Table.CONTACT)
        mirror.intake.settle()
        assert mirror.counts.people() == {"lead": 2}
    assert caplog.records == []


@pytest.mark.parametrize("cut", CUTS)
def test_in_a_transaction(place: Postgres, cut: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    """What was under way is taken back, and told in our words, without a driver's trace; then it can be done again."""
    engine = engine_at(place, kind=MIRROR, durable=False, raw=True)
    make_schema(engine, place, MIRROR)
    connection = Connection(engine, MIRROR, str(place))
    connection.run("CREATE TABLE t (x INTEGER)")

    def broken_off() -> None:
        with connection.transaction():
            connection.run("INSERT INTO t VALUES (1)")
            cut(place, connection._pooled.dbapi_connection)
            assert not connection.revive()  # what was inserted is gone: to go on would lose it without a word
            connection.run("INSERT INTO t VALUES (2)")

    with pytest.raises(StoreFailed, match=CUTS[cut]) as told:
        broken_off()
    assert "run the command again" in told.value.next
    with pytest.raises(StoreFailed), connection.transaction():
        pass
    assert connection.revive()
    with connection.transaction():
        connection.run("INSERT INTO t VALUES (3)")
    assert connection.rows("SELECT x FROM t") == [(3,)]
    ended(place, None)
    connection.close()
    assert caplog.records == []


@pytest.mark.parametrize("cut", CUTS)
def test_the_ledger(place: Postgres, cut: Callable[..., None], caplog: pytest.LogCaptureFixture) -> None:
    """It finds another connection by itself; a transaction that was open is told of in our words."""
    caplog.set_level(logging.WARNING)
    with Ledger.open(place, "acme", Clock()) as ledger:
        with ledger._database.reading() as connection:
            driver = connection.connection.dbapi_connection
        cut(place, driver)
        with ledger.lease("connector sync") as lease:
            lease.check()
            with pytest.raises(StoreFailed, match=CUTS[cut]):
                _broken_off(ledger, place, cut)
            lease.check()
            assert ledger.runs.at_work() == {"org": "connector sync"}
    assert caplog.records == []


def _broken_off(ledger: Ledger, place: Postgres, cut: Callable[..., None]) -> None:
    with ledger._database.transaction() as connection:
        connection.execute(text("UPDATE lease SET holder = 'lost'"))
        cut(place, connection.connection.dbapi_connection)
        connection.execute(text("UPDATE lease SET holder = 'lost'"))


def test_keeping_alive() -> None:
    """Idle connections say something before a firewall forgets them; what the address says of it counts more."""
    place = Postgres(f"{address()}&keepalives_idle=7&connect_timeout=3", "connector_test")
    engine = engine_at(place, kind=MIRROR, durable=False, raw=True)
    with engine.connect() as connection:
        said = connection.connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]
    wanted = {"keepalives_idle": "7", "keepalives_count": "3", "connect_timeout": "3", "tcp_user_timeout": "15000"}
    assert {name: said[name] for name in wanted} == wanted
