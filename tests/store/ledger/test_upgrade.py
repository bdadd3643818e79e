"""Migrations of the ledger."""

from __future__ import annotations

import re
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from connector.store.ledger import Ledger
from connector.store.ledger.tables import LedgerTable
from connector.store.ledger.upgrade import FOLDER, HEAD
from tests.store.ledger.open import Clock


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
