"""Reading somebody's history in a line, and telling stays in a line."""

from __future__ import annotations

from typing import Any

from connector.model import Evidence, OwnWrite, Stay
from connector.timeline import Timeline, read
from tests.people import changes, evidence, org, person, policy


def lead(status: str | None, *rows: str, **fields: Any) -> Evidence:
    """A lead whose history is kept from its creation on 2026-01-01 on."""
    return evidence(person(status=status, **fields), changes=changes(*rows))


def timeline(found: Evidence, *own: OwnWrite, tracked: bool = True, observed: Any = ()) -> Timeline:
    return read(found, policy(), org(tracked=tracked).tracked_since, own, observed)


def told(found: Evidence, *own: OwnWrite, tracked: bool = True, observed: Any = ()) -> list[str]:
    """`LAL 02-01..03-02`: the status and from when to when; `?` before an unknown beginning, `~` for an estimate."""
    return [_line(stay) for stay in timeline(found, *own, tracked=tracked, observed=observed).stays]


def _line(stay: Stay) -> str:
    name = stay.name or (f"({stay.disposition})" if stay.disposition else f'"{stay.status}"')
    start = f"{stay.since:%m-%d}" if stay.since else f"?{stay.at_least:%m-%d}" if stay.at_least else "?"
    end = f"{stay.until:%m-%d}" if stay.until else ""
    return f"{name} {'~' if stay.estimate else ''}{start}..{end}"
