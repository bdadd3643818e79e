"""Nights that are killed, stopped or raced: the sample org again and again, behind a proxy, and what is left of it."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from connector.config import read
from connector.openorg import OpenOrg
from connector.store.ledger import Ledger, NightEnd, State, Told
from tests.acceptance.conftest import Sample
from tests.acceptance.site import CLEANUP, Site, site
from tests.alerts.receivers import Hook
from tests.database import database
from tests.kill.crms import CRMS
from tests.kill.killed_night import Job
from tests.kill.proxy import Blow, Proxy

RULES = ("normalise", "disposition", "recycled", "raw")
POLICY = f"""{CLEANUP}
[night]
window = ""
rules = {list(RULES)}

[limits]
rule = 5000
rule_share = 1.0
run = 5000
run_share = 1.0
"""
CHAT = '\n[[org.alerts.chat]]\nname = "ops"\nurl = "file:chat"\n'
NEWS = "the unattended run of "


class Moment(NamedTuple):
    """When a process dies: at a request, or right after a commit to the ledger."""

    request: int = 0
    blow: Blow = Blow.UNSERVED
    commit: int | None = None


def moments(seed: int, count: int, requests: list[tuple[str, str]], commits: int) -> Iterator[Moment]:
    """Random ones, half of each kind; the same for the same seed."""
    dice = random.Random(seed)
    for number in range(count):
        if number % 2:
            yield Moment(commit=dice.randint(1, commits))
            continue
        at = dice.randint(1, len(requests))
        blows = [blow for blow in Blow if requests[at - 1][0] != "GET" or blow is not Blow.HALF_SENT]
        yield Moment(at, dice.choice(blows))


class Stage:
    """One performance. `proxies`: what the first and the second process see of the CRM."""

    def __init__(self, at: Site, one: Proxy, two: Proxy, chat: Hook) -> None:
        self.at, self.one, self.two, self.chat = at, one, two, chat
        self.clock = at.folder / "clock"
        self.time = datetime.now(UTC)
        self.forward(0)

    def forward(self, seconds: float) -> None:
        """The clock of all processes goes on."""
        self.time += timedelta(seconds=seconds)
        self.clock.write_text(self.time.isoformat())

    def job(self, config: str = "connector.toml", **how: Any) -> Job:
        """What a child is to do."""
        folder = self.at.folder / Path(config).stem
        folder.mkdir(exist_ok=True)
        shutil.copy(self.at.folder / config, folder / "connector.toml")
        for name in ("crm.token", "policy.toml", "chat", "database"):
            if (self.at.folder / name).exists():
                shutil.copy(self.at.folder / name, folder / name)
        return Job(folder=str(folder), clock=str(self.clock), **how)

    def opened(self) -> OpenOrg:
        """The org as a new process opens it."""
        config = read(self.at.connector.config)
        return OpenOrg(config, config.choose(None))

    def left(self) -> dict[str, Any]:
        """Rows and history of the CRM, and what the ledger says of people; fails if anything is not at its end."""
        with self.opened() as org:
            ledger = org.ledger
            assert ledger.plans.unfinished() == []
            query = "SELECT holder FROM lease WHERE org = :org AND holder <> ''"
            assert ledger._database.rows(query) == [], "an orphaned lease"
            assert ledger.nights.latest()[0].outcome is NightEnd.DONE
            self._told_once(ledger)
            return {"crm": CRMS["salesforce"].left(self.at.org), "written": _written(ledger)}

    def _told_once(self, ledger: Ledger) -> None:
        raised = [one for one in ledger.alerts.latest(1_000) if one.alert.promise == "night"]
        states = Counter(one.state for all in ledger.deliveries.of([r.number for r in raised]).values() for one in all)
        came = sum(str(message).count(NEWS) for message in self.chat.messages)
        assert states[Told.SENT] <= came <= states[Told.SENT] + states[Told.UNKNOWN], (states, self.chat.messages)
        assert set(states) <= {Told.SENT, Told.UNKNOWN}


def _written(ledger: Ledger) -> Counter[tuple[str, ...]]:
    """Every change that a plan of the ledger made, with its rule, and how often."""
    found: Counter[tuple[str, ...]] = Counter()
    for plan in ledger.plans.latest(1_000):
        for entry in ledger.changes.each(plan.number):
            assert entry.state is not State.INTENDED
            if entry.state is State.APPLIED:
                one = entry.change
                found[one.ref.object, one.ref.id, one.field, str(one.before), str(one.after), one.rule] += 1
    return found


@contextmanager
def stage(folder: Path, sample: Sample, chat: Hook, *, postgres: bool) -> Iterator[Stage]:
    """The sample org and an installation whose rules were each applied once; the ledger is where it is wanted."""
    chat.messages.clear()
    more = {"database": "file:database"} if postgres else {}
    if postgres:
        (folder / "database").write_text(database())
    with site(folder, sample.snapshot, policy=POLICY, **more) as at, Proxy(at.box.url) as one, Proxy(at.box.url) as two:
        (folder / "chat").write_text(chat.url)
        for name, proxy in (("two.toml", two), ("connector.toml", one)):
            at.configure(policy=POLICY, url=proxy.url, state=folder / "state", **more)
            with at.connector.config.open("a") as file:
                file.write(CHAT)
            if name != at.connector.config.name:
                shutil.copy(at.connector.config, folder / name)
        if not postgres:
            at.with_state(sample.state)
        made = Stage(at, one, two, chat)
        with made.opened() as org, org.lease() as lease:
            org.ledger.approvals.attend(set(RULES), "00000000", lease)
        yield made
