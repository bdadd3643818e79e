"""News of the installation itself, which is about no person.

A night that left something for somebody to look at; nights that no longer end well; a rule that is parked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

import msgspec

from connector.model import LEVELS, Alert, Ref
from connector.store.ledger import HELD_BACK, NEVER_ATTENDED, Found, Night, NightEnd, ParkedRule
from connector.words import plural

ORG: Final = "org"
"""The object of a `Ref` that is the org as a whole."""
NIGHT: Final = "night"
OVERDUE: Final = "night overdue"
PARKED: Final = "rule parked"
FRESH: Final = timedelta(days=1)
"""An older night is no news: the first pass with a channel does not tell of last month."""
REASONS: Final = 5
"""Lines of a reason that are told, besides the last one, which says what to do."""
_LOOK: Final = (NightEnd.PARKED, NightEnd.CANARY, NightEnd.FAILED, NightEnd.MISSED, NightEnd.IDLE)


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """No night has ended well for too long. `since`: when one last did, or None: never, and `begun` is when it began.

    `late`: for how long. `last`: the latest night, however it ended, if there was one at all. `zone`: the org's.
    """

    begun: datetime
    since: datetime | None
    late: timedelta
    last: Night | None = None
    zone: tzinfo = UTC

    @property
    def text(self) -> str:
        """For people, in one sentence."""
        hours = int(self.late.total_seconds() // 3600)
        span = f"{hours // 24} days" if hours >= 72 else f"{hours} hours"
        if self.since is None:
            return f"no night has ended well for {span}; none ever has"
        return f"no night has ended well for {span}, since {_when(self.since, self.zone)}"

    @property
    def none_since(self) -> bool:
        """Whether the latest night is the one that ended well: not one has begun after it."""
        return self.last is not None and self.since is not None and self.last.ended == self.since


def of_silence(silence: Silence | None, org: str) -> Iterator[Found]:
    """One alert per outage: what it is about is the last night that ended well, which stays the same until the next."""
    if silence is None:
        return
    parts = [silence.text]
    if silence.last is None:
        parts.append("not even one has begun")
    elif silence.none_since:
        how = " (its plan was parked for somebody to look at)" if silence.last.outcome is NightEnd.PARKED else ""
        parts.append(f"not one has begun after that of {_when(silence.last.started, silence.zone)}{how}")
    else:
        how = silence.last.outcome.value if silence.last.outcome is not None else "died, or stands still"
        parts.append(f"the last one, of {_when(silence.last.started, silence.zone)}: {how}")
        if silence.last.why:
            parts.append(_in_one_line(silence.last.why))
    parts.append("look: connector status")
    of = str(int(silence.since.timestamp())) if silence.since is not None else "never"
    at = silence.since or silence.begun
    yield _told(org, OVERDUE, of, at, "; ".join(parts))


def of_parked(rules: Sequence[ParkedRule], org: str) -> Iterator[Found]:
    """One alert each time that a rule is parked."""
    for one in rules:
        text = f"the rule {one.rule} is parked, nothing of it is written: {one.because}; who: connector audit contested"
        yield _told(org, PARKED, f"{one.rule} {int(one.at.timestamp())}", one.at, text)


def of_nights(nights: Sequence[Night], org: str, now: datetime, zone: tzinfo = UTC) -> Iterator[Found]:
    """An alert for each night of the last day that needs somebody: it was stopped, got nowhere, or left a plan.

    Nights in a row that left the same rows are one alert, the first one's; what is another is news. One whose process
    was asked to end is no news: somebody asked. `zone`: the org's.
    """
    for night in nights:
        if night.ended is None or night.ended < now - FRESH:
            continue
        if (night.outcome not in _LOOK or night.may_go_on) and not night.waiting:
            continue
        yield _told(org, NIGHT, str(night.news or night.number), night.ended, _text(night, zone))


def _told(org: str, promise: str, of: str, at: datetime, text: str) -> Found:
    return Ref(org, ORG, org), Alert(person_id=0, promise=promise, of=of, level=LEVELS[0], at=at, text=text)


def _text(night: Night, zone: tzinfo) -> str:
    outcome = night.outcome.value if night.outcome is not None else ""
    parts = [f"the unattended run of {_when(night.started, zone)}: {outcome}"]
    if night.why:
        parts.append(_in_one_line(night.why))
    if night.told.get(HELD_BACK):
        parts.append(held_back(night.told, night.waiting))
    if night.waiting and night.waiting not in night.why:
        parts.append(f"plan {night.waiting} waits for somebody")
    if night.waiting:
        parts.append(f"look at it: connector show {night.waiting}")
    return "; ".join(parts)


def held_back(told: Mapping[str, Any], waiting: str) -> str:
    """Why nothing of some rules of [night] was written, and what to do; `told` and `waiting` as in `Night`."""
    held = told.get(HELD_BACK)
    if not held:
        return f"not written unattended before a person has applied them once: {', '.join(told[NEVER_ATTENDED])}"
    counts = ", ".join(f"{plural(count, 'change')} of {rule}" for rule, count in held.items())
    return f"held back until a person has applied these rules once: {counts} (connector apply {waiting})"


def _when(at: datetime, zone: tzinfo) -> str:
    """As `connector status` writes it: `2026-03-20 02:00 CET`."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M %Z}"


def _in_one_line(why: str) -> str:
    """The reason with what to do next: for a plan over its limits, the command that approves it."""
    lines = [line.strip() for line in why.splitlines()]
    return " ".join(lines if len(lines) <= REASONS else [*lines[:REASONS], "…", lines[-1]])
