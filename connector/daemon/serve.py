"""The process: it begins the jobs when they are due, reads its configuration again on SIGHUP, and ends on SIGTERM.

SIGTERM, SIGINT   no job begins any more; a night ends its batch and settles it, a sync stops reading; then the process
                  ends, with whatever is still at work after `grace_seconds` cut off
SIGHUP            connector.toml, policies and mappings are read again, and not before; where there is a mistake all of
                  that is refused and logged, and the old ones stay in force
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NoReturn
from zoneinfo import ZoneInfo

import structlog

from connector import __version__
from connector.config import Config, read
from connector.daemon import log
from connector.daemon.calendar import Job, due
from connector.daemon.jobs import Worker
from connector.daemon.metrics import Metrics
from connector.daemon.web import Web
from connector.errors import ConnectorError, Paused
from connector.openorg import InForce, OpenOrg
from connector.wallclock import sleep

if TYPE_CHECKING:
    from collections.abc import Callable

    from apscheduler.schedulers.background import BackgroundScheduler


class Daemon:
    """All orgs of one configuration file. `told` hears where it listens, once it does."""

    def __init__(self, path: Path, *, told: Callable[[str], None] = lambda address: None) -> None:
        self._path = path
        self._told = told
        self._config = read(path)
        self._in_force = _in_force(self._config)
        self._stop = threading.Event()
        self._reload = threading.Event()
        self._moved = threading.Event()
        self._wake = threading.Event()
        self._zones: dict[str, ZoneInfo] = {}
        self._metrics = Metrics()
        self._worker = Worker(self._metrics, self._asked, self._wait)
        self._scheduler = _scheduler(len(self._config.org))

    def run(self) -> None:
        """Until somebody asks it to end. Raises ConfigError if it cannot begin."""
        log.configure(self._config.serve.log)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_reload)
        serve, logger = self._config.serve, structlog.get_logger()
        with Web(serve.host, serve.port, self._metrics, self._alive, self._failing) as web:
            self._plan()
            self._scheduler.start()
            self._metrics.up(True)
            logger.info("begun", version=__version__, address=web.address, orgs=[one.name for one in self._config.org])
            self._told(web.address)
            while not self._stop.is_set():
                self._wake.wait()
                self._wake.clear()
                if self._reload.is_set():
                    self._reload.clear()
                    self._read_again()
                if self._moved.is_set():
                    self._moved.clear()
                    self._plan(first=False)
            self._metrics.up(False)
            logger.info("ending: no job begins any more; those at work end their batch")
            if not self._end(serve.grace_seconds):
                _cut_off()
            logger.info("ended")

    def _plan(self, *, first: bool = True) -> None:
        """Puts every org's jobs on the scheduler in place of those that are there; `first`: and syncs at once."""
        self._scheduler.remove_all_jobs()
        for org in self._config.org:
            zone = self._zones[org.name] = self._zone(org.name)
            for one in due(org.schedule, zone):
                self._scheduler.add_job(
                    self._work,
                    one.trigger,
                    args=(self._config, org.name, one.job),
                    id=f"{org.name}/{one.job}",
                    misfire_grace_time=one.late,
                    coalesce=True,
                    max_instances=1,
                )
            if (
                first and org.schedule.sync
            ):  # the first one at once, so that a new installation is not idle for its first span
                now = (self._config, org.name, Job.SYNC)
                self._scheduler.add_job(self._work, args=now, id=f"{org.name}/first")

    def _work(self, config: Config, org: str, job: Job) -> None:
        """A job; if it brought the org's time zone, which nobody knew before the first sync, the times of day move."""
        self._worker.work(config, org, job, self._in_force.get(org))
        if job is not Job.ALERTS and self._zone(org) != self._zones.get(org):
            self._moved.set()
            self._wake.set()

    def _zone(self, name: str) -> ZoneInfo:
        """The org's own time zone, as the mirror knows it; UTC before the first sync."""
        try:
            with OpenOrg(self._config, self._config.choose(name), self._in_force.get(name)) as org:
                if org.has_mirror:
                    return ZoneInfo(org.reading.org_facts().timezone)
        except ConnectorError as error:
            structlog.get_logger().warning("the org's time zone is not known; UTC is used", org=name, why=error.what)
        return ZoneInfo("UTC")

    def _read_again(self) -> None:
        try:
            fresh = read(self._path)
            in_force = _in_force(fresh)
        except ConnectorError as error:
            structlog.get_logger().error(
                "the new configuration is refused; the old one stays in force",
                what=error.what, where=error.where, next=error.next,
            )  # fmt: skip
            return
        self._config, self._in_force = fresh, in_force
        self._plan()
        structlog.get_logger().info("configuration read again", orgs=[one.name for one in self._config.org])

    def _asked(self) -> str:
        return "the process was asked to end" if self._stop.is_set() else ""

    def _wait(self, seconds: float) -> None:
        """Waits, and raises Paused as soon as somebody asks us to end."""
        sleep(seconds, self._pause)

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Paused("the process was asked to end; the next night goes on")

    def _alive(self) -> bool:
        return bool(self._scheduler.running)

    def _failing(self) -> dict[str, str]:
        return {f"{org}/{job}": why for (org, job), why in self._worker.failing.items()}

    def _end(self, grace: int) -> bool:
        """Waits for the jobs at work, for so many seconds at most; whether all have ended."""
        ending = threading.Thread(target=self._scheduler.shutdown, name="ending", daemon=True)
        ending.start()
        ending.join(grace)
        if ending.is_alive():
            text = "a job did not end in time and is cut off; the next one, or connector resume, settles what it left"
            structlog.get_logger().error(text, seconds=grace)
        return not ending.is_alive()

    def _on_stop(self, number: int, frame: FrameType | None) -> None:
        self._stop.set()
        self._wake.set()

    def _on_reload(self, number: int, frame: FrameType | None) -> None:
        self._reload.set()
        self._wake.set()


def _cut_off() -> NoReturn:
    """Ends the process at once, with exit code 1. An ordinary end would wait for the threads of the jobs for ever."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _in_force(config: Config) -> dict[str, InForce]:
    """Policy and mapping of each org, as they are used until somebody asks to read them again.

    Raises whatever makes a policy, a rule or a mapping unusable.
    """
    found = {}
    for one in config.org:
        with OpenOrg(config, one) as org:
            _ = org.rules, org.mapping
            found[one.name] = org.in_force()
    return found


def _scheduler(orgs: int) -> BackgroundScheduler:
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    settings: dict[str, Any] = {"executors": {"default": ThreadPoolExecutor(max(4, 2 * orgs))}, "timezone": "UTC"}
    return BackgroundScheduler(**settings)
