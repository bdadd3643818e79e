"""News of the installation itself, which is about no person: a night that left something for somebody to look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from connector.model import LEVELS, Alert, Ref
from connector.store.ledger import Found, Night, NightEnd

ORG: Final = "org"
"""The object of a `Ref` that is the org as a whole."""
NIGHT: Final = "night"
FRESH: Final = timedelta(days=1)
"""An older night is no news: the first pass with a channel does not tell of last month."""
REASONS: Final = 5
"""Lines of a reason that are told, besides the last one, which says what to do."""
_LOOK: Final = (NightEnd.PARKED, NightEnd.CANARY, NightEnd.FAILED)


def of_nights(nights: Sequence[Night], org: str, now: datetime) -> Iterator[Found]:
    """One alert for each night of the last day that needs somebody: it was stopped, or left a plan."""
    for night in nights:
        if night.ended is None or night.ended < now - FRESH:
            continue
        if night.outcome not in _LOOK and not night.waiting:
            continue
        alert = Alert(
            person_id=0,
            promise=NIGHT,
            of=str(night.number),
            level=LEVELS[0],
            at=night.ended,
            text=_text(night),
        )
        yield Ref(org, ORG, org), alert


def _text(night: Night) -> str:
    outcome = night.outcome.value if night.outcome is not None else ""
    parts = [f"the unattended run of {night.started:%Y-%m-%d %H:%M} UTC: {outcome}"]
    if night.why:
        parts.append(_in_one_line(night.why))
    if night.waiting and night.waiting not in night.why:
        parts.append(f"plan {night.waiting} waits for somebody")
    if night.waiting:
        parts.append(f"look at it: connector show {night.waiting}")
    return "; ".join(parts)


def _in_one_line(why: str) -> str:
    """The reason with what to do next: for a plan over its limits, the command that approves it."""
    lines = [line.strip() for line in why.splitlines()]
    return " ".join(lines if len(lines) <= REASONS else [*lines[:REASONS], "…", lines[-1]])
