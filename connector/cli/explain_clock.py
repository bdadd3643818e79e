"""What `connector explain` says of promises: how each stands, and how its time was measured; and what happened."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from connector.cli.output import Output, local
from connector.cli.waiting import span

if TYPE_CHECKING:
    from connector.judge.explain import Explanation
    from connector.model import Activity, Promise
    from connector.sla.trace import Trace

RESPONSE: Final = "campaign_response"
SPANS = 14
"""Lines of a trace."""


def show_promises(out: Output, told: Explanation, zone: str) -> None:
    """Each promise in a line, and under it the trace of its clock."""
    traced = {(one.promise.name, one.promise.of): one for one in told.clocks}
    for promise in told.judgement.promises:
        out.say(_stands(promise, zone), style="bold" if promise.is_open else None)
        trace = traced.get((promise.name, promise.of))
        if trace is not None:
            _trace(out, trace, zone)


def _stands(promise: Promise, zone: str) -> str:
    said = f"promise {promise.name.replace('_', ' ')} ({promise.status}): {promise.state.value.replace('_', ' ')}"
    if promise.since is not None:
        said += f", since {local(promise.since, zone)}" + (" (only the day is known)" if promise.is_estimate else "")
    if promise.due_at is not None:
        said += f", due {local(promise.due_at, zone)}"
    if promise.stopped_at is None:
        return said
    is_late_entry = promise.breached_at is not None and promise.stopped_at <= promise.breached_at
    late = " (not in the CRM yet when it was read after the deadline)" if is_late_entry else ""
    return said + f", stopped {local(promise.stopped_at, zone)}{late}"


def _trace(out: Output, trace: Trace, zone: str) -> None:
    out.say(f"    {on_the_clock(trace.promise.clock, trace.used, trace.limit)}")
    if _always_runs(trace.promise.clock):
        return
    for run in trace.runs[:SPANS]:
        what = run.why or length(run.seconds)
        out.say(f"        {local(run.start, zone)} – {local(run.end, zone)}: {what}")
    if len(trace.runs) > SPANS:
        out.say(f"        … and {len(trace.runs) - SPANS:,} more; --json has them all")


def _always_runs(clock: str) -> bool:
    from connector.clock import ELAPSED

    return clock == ELAPSED.name


def on_the_clock(clock: str, used: int, limit: int) -> str:
    """How much of the limit (seconds, both) is used. A clock of business hours is read in hours: it has no days."""
    if not _always_runs(clock):
        return f"{_working(used)} of {_working(limit)} on the clock ({clock})"
    share = f", {used / limit:.0%} of {length(limit)}" if limit else ""
    return f"{length(used)} on the clock ({clock}){share}"


def _working(seconds: int) -> str:
    from connector.alerts.wording import clocked

    return clocked(timedelta(seconds=seconds), "") if seconds >= 60 else f"{seconds} s"


def length(seconds: int) -> str:
    """As `span`, to the second where it is short."""
    return span(timedelta(seconds=seconds)) if seconds >= 60 else f"{seconds} s"


def show_happened(out: Output, told: Explanation, zone: str) -> None:
    """The latest activities and answers to campaigns, by whom, and what they count as, or why not."""
    rows = [
        (
            day(one.at, zone) if one.earliest else local(one.at, zone),
            _what(one, told.campaigns),
            told.users.get(one.by or "", one.by),
            "; ".join(counted) or None,
        )
        for one, counted in zip(told.happened, told.counted, strict=True)
    ]
    if rows:
        out.table(("when", "what", "by", "counts as"), rows, title="what happened last")


def day(at: datetime, zone: str) -> str:
    """Where the CRM knows the day alone: `at` is the last moment of it, in the zone or in UTC."""
    from zoneinfo import ZoneInfo

    return min(at.date(), at.astimezone(ZoneInfo(zone)).date()).isoformat()


def _what(one: Activity, campaigns: Mapping[str, str]) -> str:
    words = (one.kind.replace("_", " "), one.direction, one.outcome, one.about)
    campaign = campaigns.get(one.id) if one.kind == RESPONSE else None
    return " ".join(word for word in words if word) + (f" ({campaign})" if campaign else "")
