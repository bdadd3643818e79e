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
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn
from zoneinfo import ZoneInfo

import structlog

from connector import __version__
from connector.config import Config, read
from connector.daemon import log
from connector.daemon.agenda import Agenda
from connector.daemon.calendar import Job
from connector.daemon.jobs import Worker
from connector.daemon.metrics import Metrics
from connector.daemon.wake import Wake
from connector.daemon.web import Web
from connector.errors import ConnectorError, NotFound, Paused
from connector.openorg import InForce, OpenOrg
from connector.wallclock import sleep

if TYPE_CHECKING:
    from collections.abc import Callable

TICK: Final = 1.0
"""Seconds between two looks of the main thread at what has happened."""
SET_BACK: Final = 30.0
"""By how many seconds the clock has to be put back for all times to be reckoned anew."""


class _Held(NamedTuple):
    """What is in force: the configuration, and each org's policy and mapping as they were read with it."""

    config: Config
    in_force: dict[str, InForce]

    @property
    def jobs(self) -> set[tuple[str, Job]]:
        """All that are on."""
        return {(org.name, job) for org in self.config.org for job in Job if getattr(org.schedule, job)}


class Daemon:
    """All orgs of one configuration file. `told` hears where it listens, once it does."""

    def __init__(self, path: Path, *, told: Callable[[str], None] = lambda address: None) -> None:
        self._path = path
        self._told = told
        self._held = _read(path)
        self._zones: dict[str, ZoneInfo] = {}
        self._stop = threading.Event()
        self._reload = False
        self._moved = False
        self._wake = Wake({
            signal.SIGTERM: self._stop.set, signal.SIGINT: self._stop.set, signal.SIGHUP: self._on_reload,
        })  # fmt: skip
        self._metrics = Metrics()
        self._worker = Worker(self._metrics, self._asked, self._wait)
        self._agenda = Agenda(self._work, self._look)
        self._ahead = _ahead()

    def run(self) -> None:
        """Until somebody asks it to end. Raises ConfigError if it cannot begin."""
        serve, logger = self._held.config.serve, structlog.get_logger()
        log.configure(serve.log)
        with self._wake, Web(serve.host, serve.port, self._metrics, self._alive, self._failing) as web:
            self._plan()
            self._agenda.start()
            self._metrics.up(True)
            logger.info("begun", version=__version__, address=web.address, orgs=self._names())
            self._told(web.address)
            while not self._stop.is_set():
                self._wake.wait(TICK)
                self._look_around()
            self._metrics.up(False)
            logger.info("ending: no job begins any more; those at work end their batch")
            if not self._end(serve.grace_seconds):
                _cut_off()
            logger.info("ended")

    def _look_around(self) -> None:
        """What has happened since the last look: we are to read again, an org has moved, the clock was set."""
        if self._reload:
            self._reload = False
            self._read_again()
        if self._moved:
            self._moved = False
            self._plan(first=False)
        ahead, self._ahead = self._ahead, _ahead()
        if self._ahead < ahead - SET_BACK:
            structlog.get_logger().warning("the clock was put back", seconds=round(ahead - self._ahead))
            self._agenda.renew()
            self._plan(first=False, anew=True)

    def _plan(self, *, first: bool = True, anew: bool = False) -> None:
        """Puts every org's jobs on the list; `first`: and syncs at once, so that none is idle for its first span."""
        for org in self._held.config.org:
            if (zone := self._zone(org.name)) is not None:
                self._zones[org.name] = zone
            self._agenda.put(org, self._zones.get(org.name), anew=anew)
            if first and (org.schedule.sync or org.name not in self._zones):
                self._agenda.at_once(org.name, Job.SYNC)

    def _work(self, org: str, job: Job) -> None:
        """A job; if it brought the org's time zone, which nobody knew before the first sync, the times of day move."""
        held = self._held
        if org not in held.in_force:
            return  # it was taken out while the job waited for a thread
        self._worker.work(held.config, org, job, held.in_force[org], self._zones.get(org))
        if org not in self._held.in_force:
            self._worker.keep(self._held.jobs)
        elif job is not Job.ALERTS and self._zone(org) not in (None, self._zones.get(org)):
            self._moved = True
            self._wake.up()

    def _look(self, org: str, job: Job) -> None:
        """Whether the org's night took place, or its digest."""
        held, zone = self._held, self._zones.get(org)
        if org in held.in_force and zone is not None:
            self._worker.make_up(held.config, org, held.in_force[org], zone, job)

    def _zone(self, name: str) -> ZoneInfo | None:
        """The org's own time zone, as the mirror knows it; None: there is none yet, or it cannot be read now."""
        try:
            with OpenOrg(self._held.config, self._held.config.choose(name), self._held.in_force[name]) as org:
                return None if org.reading.is_empty() else ZoneInfo(org.reading.org_facts().timezone)
        except NotFound:
            return None
        except ConnectorError as error:
            known = self._zones.get(name)
            told = "the org's time zone cannot be read now"
            structlog.get_logger().warning(told, org=name, why=error.what, used=known and known.key)
            return None

    def _read_again(self) -> None:
        before = self._held.config
        try:
            self._held = _read(self._path)
        except ConnectorError as error:
            structlog.get_logger().error(
                "the new configuration is refused; the old one stays in force",
                what=error.what, where=error.where, next=error.next,
            )  # fmt: skip
            return
        self._agenda.keep(set(self._names()))
        self._worker.keep(self._held.jobs)
        self._plan()
        structlog.get_logger().info("configuration read again", orgs=self._names())
        if self._held.config.serve != before.serve:
            structlog.get_logger().warning("[serve] has changed: that takes a restart, and stays as it was until then")

    def _names(self) -> list[str]:
        return [one.name for one in self._held.config.org]

    def _asked(self) -> str:
        return "the process was asked to end" if self._stop.is_set() else ""

    def _wait(self, seconds: float) -> None:
        """Waits, and raises Paused as soon as somebody asks us to end."""
        sleep(seconds, self._pause)

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Paused("the process was asked to end; the next night goes on")

    def _alive(self) -> bool:
        return self._stop.is_set() or self._agenda.is_alive()

    def _failing(self) -> dict[str, str]:
        return {f"{org}/{job}": why for (org, job), why in dict(self._worker.failing).items()}

    def _end(self, grace: int) -> bool:
        """Waits for the jobs at work, for so many seconds at most; whether all have ended."""
        ending = threading.Thread(target=self._agenda.stop, name="ending", daemon=True)
        ending.start()
        ending.join(grace)
        if ending.is_alive():
            text = "a job did not end in time and is cut off; the next one, or connector resume, settles what it left"
            structlog.get_logger().error(text, seconds=grace)
        return not ending.is_alive()

    def _on_reload(self) -> None:
        self._reload = True


def _cut_off() -> NoReturn:
    """Ends the process at once, with exit code 1. An ordinary end would wait for the threads of the jobs for ever."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _read(path: Path) -> _Held:
    """The configuration with each org's policy and mapping, which stay in force until somebody asks to read them again.

    Raises whatever makes a configuration, a policy, a rule or a mapping unusable.
    """
    config, found = read(path), {}
    for one in config.org:
        with OpenOrg(config, one) as org:
            _ = org.rules, org.mapping
            found[one.name] = org.in_force()
    return _Held(config, found)


def _ahead() -> float:
    """By how many seconds the clock on the wall is ahead of the one that nobody can set."""
    return time.time() - time.monotonic()
