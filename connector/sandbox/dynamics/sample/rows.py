"""What every part of the sample needs to write rows: where they go, and how moments are stored."""

from __future__ import annotations

from collections.abc import Callable

from connector.sandbox.sample.times import clock

Put = Callable[[str, tuple[str, ...], tuple[object, ...]], None]
"""Takes one row: table, columns, values. A table has the same columns every time."""
Mint = Callable[[str], str]
"""A fresh id for a row of that table."""

STAMPS = ("createdon", "createdby", "modifiedon", "modifiedby")
OWNED = (*STAMPS, "ownerid", "ownerid__type", "owningbusinessunit")


def stamp(at: int) -> str:
    """A datetime column: `2026-01-31T09:00:00Z`."""
    return clock(at) + "Z"
