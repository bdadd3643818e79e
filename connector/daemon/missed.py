"""Whether a night has to be begun out of its turn: it did not take place at its time, or it was broken off; and whether
the digest of the morning is still to be sent.

A process may have been down, reloaded, or without its database when the night was due, and the process that had begun
it may have died or been asked to end. So the ledger is asked every few minutes, by every process.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from connector.daemon.calendar import LATE, at_or_before
from connector.openorg import OpenOrg
from connector.store.ledger import Night

TRIES: Final = 3
"""How often one night is begun in all: what made a process die may make the next one die as well."""
LOOKED_AT: Final = 20
"""Nights that are read from the ledger."""
SLACK: Final = timedelta(minutes=1)
"""The scheduler's own call comes first."""
_ONE_NIGHT: Final = timedelta(hours=12)


def to_begin(org: OpenOrg, zone: ZoneInfo, listed: datetime) -> str:
    """Why the org's last night that was due is to be begun now; "" if it is not.

    `listed`: since when this process has had nights at that hour on its list.
    """
    from connector.night import within
    from connector.slapass import NIGHT_LEASE

    now, at = org.now(), org.config.schedule.night
    due = at_or_before(now - timedelta(seconds=org.config.schedule.jitter) - SLACK, at, zone)
    if now - due > _ONE_NIGHT or NIGHT_LEASE in org.ledger.runs.at_work():
        return ""
    nights = org.ledger.nights.latest(LOOKED_AT)
    window = org.policy.file.night.window
    expected = listed <= due or any(at_or_before(one.due, at, zone) == one.due for one in nights)
    return why(nights, due, now, expected=expected, may_write=not window or within(window, now.astimezone(zone)))


def digest_to_send(org: OpenOrg, zone: ZoneInfo) -> str:
    """Why the digest of this morning is to be sent now; "" if it is not."""
    from connector.morning import due_now

    ours = timedelta(seconds=org.config.schedule.jitter) + SLACK
    due = at_or_before(org.now() - ours, org.config.schedule.digest, zone)
    return "it was not sent at its time" if due_now(org, due, zone) else ""


def why(nights: Sequence[Night], due: datetime, now: datetime, *, expected: bool, may_write: bool) -> str:
    """The rule. `nights`: newest first, none of them at work.

    expected:  somebody had that night on the list: it is none that the schedule was only then given
    may_write: the window is open
    """
    tonight = [one for one in nights if one.is_of(due)]
    if not tonight:
        return "it did not take place at its time" if expected and now - due <= LATE else ""
    if len(tonight) >= TRIES or not may_write or not all(one.may_go_on for one in tonight):
        return ""
    return "its process died" if tonight[0].ended is None else "its process was asked to end"
