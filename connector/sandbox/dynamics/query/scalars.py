"""Functions that the SQL of queries uses and SQLite lacks."""

import sqlite3
from typing import Any


def register(db: sqlite3.Connection) -> None:
    """Make them known to this connection."""
    db.create_function("casefold", 1, _casefold, deterministic=True)


def _casefold(value: Any) -> Any:
    return value.casefold() if isinstance(value, str) else value
