"""Follow-ups that are promised to people, how they stand, and whom to tell of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec

from connector.model.fields import Ref

LEVELS: Final = ("tell", "warn", "breach", "escalate")
"""How urgent an alert is, rising. `tell` is news without a deadline (a customer crossed the bar)."""
CROSSING: Final = "crossing"
"""What an alert of the bar is about: `of` is when it was crossed, in seconds since 1970, by who the person is now and
which deeds are known now."""


class Alert(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Somebody should be told about a person. The same key is never told twice.

    promise: the SLA's name in the policy, or what else is told of (`crossing`, `customer_request` …)
    of:      which stay (its id), request (the activity's id) or crossing it is about
    level:   one of LEVELS
    at:      when it came to be so (the moment the share of the limit was used up), not when it was noticed
    text:    one line for people
    due_at:  the promise's deadline, if it has one
    """

    person_id: int
    promise: str
    of: str
    level: str
    at: datetime
    text: str
    due_at: datetime | None = None

    @property
    def key(self) -> str:
        """What makes it one alert: person, promise, stay or request, level."""
        return f"{self.person_id}:{self.promise}:{self.of}:{self.level}"


_CLOCKS: Final = 5 * 60
"""How many seconds our clock and the CRM's may be apart."""


def is_same_stay(told: str, now: str) -> bool:
    """Whether what was told of one stay (its id) is about the one that goes by another id `now`, and is not over yet.

    The id is when it began, in seconds. A stay that only syncs had seen begins earlier once the CRM's history of it can
    be read: what was told of a time within it was told of it. Requests go by ids of the CRM.
    """
    if not (told.isdecimal() and now.isdecimal()):
        return told == now
    return int(told) >= int(now) - _CLOCKS


class PromiseState(StrEnum):
    """How a promise stands."""

    RUNNING = "running"
    """Its clock runs and there is time left."""
    BREACHED = "breached"
    """The limit is used up; `stopped_at` says whether it was kept late, or its clock still runs."""
    MET = "met"
    VOID = "void"
    """Its clock stopped without anybody having owed anything: junk, closed by a correction."""
    BACKLOG = "backlog"
    """No clock runs: the stay began before promises were made, or nobody knows when."""
    NO_CLOCK = "no_clock"
    """Owed, but nobody can say until when: the org's business hours are missing, or never open."""


class Promise(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One promise (SLA) to one person, about one stay or one request, and how it stands.

    name:       the SLA's name in the policy
    of:         which stay (its id) or request (the activity's id) it is about; as in `Alert.of`
    state:      as of when the person was judged: a running one may have been breached since, see `due_at`
    since:      when its clock began; None: unknown (backlog), `at_least` then says since when at the latest
    warn_at, due_at, escalate_at:  when its shares of the limit are used up; None for backlog
    stopped_at: when its clock stopped: first follow-up, or leaving; None while it runs
    breached_at: when it was breached; that stays so however late it was kept
    clock:      `elapsed`, or the name of the business hours
    owner_id:   whose person it is now
    status:     the policy's status of the stay; for a request what was asked for
    is_estimate: only the day of the request is known; its clock began at the last moment that it may have been
    """

    name: str
    of: str
    state: PromiseState
    since: datetime | None
    at_least: datetime | None = None
    warn_at: datetime | None = None
    due_at: datetime | None = None
    escalate_at: datetime | None = None
    stopped_at: datetime | None = None
    breached_at: datetime | None = None
    clock: str = "elapsed"
    owner_id: str | None = None
    status: str = ""
    is_estimate: bool = False

    @property
    def is_open(self) -> bool:
        """Somebody still has to act: it runs, breached or not."""
        return self.stopped_at is None and self.state in (PromiseState.RUNNING, PromiseState.BREACHED)

    @property
    def is_owed(self) -> bool:
        """Nobody has kept it yet, whether or not its time is measured (backlog, no clock)."""
        return self.stopped_at is None and self.state is not PromiseState.VOID


class Waiting(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Somebody to whom something is promised that is not kept yet. `source`: as it stands on the record.

    `owner`: by name, else by id, as `owner_id`; both empty: nobody's. `score`: as of when they were judged; None:
    they have no points.
    """

    ref: Ref
    name: str
    company: str
    source: str
    owner: str
    promise: Promise
    owner_id: str = ""
    score: float | None = None
