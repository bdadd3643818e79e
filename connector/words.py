"""Times and counts as people read them."""

from __future__ import annotations

from datetime import UTC, datetime


def local(moment: datetime | None, timezone: str = "UTC") -> str:
    """An absolute date and time with its zone, as people read it; – if there is none."""
    if moment is None:
        return "–"
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(timezone) if timezone != "UTC" else UTC
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def number(value: int) -> str:
    """A whole number with thousands set apart: 18,204."""
    return f"{value:,}"


def plural(count: int, one: str, many: str = "") -> str:
    """`1 change`, `212 changes`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def part(share: float) -> str:
    """A share of a whole: 25%, 0.01%. Never rounded to nothing."""
    return f"{share * 100:.4g}%"
