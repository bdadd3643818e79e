"""The scheduler: which jobs of which orgs it has on its list, and whether it still works through it.

Each org has threads of its own, so that one whose CRM hangs keeps nobody else waiting. What stays as it was is left on
the list when others change: a job that is due and only waits for its random seconds is not lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from apscheduler.executors.debug import DebugExecutor
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.interval import IntervalTrigger

from connector.config import OrgConfig
from connector.daemon.calendar import Job, due
from connector.scheduleconfig import ScheduleConfig

AGAIN: Final = 300
"""Seconds between two looks whether the night, or the digest, took place."""
PULSE: Final = 10
"""Seconds between two signs of life of the scheduler's own thread."""
STILL: Final = 120
"""Seconds without one, after which it is taken to stand still."""
_THREADS: Final = 8
"""Threads of an org: more than it has jobs that can be at work at once."""

Work = Callable[[str, Job], None]
Look = Callable[[str, Job], None]


class _Entry(NamedTuple):
    """A job as it is put on the list; `what` stays the same as long as nothing about it has changed.

    first: when it is due for the first time, None: as its trigger has it
    """

    name: str
    what: tuple[object, ...]
    trigger: BaseTrigger
    late: int
    function: Callable[..., None]
    args: tuple[object, ...]
    first: datetime | None = None


class Agenda:
    """The jobs of all orgs. `work` does one; `look` looks whether an org's night, or its digest, took place."""

    def __init__(self, work: Work, look: Look) -> None:
        self._work = work
        self._look = look
        self._on_list: dict[str, tuple[object, ...]] = {}
        self._pools: set[str] = set()
        self._beat = time.monotonic()
        here: dict[str, Any] = {"executors": {"here": DebugExecutor()}, "timezone": "UTC"}
        self._scheduler = BackgroundScheduler(**here)
        self._live()

    def start(self) -> None:
        """From now on jobs begin when they are due."""
        self._beat = time.monotonic()
        self._scheduler.start()

    def stop(self) -> None:
        """No job begins any more; returns when those at work have ended."""
        self._scheduler.shutdown()

    def is_alive(self) -> bool:
        """Whether it works through its list."""
        return bool(self._scheduler.running) and time.monotonic() - self._beat < STILL

    def put(self, org: OrgConfig, zone: ZoneInfo | None, *, anew: bool = False) -> None:
        """An org's jobs, in place of those that it had; `anew`: also of those that are the same.

        `zone` None: nobody knows it yet. Times of day wait until somebody does, and the CRM is read to learn it.
        """
        wanted = {one.name: one for one in self._entries(org, zone)}
        self._drop({name for name in self._on_list if name.startswith(f"{org.name}/") and name not in wanted})
        for one in wanted.values():
            if anew or self._on_list.get(one.name) != one.what:
                self._add(org.name, one)

    def at_once(self, org: str, job: Job) -> None:
        """A job that is on the list is due now, and from now on after its span."""
        self._scheduler.modify_job(f"{org}/{job}", next_run_time=datetime.now(UTC))

    def keep(self, orgs: set[str]) -> None:
        """Takes all other orgs' jobs off the list; what is at work is left to come to its end."""
        self._drop({name for name in self._on_list if name.rpartition("/")[0] not in orgs})

    def renew(self) -> None:
        """After the clock was set: the scheduler's own sign of life."""
        self._live()

    def _entries(self, org: OrgConfig, zone: ZoneInfo | None) -> Iterator[_Entry]:
        schedule = org.schedule
        if zone is None and not schedule.sync:
            every = ScheduleConfig.model_fields["sync"].default
            schedule = schedule.model_copy(update={"sync": every})
        for one in due(schedule, zone):
            text = getattr(schedule, one.job)
            at = zone if one.job in (Job.NIGHT, Job.DIGEST, Job.RECONCILE) else None
            what = (text, schedule.jitter, at)
            yield _Entry(f"{org.name}/{one.job}", what, one.trigger, one.late, self._work, (org.name, one.job))
            if one.job in (Job.NIGHT, Job.DIGEST):
                again, now = IntervalTrigger(seconds=AGAIN, timezone=UTC), datetime.now(UTC)
                yield _Entry(f"{org.name}/look for {one.job}", what, again, AGAIN, self._look, (org.name, one.job), now)

    def _add(self, org: str, one: _Entry) -> None:
        self._scheduler.add_job(
            one.function, one.trigger, args=one.args, id=one.name, replace_existing=True,
            misfire_grace_time=one.late, coalesce=True, max_instances=1, executor=self._pool(org),
            **({} if one.first is None else {"next_run_time": one.first}),
        )  # fmt: skip
        self._on_list[one.name] = one.what

    def _drop(self, names: set[str]) -> None:
        for name in names:
            self._scheduler.remove_job(name)
            del self._on_list[name]

    def _pool(self, org: str) -> str:
        """The org's threads. Those of an org that is gone idle on: something may still be at work on them."""
        if org not in self._pools:
            self._scheduler.add_executor(ThreadPoolExecutor(_THREADS), alias=f"org {org}")
            self._pools.add(org)
        return f"org {org}"

    def _live(self) -> None:
        self._scheduler.add_job(
            self._tick, "interval", seconds=PULSE, id="pulse", replace_existing=True, misfire_grace_time=None,
            coalesce=True, executor="here",
        )  # fmt: skip

    def _tick(self) -> None:
        self._beat = time.monotonic()
