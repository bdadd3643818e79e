"""Times on the command line: the one that is given with --now, and the time zone in which times are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import typer

from connector.errors import BadInput, NotFound

if TYPE_CHECKING:
    from connector.openorg import OpenOrg

NOW = typer.Option("--now", help="Judge as of this time (ISO-8601 with zone), in memory.")


def timezone(org: OpenOrg) -> str:
    """The org's time zone; UTC until it was read."""
    try:
        return org.reading.org_facts().timezone
    except NotFound:
        return "UTC"


def moment(text: str | None) -> datetime | None:
    """A time given on the command line. Raises BadInput unless it is ISO-8601 with a zone."""
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is not a time", where="--now", next="write it like 2026-03-02T09:00:00Z") from error
    if parsed.tzinfo is None:
        raise BadInput(f"{text!r} has no zone", where="--now", next="write it like 2026-03-02T09:00:00Z")
    return parsed.astimezone(UTC).replace(microsecond=0)
