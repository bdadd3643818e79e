"""Times as the environment stores and shows them: `2026-03-02T09:00:00Z`, whole seconds; text order is time order."""

from datetime import UTC, datetime


def stamp(instant: datetime) -> str:
    """An aware instant as stored text, floored to the second."""
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"


def instant(text: str) -> datetime:
    """Stored text as an aware UTC instant."""
    return datetime.fromisoformat(text)
