"""Unattended passes: what each was about, and how it ended. What `connector status` tells in the morning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import msgspec

from connector.secrets import hidden, hidden_in
from connector.store.ledger.database import Database, many, moment, seconds
from connector.store.ledger.tables import State


class NightEnd(StrEnum):
    """How a night ended."""

    DONE = "done"
    """Everything that it might write is written."""
    STOPPED = "stopped"
    """Something was written; then the window or the budget ended, or somebody asked it to end. The next goes on."""
    PARKED = "parked"
    """Its plan is outside the envelope: it was not written, somebody has to look, and is told so."""
    CANARY = "stopped at the canary"
    """The first few records changed in ways that are not ours; somebody has to look."""
    FAILED = "failed"
    """An error: the CRM, the network, the disk …"""
    MISSED = "did not take place"
    """Another command was at work on the org until it was too late to begin."""
    IDLE = "stopped before anything was written"
    """As stopped, but it got nowhere: no night in which something was done, and somebody has to look why."""


OUTCOMES: Final = MappingProxyType(
    {
        State.APPLIED: "applied",
        State.FAILED: "failed",
        State.CONFLICT: "conflicts",
        State.SKIPPED: "skipped",
        State.ALREADY: "already",
    }
)
"""What became of changes of a night's plans, by the name under which it is kept in `Night.told` and told."""

GOOD: Final = (NightEnd.DONE, NightEnd.PARKED, NightEnd.STOPPED)
"""The night did what it is for, whatever it left for somebody to look at (and is told of by itself)."""

ASKED_TO_END: Final = "asked to end"
"""What is told of a night that stopped because its process was asked to end: it may go on in the next one."""

NEVER_ATTENDED: Final = "never attended"
"""What is told of rules of [night] that no person has applied yet: nothing of them is written."""

HELD_BACK: Final = "held back"
"""What is told of them by name: how many changes of that rule wait for that alone."""

_ONE_NIGHT: Final = timedelta(hours=12)
_COLUMNS: Final = "number, due, started, ended, outcome, why, plan, waiting, told, about, news, calls"
_LOOKED: Final = "(outcome IN ('done', 'parked', 'stopped at the canary') OR (outcome = 'stopped' AND about <> ''))"
"""Nights that came as far as to know what they leave for somebody."""


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """One pass. `outcome` None: it is at work, or died. `told`: its numbers, by name.

    about: what it left for somebody to look at, the same text for the same rows; "" if nothing, or only its own error
    calls: API calls that it has made so far, whether or not it has come to its end
    news:  the number of the night that left the same first, in an unbroken row of nights; its own if that is news
    """

    number: int
    due: datetime
    started: datetime
    ended: datetime | None = None
    outcome: NightEnd | None = None
    why: str = ""
    plan: str = ""
    waiting: str = ""
    told: Mapping[str, Any] = {}
    about: str = ""
    news: int | None = None
    calls: int = 0

    def is_of(self, due: datetime) -> bool:
        """Whether this is the night that was due then. The schedule may have been moved meanwhile, by some hours.

        A pass made by hand is due when it begins, and is no such night.
        """
        return self.due == due or (self.due != self.started and abs(self.due - due) < _ONE_NIGHT)

    @property
    def may_go_on(self) -> bool:
        """Whether it was broken off: it died, or the process was asked to end."""
        return self.ended is None or bool(self.told.get(ASKED_TO_END))

    @property
    def waits_for_a_first_time(self) -> bool:
        """Whether nothing was written, and something would have been if a person had applied its rules once."""
        return bool(self.told.get(HELD_BACK)) and not self.told.get(OUTCOMES[State.APPLIED])


