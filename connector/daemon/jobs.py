"""One job of one org: opened anew each time, so that nothing is carried over; whatever it raises ends here.

Two processes may have the same job due: each looks, under the lease, whether it was done already.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import structlog
from msgspec.structs import asdict

from connector.daemon.calendar import Job
from connector.daemon.metrics import Metrics
from connector.errors import ConnectorError, LeaseHeld, LeaseLost, NotFound, Paused
from connector.openorg import InForce, OpenOrg
from connector.scheduleconfig import every

if TYPE_CHECKING:
    from connector.config import Config
    from connector.night import Ask
    from connector.store.ledger import Night

Wait = Callable[[float], None]


PATIENCE: Final = 30
"""How often a night tries again, a minute apart, while another command is at work on the org."""
EARLY: Final = timedelta(minutes=10)
"""By how much a job may begin before its time, for the sake of jitter."""


class Worker:
    """Does the jobs. `asked` says why a night should end now; `wait` waits no longer than until somebody asks."""

    def __init__(self, metrics: Metrics, asked: Ask, wait: Wait) -> None:
        self._metrics = metrics
        self._asked = asked
        self._wait = wait
        self.failing: dict[tuple[str, Job], str] = {}
        """(org, job) → why it failed the last time."""
        self._since: dict[str, datetime] = {}
        """Since when this process has had an org's nights on its list."""

    def work(self, config: Config, org: str, job: Job, in_force: InForce | None = None) -> None:
        """One job, from begin to end. Never raises: a failure is logged, counted, and shown by /readyz."""
        with structlog.contextvars.bound_contextvars(org=org, job=job.value, run=uuid.uuid4().hex[:8]):
            log, begun = structlog.get_logger(), time.monotonic()
            result, at = "failed", None
            told: dict[str, Any] = {}
            try:
                with OpenOrg(config, config.choose(org), in_force) as opened:
                    at = opened.now()
                    self._since.setdefault(org, at)
                    try:
                        result, told = self._do(opened, job)
                    finally:
                        self._measure(opened)
                self.failing.pop((org, job), None)
            except (LeaseHeld, Paused) as error:
                result, told = "passed over", {"why": error.what}
            except LeaseLost as error:
                self.failing[org, job] = error.what
                log.warning("the lease was lost; nothing more was written", why=error.what)
            except ConnectorError as error:
                self.failing[org, job] = error.what
                log.error("failed", what=error.what, where=error.where, next=error.next)
            except Exception as error:
                self.failing[org, job] = f"{type(error).__name__}: {error}"
                log.error("failed by a fault of connector; please report this", exc_info=True)
            seconds = time.monotonic() - begun
            self._metrics.ended(org, job.value, result, seconds, at or datetime.now().astimezone())
            if result != "failed":
                log.info(result, seconds=round(seconds, 1), **told)

    def _do(self, org: OpenOrg, job: Job) -> tuple[str, dict[str, Any]]:
        return {Job.SYNC: self._sync, Job.ALERTS: self._alerts, Job.NIGHT: self._night, Job.RECONCILE: self._reconcile}[
            job
        ](org)

    def _sync(self, org: OpenOrg) -> tuple[str, dict[str, Any]]:
        from connector import run

        if self._fresh(org):
            return "passed over", {"why": "another process has just done it"}
        done = run.sync(org, progress=self._reading)
        if not org.config.schedule.alerts:
            self._watch(org)
        return "done", {"rows": sum(done.read.values()), "calls": done.api_calls}

    def _watch(self, org: OpenOrg) -> None:
        """Where the pass that tells alerts is off, somebody still has to say that nights no longer end well."""
        from connector.slapass import overdue, sla_pass

        if overdue(org, self._since[org.name]) is not None:
            sla_pass(org, nights_since=self._since[org.name])

    def _reading(self, what: str, done: int, total: int | None) -> None:
        """Between two pages. Raises Paused if somebody asks us to end: the next sync begins that table anew."""
        if why := self._asked():
            raise Paused(why)

    def _reconcile(self, org: OpenOrg) -> tuple[str, dict[str, Any]]:
        from connector import run
        from connector.retention import clear
        from connector.sync import How

        done = run.sync(org, How.RECONCILE, self._reading)
        cleared = asdict(clear(org))
        return "done", {"rows": sum(done.read.values()), "calls": done.api_calls, "cleared": cleared}

    def _alerts(self, org: OpenOrg) -> tuple[str, dict[str, Any]]:
        from connector.slapass import sla_pass

        try:
            done = sla_pass(org, nights_since=self._since[org.name])
        except NotFound as error:
            return "passed over", {"why": error.what}
        for one in done.raised:
            self._metrics.raised(org.name, one.alert.promise, one.alert.level)
        for channel, count in done.sent.items():
            self._metrics.sent(org.name, channel, count)
        for problem in done.problems:
            structlog.get_logger().warning("an alert could not be told", why=problem)
        self._metrics.promises(org.name, org.reading.counts.promises(org.now()))
        return "done", {"raised": len(done.raised), "sent": sum(done.sent.values())}

    def _night(self, org: OpenOrg) -> tuple[str, dict[str, Any]]:
        from connector.night import night

        before = _latest(org)
        try:
            done = self._patiently(org, night)
        finally:
            self._measure_night(org, before)
        return done.outcome or "failed", {"why": done.why, "plan": done.plan, "waiting": done.waiting}

    def _patiently(self, org: OpenOrg, night: Callable[..., Night]) -> Night:
        due = _due(org)
        for _ in range(PATIENCE):
            try:
                return night(org, due=due, asked=self._asked, wait=self._wait)
            except LeaseHeld:
                self._wait(60)
        return night(org, due=due, asked=self._asked, wait=self._wait)

    def _measure_night(self, org: OpenOrg, before: int) -> None:
        """What tonight's pass came to, however it ended; nothing if there was none."""
        last = next(iter(org.ledger.nights.latest()), None)
        if last is None or last.number <= before or last.ended is None:
            return
        self._metrics.planned(org.name, last.told.get("changes", {}))
        self._metrics.outcomes(org.name, last.told.get("outcomes", {}))

    def _fresh(self, org: OpenOrg) -> bool:
        """Whether somebody else has synced within half of our span."""
        if not org.config.schedule.sync or not org.has_mirror:
            return False
        synced = org.reading.notes.synced_at()
        return synced is not None and org.now() - synced < every(org.config.schedule.sync) / 2

    def _measure(self, org: OpenOrg) -> None:
        """What stands in the stores, whoever brought it there: right after a restart, too."""
        if (good := org.ledger.nights.last_good()) is not None:
            self._metrics.succeeded(org.name, Job.NIGHT.value, good)
        found = next((night.told for night in org.ledger.nights.latest(5) if "changes" in night.told), None)
        if found is not None:
            self._metrics.found(org.name, found["people"], found["findings"], found["waiting_changes"])
        if "adapter" in vars(org):
            self._metrics.budget(org.name, org.adapter.budget())
        if org.has_mirror and (synced := org.reading.notes.synced_at()) is not None:
            self._metrics.lag(org.name, (org.now() - synced).total_seconds())


def _latest(org: OpenOrg) -> int:
    """The number of the last night; 0 if there was none."""
    return next((one.number for one in org.ledger.nights.latest()), 0)


def _due(org: OpenOrg) -> datetime:
    """The night's time by the schedule: the same for every process that begins it."""
    zone = ZoneInfo(org.reading.org_facts().timezone if org.has_mirror else "UTC")
    now = org.now().astimezone(zone)
    hour, minute = (int(part) for part in org.config.schedule.night.split(":"))
    today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (today if today <= now + EARLY else today - timedelta(days=1)).astimezone(UTC)
