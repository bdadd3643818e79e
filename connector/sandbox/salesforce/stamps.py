"""Times as the org stores them: `2026-03-02T09:00:00.000Z`, whole seconds, so that text order is time order."""

from datetime import UTC, datetime


def stamp(instant: datetime) -> str:
    """An aware instant as stored text, floored to the second."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + ".000Z"


def instant(text: str) -> datetime:
    """Stored text as an aware UTC instant."""
    return datetime.fromisoformat(text)


def rest(text: str) -> str:
    """Stored text as REST writes it: `2026-03-02T09:00:00.000+0000` (bulk CSV prints it as stored)."""
    return text[:-1] + "+0000"