class Nights:
    """The nights of one org."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def begin(self, due: datetime) -> int:
        """Writes down that a night begins; its number."""
        org, now = self._database.org, seconds(self._now())
        with self._database.transaction() as connection:
            sql = (
                "INSERT INTO night (org, number, due, started, outcome, why, plan, waiting, told) "
                "SELECT ?, COALESCE(MAX(number), 0) + 1, ?, ?, '', '', '', '', '{}' FROM night WHERE org = ?"
            )
            many(connection, sql, [(org, seconds(due), now, org)])
        return self._database.rows("SELECT MAX(number) AS number FROM night WHERE org = :org")[0].number  # type: ignore[no-any-return]

    def planned(self, number: int, plan: str, waiting: str) -> None:
        """Writes down its plans before anything is applied, so that a crash leaves no plan that nobody knows of."""
        self._update(number, "plan = ?, waiting = ?", plan, waiting)

    def called(self, number: int, calls: int) -> None:
        """Writes down how many API calls it has made so far: they are gone, though the process may die."""
        self._update(number, "calls = ?", calls)

    def calls_before(self, number: int) -> int:
        """API calls of other passes that began not so long ago that it could be another night."""
        sql = "SELECT COALESCE(SUM(calls), 0) AS n FROM night WHERE org = :org AND number < :number AND started > :at"
        return int(self._database.rows(sql, number=number, at=seconds(self._now() - _ONE_NIGHT))[0].n)

    def forget(self, number: int) -> None:
        """It did not take place: another command was at work on the org."""
        with self._database.transaction() as connection:
            many(connection, "DELETE FROM night WHERE org = ? AND number = ?", [(self._database.org, number)])

    def end(self, number: int, outcome: NightEnd, why: str, told: Mapping[str, Any], about: str = "") -> None:
        """Writes down how it ended, and what it left for somebody to look at (see `Night`)."""
        text, about = msgspec.json.encode(hidden_in(told)).decode(), hidden(about)
        values = (seconds(self._now()), outcome.value, hidden(why), text, about, self._news(number, about))
        self._update(number, "ended = ?, outcome = ?, why = ?, told = ?, about = ?, news = ?", *values)

    def _news(self, number: int, about: str) -> int:
        """The night that left the same first; this one if the one before it left something else."""
        sql = (
            "SELECT about, COALESCE(news, number) AS news FROM night WHERE org = :org AND number < :number "
            f"AND {_LOOKED} ORDER BY number DESC LIMIT 1"
        )
        before = next(iter(self._database.rows(sql, number=number)), None)
        return int(before.news) if about and before is not None and before.about == about else number

    def latest(self, count: int = 1) -> list[Night]:
        """The last nights, newest first."""
        sql = f"SELECT {_COLUMNS} FROM night WHERE org = :org ORDER BY number DESC LIMIT :count"
        return [_night(row) for row in self._database.rows(sql, count=count)]

    def begun_by_night(self, plan: str) -> Night | None:
        """The last night that applied that plan, None if a person did."""
        sql = f"SELECT {_COLUMNS} FROM night WHERE org = :org AND plan = :plan ORDER BY number DESC LIMIT 1"
        rows = self._database.rows(sql, plan=plan)
        return _night(rows[0]) if rows else None

    def last_good(self) -> datetime | None:
        """When a night last ended well; None: never."""
        good = ", ".join(f"'{one.value}'" for one in GOOD)
        sql = f"SELECT MAX(ended) AS at FROM night WHERE org = :org AND outcome IN ({good})"
        at = self._database.rows(sql)[0].at
        return moment(at) if at is not None else None

    def first_begun(self) -> datetime | None:
        """When the first night began that is known of."""
        at = self._database.rows("SELECT MIN(started) AS at FROM night WHERE org = :org")[0].at
        return moment(at) if at is not None else None

    def _update(self, number: int, what: str, *values: Any) -> None:
        with self._database.transaction() as connection:
            sql = f"UPDATE night SET {what} WHERE org = ? AND number = ?"
            many(connection, sql, [(*values, self._database.org, number)])


def _night(row: Any) -> Night:
    return Night(
        number=row.number,
        due=moment(row.due),
        started=moment(row.started),
        ended=moment(row.ended) if row.ended is not None else None,
        outcome=NightEnd(row.outcome) if row.outcome else None,
        why=row.why,
        plan=row.plan,
        waiting=row.waiting,
        told=msgspec.json.decode(row.told),
        about=row.about,
        news=row.news,
        calls=row.calls,
    )
