"""How Salesforce stores moments."""

from __future__ import annotations

from connector.sandbox.sample.times import clock


def stamp(at: int) -> str:
    """A datetime field: `2026-01-31T09:00:00.000Z`."""
    return clock(at) + ".000Z"
