"""One job of one org: opened anew each time, so that nothing is carried over; whatever it raises ends here.

Two processes may have the same job due: each looks, under the lease, whether it was done already.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Set
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

import structlog
from msgspec.structs import asdict

from connector.daemon.calendar import LATE, Job, at_or_before
from connector.daemon.metrics import Metrics
from connector.daemon.missed import digest_to_send, to_begin
from connector.daemon.stuck import Stuck
from connector.daemon.warned import Warned
from connector.errors import Abort, ConnectorError, LeaseHeld, LeaseLost, NotFound, Paused, StoreFailed
from connector.openorg import InForce, OpenOrg
from connector.scheduleconfig import every
from connector.store.ledger import Night, NightEnd

if TYPE_CHECKING:
    from connector.apply import Wait
    from connector.config import Config
    from connector.night import Ask
    from connector.slapass import Passed


PATIENCE: Final = int(LATE.total_seconds()) // 60
"""How often a night tries again, a minute apart, while another command is at work on the org."""
EARLY: Final = timedelta(minutes=10)
"""By how much a night may seem to begin before its time: the clock may have been put back a little meanwhile."""


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
        self._listed: dict[tuple[str, str], datetime] = {}
        """(org, hour) → since when it has had nights at that hour on its list."""
        self._nights: set[str] = set()
        """Orgs whose night this process is at, or waits to begin."""
        self._warned = Warned()
        self._stuck = Stuck()

    def make_up(self, config: Config, org: str, in_force: InForce, zone: ZoneInfo, job: Job = Job.NIGHT) -> None:
        """The org's night, if it did not take place at its time or was broken off; or its digest, if it is to be sent
        yet. Else nothing is said or counted.
        """
        if job is Job.NIGHT and org in self._nights:
            return
        log = structlog.get_logger()
        try:
            with OpenOrg(config, config.choose(org), in_force) as opened:
                listed = self._listed.setdefault((org, opened.config.schedule.night), opened.now())
                why = digest_to_send(opened, zone) if job is Job.DIGEST else to_begin(opened, zone, listed)
        except ConnectorError as error:
            log.warning(f"whether the {job.value} took place is not known; it is asked again", org=org, why=error.what)
            return
        if why and not self._asked():
            log.info(f"the {job.value} is begun out of its turn", org=org, why=why)
            self.work(config, org, job, in_force, zone)

    def keep(self, jobs: Set[tuple[str, Job]]) -> None:
        """Forgets what failed, and what was measured, of all others: nobody works on them any more."""
        orgs = {org for org, _ in jobs}
        for job in set(self.failing) - jobs:
            self.failing.pop(job, None)
        for gone in set(self._since) - orgs:
            self._since.pop(gone, None)
        self._warned.keep(orgs)
        self._metrics.keep(orgs)

    def work(
        self, config: Config, org: str, job: Job, in_force: InForce | None = None, zone: ZoneInfo | None = None
    ) -> None:
        """One job, from begin to end. Never raises: a failure is logged, counted, and shown by /readyz.

        `zone`: where the org is, as the schedule has it; None: as its mirror has it.
        """
        with structlog.contextvars.bound_contextvars(org=org, job=job.value, run=uuid.uuid4().hex[:8]):
            log, begun = structlog.get_logger(), time.monotonic()
            result, at = "failed", None
            told: dict[str, Any] = {}
            try:
                with OpenOrg(config, config.choose(org), in_force) as opened:
                    at = opened.now()
                    self._since.setdefault(org, at)
                    try:
                        result, told = self._do(opened, job, zone)
                    finally:
                        with suppress(StoreFailed):  # how the job ended matters more
                            self._measure(opened)
                self._note(org, job, told["why"] if result == "failed" else "")
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
            self._metrics.ended(org, job.value, result, seconds, at)
            if result != "failed":
                log.info(result, seconds=round(seconds, 1), **told)

    def _note(self, org: str, job: Job, why: str) -> None:
        """Keeps why a job that came to its end failed all the same, "" if it did not; logged when that begins."""
        if not why:
            self.failing.pop((org, job), None)
            return
        if (org, job) not in self.failing:
            structlog.get_logger().error("failed", what=why)
        self.failing[org, job] = why

    def _do(self, org: OpenOrg, job: Job, zone: ZoneInfo | None) -> tuple[str, dict[str, Any]]:
        if job is Job.NIGHT:
            return self._night(org, zone)
        if job is Job.DIGEST:
            return self._digest(org, zone)
        return {Job.SYNC: self._sync, Job.ALERTS: self._alerts, Job.RECONCILE: self._reconcile}[job](org)

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
            self._count(org.name, sla_pass(org, nights_since=self._since[org.name]))

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
        self._count(org.name, done)
        for problem in self._warned.news(org.name, done.problems, done.sent, org.now()):
            structlog.get_logger().warning("an alert could not be told", why=problem)
        self._metrics.promises(org.name, org.reading.counts.promises(org.now()))
        if why := self._stuck.why(org, done.problems):
            return "failed", {"why": f"alerts get nowhere: {why}"}
        return "done", {"raised": len(done.raised), "sent": sum(done.sent.values())}

    def _count(self, org: str, done: Passed) -> None:
        """Alerts that were raised and told, in whichever job."""
        for one in done.raised:
            self._metrics.raised(org, one.alert.promise, one.alert.level)
        for channel, count in done.sent.items():
            self._metrics.sent(org, channel, count)

    def _digest(self, org: OpenOrg, zone: ZoneInfo | None) -> tuple[str, dict[str, Any]]:
        from connector.morning import due_now, local_day, send

        zone = zone or ZoneInfo(org.reading.org_facts().timezone)
        due = at_or_before(org.now(), org.config.schedule.digest, zone)
        if not due_now(org, due, zone):
            return "passed over", {"why": "it is sent, the morning is over, or nobody is to have it"}
        done = send(org, local_day(due, zone))
        if done.is_to_be_tried_again:
            what = f"the digest of the morning was not sent to all: {'; '.join(done.problems)}"
            raise Abort(what, next="it is tried again until four hours after its time")
        for problem in done.problems:
            structlog.get_logger().warning("the digest of the morning", why=problem)
        return "done", {"sent": list(done.sent)}

    def _night(self, org: OpenOrg, zone: ZoneInfo | None) -> tuple[str, dict[str, Any]]:
        before = last.number if (last := _last(org)) is not None else 0
        self._nights.add(org.name)
        try:
            done = self._patiently(org, _due(org, zone))
        except LeaseHeld as error:
            if (last := _last(org)) is None or last.number == before or last.outcome is not NightEnd.MISSED:
                raise  # another process is at it
            raise Abort(f"the night did not take place: {error.what}", next=error.next) from error
        finally:
            self._nights.discard(org.name)
            self._measure_night(org, before)
        return done.outcome or "failed", {"why": done.why, "plan": done.plan, "waiting": done.waiting}

    def _patiently(self, org: OpenOrg, due: datetime) -> Night:
        from connector.night import night

        heard = partial(self._count, org.name)
        for _ in range(PATIENCE):
            try:
                return night(org, due=due, asked=self._asked, wait=self._wait, heard=heard)
            except LeaseHeld:
                self._wait(60)
        return night(org, due=due, asked=self._asked, wait=self._wait, heard=heard, last_try=True)

    def _measure_night(self, org: OpenOrg, before: int) -> None:
        """What tonight's pass came to, however it ended; nothing if there was none."""
        last = _last(org)
        if last is None or last.number <= before or last.ended is None:
            return
        self._metrics.planned(org.name, last.told.get("changes", {}))
        self._metrics.outcomes(org.name, last.told.get("outcomes", {}))

    def _fresh(self, org: OpenOrg) -> bool:
        """Whether somebody else has synced within half of our span; in the future nobody has."""
        if not org.config.schedule.sync or not org.has_mirror:
            return False
        synced = org.reading.notes.synced_at()
        span = every(org.config.schedule.sync) / 2
        return synced is not None and timedelta() <= org.now() - synced < span

    def _measure(self, org: OpenOrg) -> None:
        """What stands in the stores, whoever brought it there: right after a restart, too."""
        from connector.alerts.refused import untold

        self._metrics.untold(org.name, untold(org.ledger.deliveries, org.now()))
        if (good := org.ledger.nights.last_good()) is not None:
            self._metrics.succeeded(org.name, Job.NIGHT.value, good)
        found = next((night.told for night in org.ledger.nights.latest(5) if "changes" in night.told), None)
        if found is not None:
            self._metrics.found(org.name, found["people"], found["findings"], found["waiting_changes"])
        if "adapter" in vars(org):
            self._metrics.budget(org.name, org.adapter.budget())
        if org.has_mirror and (synced := org.reading.notes.synced_at()) is not None:
            self._metrics.lag(org.name, (org.now() - synced).total_seconds())


def _last(org: OpenOrg) -> Night | None:
    return next(iter(org.ledger.nights.latest()), None)


def _due(org: OpenOrg, zone: ZoneInfo | None) -> datetime:
    """The night's time by the schedule: the same for every process that begins it."""
    if zone is None:
        zone = ZoneInfo(org.reading.org_facts().timezone if org.has_mirror else "UTC")
    return at_or_before(org.now() + EARLY, org.config.schedule.night, zone)
