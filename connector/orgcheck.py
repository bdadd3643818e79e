"""What stands between one org and a run: the CRM, policy and connector.toml looked at before anything is done.

`connector/check/` knows what to look for; here it is asked of an `OpenOrg`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from connector.check import Line, State, not_offered, refused, settings
from connector.check import check as checked
from connector.errors import BudgetSpent, LoginFailed, NotPermitted
from connector.openorg import OpenOrg
from connector.policy.loader import Loaded
from connector.policy.names import Known, absent
from connector.policy.problem import Problem
from connector.wallclock import test_clock


def check(org: OpenOrg) -> list[Line]:
    """What stands between the org and a run. Reads the CRM; needs no ledger, and the mirror only to look up users."""
    _ = org.rules  # a rule or option that does not exist stops everything, so it is told first
    now = org.now()
    try:
        inspection = org.adapter.inspect(org.now)
        if not inspection.version_offered:
            return [*_clock(now), not_offered(org.config.api_version, inspection)]
        schema = org.adapter.schema()
    except (LoginFailed, NotPermitted, BudgetSpent) as error:
        return [*_clock(now), refused(error)]
    lines = checked(
        schema, inspection, org.mapping, org.loaded, org.adapter.budget(), share=org.config.api_stop_at, now=now
    )
    return [*_clock(now), *lines, *of_settings(org)]


def of_settings(org: OpenOrg) -> Iterator[Line]:
    """What connector.toml says that would only show when it is needed."""
    yield from settings.secrets(org.config.secrets())
    for problem in (*absent_names(org, org.loaded), *idle_nights(org, org.loaded)):
        yield Line("policy", State.NOTE, f"{problem.what} ({problem.where})", "", problem.next)
    task = org.config.alerts.task
    if task.on and task.fallback:
        known = org.has_mirror and not org.reading.is_empty()
        yield settings.fallback(task.fallback, len(org.reading.users.called(task.fallback)) if known else None)


def idle_nights(org: OpenOrg, loaded: Loaded) -> list[Problem]:
    """Whether nights, as they are scheduled, could never write for the window that the policy gives them."""
    schedule = org.config.schedule
    why = loaded.file.night.unfit(schedule.night, timedelta(seconds=schedule.jitter))
    todo = "move `night` of [org.schedule] in connector.toml, or the window; a night begun by cron has its own time"
    return [Problem(why, loaded.where("night", "window"), todo)] if why else []


def absent_names(org: OpenOrg, loaded: Loaded) -> list[Problem]:
    """Names in the policy that nothing in the org is called by, as it was read last; none while nothing was read."""
    if not org.has_mirror or org.reading.is_empty():
        return []
    facts, types = org.reading.org_facts(), defaultdict[str, set[str]](set)
    for count in org.reading.counts.statuses():
        if count.record_type:
            types[count.object].add(count.record_type)
    hours = [one.name for one in facts.calendar.hours]
    return absent(loaded, Known(hours=hours, record_types=types, users=tuple(facts.users.values())))


def _clock(now: datetime) -> list[Line]:
    """A line if the time is not the system's."""
    file = test_clock()
    if file is None:
        return []
    found = f"a test clock is set: it is {now:%Y-%m-%d %H:%M:%S} UTC ({file})"
    return [Line("test clock", State.NOTE, found, "everything is judged as of then", "unset CONNECTOR_CLOCK")]
