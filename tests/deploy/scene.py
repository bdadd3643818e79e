"""A CRM whose night is due, the folder of an installation for it, and what an unbroken night leaves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connector.config import read
from connector.night import night
from connector.openorg import OpenOrg
from connector.sandbox.faults import Fault, Faults
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.sample import fill
from tests.acceptance.nights import POLICY, RULES
from tests.acceptance.site import Site, site
from tests.deploy.clock import RunningClock
from tests.kill.crms import CRMS

SLOWLY = 3.0
"""Seconds that each writing request takes, so that there is a middle to be met in."""
SOON = timedelta(seconds=120)
"""Until the night is due: time enough for a slow host to start."""


class Scene:
    """`folder` holds connector.toml and what it names; `whole` is what an unbroken night leaves in the CRM."""

    def __init__(self, at: Site, clock: RunningClock, whole: dict[str, Any]) -> None:
        self.at, self.clock, self.whole = at, clock, whole
        self.folder = at.folder
        self._keys: dict[str, Any] = {}
        self._serve = ""
        self._before = self._changes()

    def installed(self, *, host: str, port: int, **keys: Any) -> None:
        """Where the daemon listens, and further keys of the org, in every configuration from now on."""
        self._serve, self._keys = f'\n[serve]\nhost = "{host}"\nport = {port}\n', keys

    def configure(self, *, sync: str = "1h", night: str = "") -> None:
        """Writes connector.toml anew."""
        self.at.configure(policy=POLICY, bulk_above=100_000, **self._keys)
        schedule = f'sync = "{sync}"\nalerts = ""\nnight = "{night}"\nreconcile = ""\njitter = 0\n'
        text = self.at.connector.config.read_text()
        self.at.connector.config.write_text(f"{text}\n[org.schedule]\n{schedule}{self._serve}")

    def soon(self) -> str:
        """A time of day in the org's own zone, one to two minutes from now."""
        zone = ZoneInfo(
            str(self.at.org.storage.reader().execute("SELECT TimeZoneSidKey FROM Organization").fetchone()[0])
        )
        return f"{(datetime.now(zone) + SOON):%H:%M}"

    @property
    def written(self) -> int:
        """How many changes of status or owner the CRM has seen since it is served."""
        return self._changes() - self._before

    def left(self) -> dict[str, Any]:
        """Rows and history of the CRM, without stamps of time."""
        return CRMS["salesforce"].left(self.at.org)

    def _changes(self) -> int:
        return sum(self.at.tally().values())


@contextmanager
def scene(folder: Path, people: int) -> Iterator[Scene]:
    """The sample org, served slowly, and an installation that has read it and applied each rule of the night once."""
    snapshot = folder / "org.db"
    with RunningClock(folder / "clock") as clock:
        org = Org()
        fill(org, people)
        org.snapshot(snapshot)
        org.close()
        whole = _unbroken(_made(folder / "unbroken"), snapshot)
        slow = Faults([Fault(method="PATCH", latency=SLOWLY, times=0)])
        with site(_made(folder / "installation"), snapshot, faults=slow, policy=POLICY) as at:
            _attended(at)
            clock.forward(timedelta(hours=1))  # the daemon passes over what was synced just now
            at.folder.chmod(0o777)
            yield Scene(at, clock, whole)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _attended(at: Site) -> None:
    """The first sync, and somebody who has applied each of the night's rules."""
    at.connector.ask("sync")
    config = read(at.connector.config)
    with OpenOrg(config, config.choose(None)) as org, org.lease() as lease:
        org.ledger.approvals.attend(set(RULES), "00000000", lease)


def _unbroken(folder: Path, snapshot: Path) -> dict[str, Any]:
    with site(folder, snapshot, policy=POLICY, bulk_above=100_000) as at:
        _attended(at)
        config = read(at.connector.config)
        with OpenOrg(config, config.choose(None)) as org:
            done = night(org, wait=lambda seconds: None)
        assert done.outcome == "done", done
        left = CRMS["salesforce"].left(at.org)
    shutil.rmtree(folder)
    return left
