"""What the digest of a morning holds, and in which words its parts are told."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from connector.alerts.digest import Entry, hours_unread
from connector.alerts.wording import length, moment
from connector.model import Ref
from connector.report.board import Standing
from connector.report.worklist import Someones, Waiter, WorkList, by_manager
from connector.words import plural

EACH: Final = 5
"""People of each kind of each owner who are listed."""
OWNERS: Final = 40
"""Owners whose people are listed; of those beyond them only the numbers are told."""
LISTED: Final = (Standing.BREACHED, Standing.NO_CLOCK, Standing.AT_RISK, Standing.BACKLOG)
"""Kinds whose people are listed; of those with time to spare the number is told."""
WORDS: Final[Mapping[str, str]] = {
    Standing.BREACHED: "overdue",
    Standing.NO_CLOCK: "without a clock",
    Standing.AT_RISK: "at risk",
    Standing.RUNNING: "with time to spare",
    Standing.BACKLOG: "in the backlog",
}
UNTOLD: Final = 10
"""Alerts that did not arrive, or may not have, which are named."""


class Untold(msgspec.Struct, frozen=True):
    """An alert of which nobody knows whether it arrived, or that was given up. `state`: which of the two."""

    entry: Entry
    channel: str
    state: str
    note: str

    @property
    def why(self) -> str:
        """` (mail, unknown)`."""
        return f" ({self.channel}, {self.state})"


class Morning(msgspec.Struct, frozen=True, kw_only=True):
    """One digest. `day`: the org's own. `night`: last night in lines; `notes`: what else is wrong, a sentence each.

    untold:  alerts that may not have arrived, or did not, since yesterday
    address: where people look at a record
    """

    org: str
    day: date
    at: datetime
    zone: ZoneInfo
    read_at: datetime | None
    night: tuple[str, ...]
    notes: tuple[str, ...]
    found: WorkList
    untold: tuple[Untold, ...]
    address: Callable[[Ref], str]

    @property
    def key(self) -> str:
        """The same for the same morning of the same org: 32 hex digits. The Message-ID derives from it."""
        text = msgspec.json.encode((self.org, "morning", self.day.isoformat()))
        return hashlib.sha256(text).hexdigest()[:32]

    @property
    def is_in_force(self) -> bool:
        """Whether promises are in force, so that somebody may be told who waits."""
        return self.found.in_force_since is not None

    @property
    def subject(self) -> str:
        """`acme, Mon 2 Mar 2026: 12 people overdue, 3 at risk`."""
        counts = self.found.counts
        told = [f"{counts[kind]:,} {WORDS[kind]}" for kind in LISTED if counts[kind] and kind != Standing.BACKLOG]
        if counts[Standing.BREACHED]:
            told[0] = f"{plural(counts[Standing.BREACHED], 'person', 'people')} {WORDS[Standing.BREACHED]}"
        what = (", ".join(told) or "nobody overdue") if self.is_in_force else "last night"
        return f"{self.org}, {self.day:%a} {self.day.day} {self.day:%b %Y}: {what}"

    @property
    def as_of(self) -> str:
        """When it was written, and what it rests on."""
        read = f"; the CRM was read {moment(self.read_at, self.zone)}" if self.read_at is not None else ""
        return f"{moment(self.at, self.zone)} ({self.zone.key}){read}"

    @property
    def warning(self) -> str:
        """That the CRM was not read lately. Mostly empty."""
        hours = hours_unread(self.read_at, self.at)
        return f"The CRM was last read {hours} hours ago; what was done since is not known here." if hours else ""

    @property
    def summary(self) -> Iterator[str]:
        """How many wait, as people and as the board counts them."""
        if not self.is_in_force:
            yield "Promises are not in force yet, so nobody is named here. As a preview: connector sla"
            return
        counts, promises = self.found.counts, self.found.promises
        people = ", ".join(f"{counts[kind]:,} {WORDS[kind]}" for kind in WORDS if counts[kind])
        yield f"People who wait, each once: {people or 'nobody'}."
        yield (
            f"On the board: {plural(promises['breached'], 'promise')} breached, {promises['at_risk']:,} at risk, "
            f"{promises['running']:,} with time to spare, {promises['backlog']:,} in the backlog."
        )

    @property
    def owners(self) -> list[Someones]:
        """Owners with anybody to be listed, whoever presses most first."""
        if not self.is_in_force:
            return []
        return [one for one in self.found.lists if any(one.counts[kind] for kind in LISTED)]

    def groups(self) -> Iterator[tuple[str, list[Someones]]]:
        """Owners whose people are listed, under the name of their manager."""
        yield from by_manager(self.owners[:OWNERS])

    @property
    def others(self) -> str:
        """A line on owners beyond those; empty if there are none."""
        rest = self.owners[OWNERS:]
        if not rest:
            return ""
        overdue = sum(one.counts[Standing.BREACHED] for one in rest)
        return f"and {plural(len(rest), 'more owner')}, with {overdue:,} overdue: connector sla --by owner"

    @property
    def reasons(self) -> Iterator[str]:
        """Why alerts did not arrive, or may not have, each reason once."""
        for (channel, state, note), count in Counter(
            (one.channel, one.state, one.note) for one in self.untold
        ).most_common():
            yield f"{channel}: {count:,} {state}{': ' if note else ''}{note}"

    @property
    def more_untold(self) -> str:
        """A line on alerts beyond those that are named; empty if there are none."""
        rest = len(self.untold) - UNTOLD
        return f"and {rest:,} more: connector alerts --state unknown, --state given_up" if rest > 0 else ""


def counted(one: Someones) -> str:
    """`3 overdue, 1 at risk, 7 with time to spare`."""
    return ", ".join(f"{one.counts[kind]:,} {WORDS[kind]}" for kind in WORDS if one.counts[kind])


def named(waiter: Waiter) -> str:
    """`Ann Lee, Acme`."""
    return ", ".join(part for part in (waiter.one.name, waiter.one.company) if part) or waiter.one.ref.id


def standing_of(waiter: Waiter, now: datetime, zone: ZoneInfo) -> str:
    """`5 d 2 h late · since Mon 2 Mar 2026, 09:00 · MAQL, worked · score 120`."""
    promise, score = waiter.one.promise, waiter.one.score
    parts = []
    if promise.due_at is not None:
        late = now >= promise.due_at
        parts.append(f"{length(now - promise.due_at if late else promise.due_at - now)} {'late' if late else 'left'}")
    if waiter.since is not None:
        parts.append(f"since {'' if promise.since else '≥ '}{moment(waiter.since, zone)}")
    names = ", ".join((promise.name, *waiter.also)).replace("_", " ")
    parts.append(f"{promise.status}, {names}" if promise.status else names)
    if score is not None:
        parts.append(f"score {score:g}")
    return " · ".join(parts)


def more(one: Someones, kind: str) -> str:
    """`and 7 more overdue`; empty if all are listed."""
    return f"and {one.more(kind):,} more {WORDS[kind]}" if one.more(kind) else ""
