"""How the time of each promise was measured, span by span."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from connector.case import Case
from connector.clock import Run
from connector.model import Promise
from connector.sla.standing import clock_of


class Trace(msgspec.Struct, frozen=True):
    """One promise's time on the clock, until it stopped or until now. `used` and `limit` in seconds."""

    promise: Promise
    used: int
    limit: int
    runs: tuple[Run, ...]


def traces(promises: Iterable[Promise], case: Case) -> tuple[Trace, ...]:
    """Those of the promises that have a clock."""
    found = []
    for one in promises:
        terms = case.policy.promises.all[one.name]
        clock = clock_of(terms, case)
        if one.since is None or one.due_at is None or clock is None:
            continue
        runs = tuple(clock.trace(one.since, one.stopped_at or case.now))
        used = sum(run.seconds for run in runs)
        found.append(Trace(one, used, int(terms.limit.total_seconds()), runs))
    return tuple(found)
