"""One lead as somebody outside knows it, and what it ought to be: by tests/oracle, never by connector.

A correction of ours counts as the human's own entry, made right, at the time they made it. So what is kept here is what
people typed, with the corrections that the CRM saw put in their place; the oracle is asked about that.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from tests.oracle import lead_status, score

SECOND = timedelta(seconds=1)
"""Whoever is moved on leaves a stay that was at least that long."""
CONTESTED_FOR = timedelta(days=30)
REQUESTS: dict[str, Any] = {"fit": {}, "lines": {"demo": (40, 30, None, 80)}, "direct": {"request"}}
"""Points of a demo that was asked for; nothing else earns any here."""


class Entry(NamedTuple):
    """A value of the status field: the text, when it was entered, by whom (None: ours, put in the place of theirs)."""

    word: str
    at: datetime
    by: str | None


class Ought(NamedTuple):
    """What it ought to be, and since when (None: nobody knows). `corrected`: before a request moved it on."""

    status: str
    corrected: str
    since: datetime | None


@dataclass
class Lead:
    """`asked`: when they asked for a demo. `ours`: our corrections, as (when, before, after).

    `watched`: since when the CRM is known to keep history, or they exist. `word`: the last disposition put right.
    """

    id: str
    name: str
    bought: bool
    created: datetime
    watched: datetime
    entries: list[Entry]
    asked: list[datetime] = field(default_factory=list)
    ours: list[tuple[datetime, str, str]] = field(default_factory=list)
    word: str | None = None

    @property
    def status(self) -> str:
        """What stands in the CRM."""
        return self.entries[-1].word

    def typed(self, word: str, at: datetime, by: str) -> None:
        """Somebody enters a value."""
        if word != self.status:
            self.entries.append(Entry(word, at, by))

    def ought(self, now: datetime) -> Ought | None:
        """By the oracle; None: to be left alone, also because somebody else keeps changing it."""
        found = self._by_the_rules(now)
        return None if found is not None and self._is_contested(found.status, now) else found

    def is_contested_by(self, word: str, now: datetime, by: str) -> bool:
        """Whether it would be left alone if they entered that."""
        then = replace(self, entries=[*self.entries])
        then.typed(word, now, by)
        found = then._by_the_rules(now)
        return found is not None and then._is_contested(found.status, now)

    def _is_contested(self, status: str, now: datetime) -> bool:
        """Our last correction was changed back, or this would be the third within thirty days."""
        ours = [one for one in self.ours if one[0] + CONTESTED_FOR > now]
        if status == self.status or not ours or ours[-1][2] == self.status:
            return False
        return ours[-1][1:] == (self.status, status) or len(ours) >= 2

    def _by_the_rules(self, now: datetime) -> Ought | None:
        given = self._given()
        found = lead_status.ought(given)
        if found is None:
            return None
        since = None if found["since"] == "moved on" else found["since"]
        steps = lead_status.history(given)
        stays = [(score.DISPOSITION if one["is_disposition"] else one["status"] or "", one["since"]) for one in steps]
        who = {
            "title": None, "employees": 0, "bounced": False, "twin": None, "watched": self.watched,
            "stays": [*stays[:-1], (found["status"], since)],
        }  # fmt: skip
        deeds = [{"at": at, "what": what} for at in self.asked for what in ("demo", "request")]
        status = score.ought(who, deeds, REQUESTS, now)["status"]
        if status == found["status"]:
            return Ought(status, status, since)
        asked = score.open_requests(who, deeds, REQUESTS, now)[0]["at"]
        return Ought(status, found["status"], max(asked, since + SECOND) if since else asked)

    def corrected(self, ought: Ought, now: datetime) -> None:
        """The CRM saw that correction: it stands in the place of what was typed."""
        last = self.entries[-1]
        moved = ought.corrected == "Inquiry" and lead_status.plain(last.word) == "raw"
        if ought.status == ought.corrected and not moved:
            self.ours.append((now, last.word, ought.status))
        if is_word(last):
            self.word = last.word
            while len(self.entries) > 1 and is_word(self.entries[-1]) and ought.since != last.at:
                self.entries.pop()  # it goes on with what was before, as if nobody had typed anything
        if moved:
            self.entries.append(Entry("Inquiry", now, None))
        elif ought.corrected != self.status:
            since, by = ought.since or self.entries[-1].at, self.entries[-1].by
            while len(self.entries) > 1 and self.entries[-1].at >= since:
                self.entries.pop()
            kept = self.entries if self.entries[-1].at < since else self.entries[:-1]
            self.entries = [*kept, Entry(ought.corrected, since, by)]
        if ought.status != ought.corrected:
            self.entries.append(Entry(ought.status, ought.since or now, None))

    def _given(self) -> dict[str, Any]:
        rows = [
            {"at": after.at, "by": after.by, "before": before.word, "after": after.word}
            for before, after in pairwise(self.entries)
        ]
        return {
            "status": self.status,
            "created": self.created,
            "tracked": self.watched == self.created,
            "modified": None,
            "bought": self.bought,
            "complete": True,
            "interactions": sorted(self.asked),
            "rows": rows,
        }


def is_word(entry: Entry) -> bool:
    """What came of a call, not a status."""
    return bool(lead_status.step(entry.word, None)["is_disposition"])
