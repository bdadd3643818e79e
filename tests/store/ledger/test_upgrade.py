"""Migrations of the ledger."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Column, LargeBinary, MetaData, func, select

from connector.store.ledger import Ledger
from connector.store.ledger.database import Database, begin
from connector.store.ledger.tables import LedgerTable
from connector.store.ledger.upgrade import FOLDER, HEAD
from connector.store.place import Place
from tests.database import place
from tests.store.ledger.open import Clock

TABLES_AT = {"0001": 14, "0002": 15, "0003": 17, "0004": 18, "0005": 18, "0006": 18, "0007": 19, "0008": 19}
"""How many tables each revision had."""
REVISIONS = list(TABLES_AT)


def test_head_is_the_newest_file() -> None:
    """The version that the quick check looks for is that of the newest migration file."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrations_make_the_tables(tmp_path: Path) -> None:
    """All migrations together give exactly the tables, columns and indexes that the code speaks of."""
    ledger = Ledger.open(tmp_path / "ledger.db", "acme", Clock())
    with ledger._database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, LedgerTable.metadata) == []
        master = "SELECT sql FROM sqlite_master WHERE name = 'change_applied'"
        if connection.dialect.name == "postgresql":
            master = "SELECT indexdef FROM pg_indexes WHERE indexname = 'change_applied'"
            master += " AND schemaname = current_schema()"
        partial = str(connection.exec_driver_sql(master).scalar())
    ledger.close()
    assert re.search(r"WHERE \(?state = 2", partial)


def _at_revision(where: Place, revision: str) -> None:
    """A ledger as an older connector left it, with rows in each of its tables."""
    database = Database(where, "acme")
    with database.engine.connect() as connection:
        begin(connection)
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        there = MetaData()
        there.reflect(connection)
        for one in there.sorted_tables:
            if one.name != "alembic_version":
                row = {column.name: _value(column) for column in one.columns}
                connection.execute(one.insert(), {**row, "org": "acme"})
        connection.commit()
    database.close()


def _value(column: Column[Any]) -> Any:
    if isinstance(column.type, LargeBinary):
        return b"\x00\xff"
    return 1 if column.type.python_type is int else "x"


@pytest.mark.parametrize("revision", REVISIONS)
@pytest.mark.parametrize("kind", [pytest.param("file", marks=pytest.mark.file_only), "postgres"])
def test_every_older_ledger_is_brought_up_to_date(tmp_path: Path, kind: str, revision: str) -> None:
    """From each revision to the newest, in files and in PostgreSQL: the tables are right and no row is lost."""
    where = tmp_path / "ledger.db" if kind == "file" else place(tmp_path / "ledger.db")
    _at_revision(where, revision)
    with Ledger.open(where, "acme", Clock()) as ledger:
        counts = {}
        with ledger._database.reading() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, LedgerTable.metadata) == []
            there = MetaData()
            there.reflect(connection)
            for one in there.sorted_tables:
                counts[one.name] = connection.execute(select(func.count()).select_from(one)).scalar()
        assert set(counts.values()) <= {0, 1}
        assert sum(counts.values()) == 1 + TABLES_AT[revision]
        assert ledger.runs.latest()[0].holder == "x"


def test_whom_tasks_went_to_has_a_column_of_its_own(tmp_path: Path) -> None:
    """It stood in the note of those that were made; other notes stay."""
    where = place(tmp_path / "ledger.db")
    database = Database(where, "acme")
    with database.engine.connect() as connection:
        begin(connection)
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = connection
        command.upgrade(config, "0007")
        for alert, channel, note in ((1, "task", "for Lena Ray"), (2, "task", "followed up"), (3, "mail", "for all")):
            connection.exec_driver_sql(
                "INSERT INTO delivery (org, alert, channel, state, at, tries, again, note, named) "
                f"VALUES ('acme', {alert}, '{channel}', 2, 1, 1, 0, '{note}', 0)"
            )
        connection.commit()
    database.close()
    with Ledger.open(where, "acme", Clock()) as ledger:
        found = ledger.deliveries.of([1, 2, 3])
    told = [(one.recipient, one.note) for number in found for one in found[number]]
    assert told == [("Lena Ray", ""), ("", "followed up"), ("", "for all")]
