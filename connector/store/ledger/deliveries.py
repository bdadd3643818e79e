"""How far each alert has got on each channel: a state machine whose every step is committed before the next is taken.

PENDING ─▶ SENDING ─▶ SENT ─▶ TAKEN_BACK, LEFT (tasks)
   │          │ ├───▶ FAILED ─▶ SENDING …, in the end GIVEN_UP
   │          │ └───▶ UNKNOWN (mail and chat: nobody answered, or we died while sending)
   └▶ MOOT, GIVEN_UP
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec

from connector.secrets import hidden
from connector.store.ledger.database import IDS_PER_QUERY, Database, many, moment, seconds
from connector.store.ledger.lease import Lease
from connector.store.ledger.tables import Told

OPEN = (Told.PENDING, Told.SENDING, Told.FAILED)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One alert (by its number) on one channel. `again`: not to be tried before. `recipient`: whom it went to, or is on
    its way to; empty for a chat, whose channel says it, and for mails from before that was kept.
    """

    alert: int
    channel: str
    state: Told
    at: datetime
    tries: int = 0
    again: datetime | None = None
    message: str = ""
    note: str = ""
    recipient: str = ""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What a delivery came to. None leaves `message` and `recipient` as they are."""

    alert: int
    state: Told
    message: str | None = None
    note: str = ""
    again: datetime | None = None
    recipient: str | None = None


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts that a channel has not told: so many of them, in that state.

    tries: of the one that was tried most often. since: when the first of them was raised. note: why, of one of them.
    """

    channel: str
    state: Told
    count: int
    tries: int
    since: datetime
    note: str = ""


class Deliveries:
    """Deliveries of one org."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now

    def waiting(self, channel: str) -> list[Delivery]:
        """What still has to be told on this channel, SENDING included, oldest alert first."""
        return self._read("state IN (0, 1, 4) AND channel = :channel ORDER BY alert", channel=channel)

    def standing(self, channel: str, state: Told = Told.SENT) -> list[Delivery]:
        """What is SENT (or UNKNOWN) on this channel."""
        assert state in (Told.SENT, Told.UNKNOWN)
        where = f"state IN (2, 3) AND state = {int(state)} AND channel = :channel ORDER BY alert"
        return self._read(where, channel=channel)

    def unnamed(self) -> list[Delivery]:
        """UNKNOWN ones that no digest has named yet."""
        return self._read("state IN (2, 3) AND state = 3 AND named = 0 ORDER BY alert, channel")

    def troubled(self, since: datetime) -> list[Delivery]:
        """What is UNKNOWN or GIVEN_UP since that time; and UNKNOWN ones that no digest has named yet."""
        where = "state IN (3, 5) AND (at >= :since OR (state = 3 AND named = 0)) ORDER BY alert, channel"
        return self._read(where, since=seconds(since))

    def untold(self, given_up_since: datetime) -> list[Untold]:
        """What waits, was refused, or was given up since that time, by channel and state.

        Without those that nobody ever meant to tell: a storm's tasks are given up as they are raised.
        """
        sql = (
            "SELECT d.channel, d.state, COUNT(*) AS many, MAX(d.tries) AS tries, MIN(a.raised_at) AS since, "
            "MAX(COALESCE(d.note, '')) AS note FROM delivery AS d "
            "JOIN alert AS a ON a.org = d.org AND a.number = d.alert "
            "WHERE d.org = :org AND (d.state IN (0, 1, 4) OR (d.state = 5 AND d.at >= :since AND d.at > a.raised_at)) "
            "GROUP BY d.channel, d.state ORDER BY d.channel, d.state"
        )
        return [
            Untold(
                channel=row.channel,
                state=Told(row.state),
                count=row.many,
                tries=row.tries,
                since=moment(row.since),
                note=row.note,
            )
            for row in self._database.rows(sql, since=seconds(given_up_since))
        ]

    def channels(self) -> list[str]:
        """Channels with something still to be told."""
        sql = "SELECT DISTINCT channel FROM delivery WHERE org = :org AND state IN (0, 1, 4) ORDER BY channel"
        return [row.channel for row in self._database.rows(sql)]

    def of(self, alerts: Sequence[int]) -> dict[int, list[Delivery]]:
        """All deliveries of these alerts."""
        found: dict[int, list[Delivery]] = {number: [] for number in alerts}
        for at in range(0, len(alerts), IDS_PER_QUERY):
            some = ", ".join(str(int(number)) for number in alerts[at : at + IDS_PER_QUERY])
            for delivery in self._read(f"alert IN ({some}) ORDER BY alert, channel"):
                found[delivery.alert].append(delivery)
        return found

    def last_sent(self, channel: str) -> datetime | None:
        """When something was last sent on this channel, as far as we know."""
        sql = "SELECT max(at) AS at FROM delivery WHERE org = :org AND channel = :channel AND state IN (2, 3)"
        (row,) = self._database.rows(sql, channel=channel)
        return moment(row.at) if row.at is not None else None

    def commit(self, channel: str, steps: Sequence[Step], lease: Lease, *, named: Sequence[Delivery] = ()) -> None:
        """Commits these steps, and that those UNKNOWN ones were named; only while the lease is ours."""
        org, at = self._database.org, seconds(self._now())
        sql = (
            "UPDATE delivery SET state = ?, at = ?, tries = tries + ?, again = ?, message = coalesce(?, message), "
            "recipient = coalesce(?, recipient), note = ? WHERE org = ? AND channel = ? AND alert = ?"
        )
        rows = [
            (
                int(step.state),
                at,
                int(step.state is Told.SENDING),
                seconds(step.again) if step.again is not None else 0,
                step.message,
                step.recipient,
                hidden(step.note) or None,
                org,
                channel,
                step.alert,
            )
            for step in steps
        ]
        with self._database.transaction(lease) as connection:
            many(connection, sql, rows)
            sql = "UPDATE delivery SET named = 1 WHERE org = ? AND channel = ? AND alert = ?"
            many(connection, sql, [(org, one.channel, one.alert) for one in named])

    def _read(self, where: str, **values: object) -> list[Delivery]:
        columns = "alert, channel, state, at, tries, again, message, note, recipient"
        sql = f"SELECT {columns} FROM delivery WHERE org = :org AND {where}"
        return [
            Delivery(
                alert=row.alert,
                channel=row.channel,
                state=Told(row.state),
                at=moment(row.at),
                tries=row.tries,
                again=moment(row.again) if row.again else None,
                message=row.message or "",
                note=row.note or "",
                recipient=row.recipient or "",
            )
            for row in self._database.rows(sql, **values)
        ]
