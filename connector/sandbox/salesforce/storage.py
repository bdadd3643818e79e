"""The database of a Salesforce org: the sandbox's, with the functions that SOQL and formulas call."""

import sqlite3
from pathlib import Path

from connector.sandbox import storage
from connector.sandbox.salesforce.formula import scalars as formula_scalars
from connector.sandbox.salesforce.soql import scalars


class Storage(storage.Storage):
    """One SQLite file: a single writer behind a lock, and one reader per thread that sees what is committed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, _register)


def _register(db: sqlite3.Connection) -> None:
    scalars.register(db)
    formula_scalars.register(db)
