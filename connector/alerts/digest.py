"""Many alerts as one message: what is in it, in which order, and its subject. `plain.py` and `html.py` write it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from connector.alerts.dossier import Dossier
from connector.alerts.wording import LEVEL_WORDS, moment
from connector.model import LEVELS
from connector.store.ledger import Raised
from connector.words import plural

FULL: Final = 50
"""Alerts told in full; what is beyond them gets a line."""
OLDEST: Final = 10
"""People of a storm who are named."""
STALE: Final = timedelta(hours=2)
"""A CRM that was read longer ago is warned of: a follow-up may have come since."""
GROUPS: Final = 8
"""Owners and sources of a storm that are named."""


class Entry(msgspec.Struct, frozen=True):
    """One alert with what is to be known of its person."""

    raised: Raised
    dossier: Dossier


class Storm(msgspec.Struct, frozen=True, kw_only=True):
    """So many new alerts in one pass that only their numbers are told, and the oldest of them.

    `seen`: how many people the counts by owner and source are about.
    """

    alerts: int
    seen: int
    by_promise: tuple[tuple[str, int], ...]
    by_owner: tuple[tuple[str, int], ...]
    by_source: tuple[tuple[str, int], ...]
    oldest: tuple[Entry, ...]


class Digest(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `read_at`: when the CRM was last read; what was done since is not known here.

    `unsure`: earlier alerts of which nobody knows whether they arrived, each with its channel.
    """

    org: str
    at: datetime
    zone: ZoneInfo
    entries: tuple[Entry, ...]
    read_at: datetime | None = None
    storm: Storm | None = None
    unsure: tuple[tuple[Entry, str], ...] = ()

    @property
    def key(self) -> str:
        """The same for the same alerts on the same org: 32 hex digits. The Message-ID derives from it."""
        numbers = sorted(entry.raised.number for entry in self.entries)
        storm = sorted(entry.raised.number for entry in self.storm.oldest) if self.storm else []
        text = msgspec.json.encode(
            (self.org, numbers, storm, [(one.raised.number, channel) for one, channel in self.unsure])
        )
        return hashlib.sha256(text).hexdigest()[:32]

    @property
    def as_of(self) -> str:
        """When it was written, and what it rests on."""
        read = f"; the CRM was read {moment(self.read_at, self.zone)}" if self.read_at is not None else ""
        return f"{moment(self.at, self.zone)} ({self.zone.key}){read}"

    @property
    def warning(self) -> str:
        """What the reader must know before all else: that the CRM was not read lately. Mostly empty."""
        hours = hours_unread(self.read_at, self.at)
        if not hours:
            return ""
        return f"The CRM was last read {hours} hours ago. Look there first: what was done since is not known here."

    @property
    def subject(self) -> str:
        """`acme: 1 promise escalated, 2 broken, 1 about to break`."""
        if self.storm is not None:
            more = f", and {plural(len(self.entries), 'other')}" if self.entries else ""
            return f"{self.org}: {plural(self.storm.alerts, 'new alert')} at once{more}"
        counts = Counter(entry.raised.alert.level for entry in self.entries)
        told = [f"{counts[level]} {LEVEL_WORDS[level]}" for level in reversed(LEVELS[1:]) if counts[level]]
        if told:
            first, _, rest = told[0].partition(" ")
            told[0] = f"{plural(int(first), 'promise')} {rest}"
        if counts["tell"]:
            told.append(f"{counts['tell']} {LEVEL_WORDS['tell']}")
        return f"{self.org}: {', '.join(told) or 'no new alert'}"

    def sections(self) -> list[tuple[str, list[Entry]]]:
        """The entries by level, the most urgent first; within a level those that wait longest first."""
        found = []
        for level in reversed(LEVELS):
            of_level = [entry for entry in self.entries if entry.raised.alert.level == level]
            if of_level:
                of_level.sort(key=lambda entry: (entry.raised.alert.at, entry.raised.number))
                found.append((level, of_level))
        return found


def hours_unread(read_at: datetime | None, now: datetime) -> int:
    """Whole hours since the CRM was last read, where that is so long ago that it is warned of; else 0."""
    if read_at is None or now - read_at <= STALE:
        return 0
    return (now - read_at) // timedelta(hours=1)


def storm_of(raised: Sequence[Raised], oldest: Sequence[Entry], seen: Sequence[tuple[str, str]]) -> Storm:
    """The summary of a storm. `seen`: owner and source of those people of it who were looked at."""
    promises = Counter(f"{one.alert.promise}, {LEVEL_WORDS[one.alert.level]}" for one in raised)
    owners = Counter(owner or "nobody" for owner, _ in seen)
    sources = Counter(source or "no source" for _, source in seen)
    return Storm(
        alerts=len(raised),
        seen=len(seen),
        by_promise=tuple(promises.most_common()),
        by_owner=tuple(owners.most_common(GROUPS)),
        by_source=tuple(sources.most_common(GROUPS)),
        oldest=tuple(oldest),
    )
