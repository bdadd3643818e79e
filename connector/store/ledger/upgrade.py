"""Brings a ledger's tables up to date when it is opened.

An up-to-date ledger is recognised by one small query, so that Alembic is only imported when there is work. Two
processes that open an old ledger at once wait for each other: the write lock is taken before looking again.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, inspect

from connector.errors import StoreFailed
from connector.store.ledger.database import begin

HEAD: Final = "0008"
"""The newest migration; a test holds it to the files under `migrations/versions`."""

FOLDER: Final = Path(__file__).parent / "migrations"


def upgrade(engine: Engine) -> None:
    """Applies the migrations that are missing. Raises StoreFailed if a newer connector has made this ledger."""
    with engine.connect() as connection:
        if _version(connection) == HEAD:
            return
    with engine.connect() as connection:
        begin(connection)
        version = _version(connection)
        if version != HEAD:
            _migrate(connection, version)
        connection.commit()


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return str(connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar())


def _migrate(connection: Connection, version: str | None) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise StoreFailed(
            f"this ledger was made by a newer connector (its tables are {version}, ours are {HEAD})",
            where=str(connection.engine.url.database),
            next="upgrade connector; a ledger is never taken back to an older form",
        )
    command.upgrade(config, "head")
