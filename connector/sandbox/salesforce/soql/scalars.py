"""The functions that SQLite lacks for SOQL; every connection to an org has them."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo


def register(db: sqlite3.Connection) -> None:
    """Add `fold(text)`, which compares letters of any alphabet without case, and `local_time(stamp, zone)`."""
    db.create_function("fold", 1, _fold, deterministic=True)
    db.create_function("local_time", 2, _local_time, deterministic=True)


def _fold(text: str | float | None) -> str | float | None:
    return text.casefold() if isinstance(text, str) else text


def _local_time(stamp: str | None, zone: str) -> str | None:
    if stamp is None:
        return None
    return datetime.fromisoformat(stamp).astimezone(_zone(zone)).strftime("%Y-%m-%dT%H:%M:%S")


@lru_cache(maxsize=16)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
