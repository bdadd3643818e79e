"""Applies or resumes a plan in a process that may be killed at any moment: the entry point of the kill tests.

`python -m tests.kill.killed_apply` is a fork server (see `forking`). The child may kill itself right after its commit
number `die_after` to the ledger; that is all that the product does not do.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

# What a child needs is imported here, once.
import connector.adapters.dynamics.adapter
import connector.adapters.dynamics.login
import connector.adapters.salesforce.adapter
import connector.adapters.salesforce.login
import connector.adapters.web.transport
from connector.adapters import dynamics, salesforce
from connector.apply import Applied, Tools, apply, resume
from connector.config import OrgConfig
from connector.errors import ConnectorError
from connector.mapping import load
from connector.policy.model import Limits
from connector.store.ledger import Ledger
from connector.store.ledger.database import Database
from connector.wallclock import clock
from tests.kill.forking import leave, serve

assert connector.adapters.salesforce.adapter
CONNECT = {"salesforce": salesforce.connect, "dynamics": dynamics.connect}
MAPPINGS = {crm: load(crm) for crm in CONNECT}


class Job(msgspec.Struct, kw_only=True):
    """What a child does. `bulk_above`: as in connector.toml. `room`: bytes that a file may have, as on a full disk."""

    crm: str
    folder: str
    url: str
    token: str
    plan: str
    bulk_above: int = 2_000
    die_after: int | None = None
    room: int | None = None
    clock: str | None = None


class Ended(msgspec.Struct, kw_only=True):
    """How a child ended by itself."""

    applied: Applied | None = None
    commits: int = 0
    error: str = ""
    kind: str = ""


def work(job: Job, counted: list[int]) -> Applied:
    """One apply, or what is left of it."""
    if job.clock:
        os.environ["CONNECTOR_CLOCK"] = job.clock
    token = Path(job.folder) / "token"
    token.write_text(job.token)
    org = OrgConfig.model_validate(
        {
            "name": "acme",
            "crm": job.crm,
            "url": job.url,
            "login": "token",
            "token": f"file:{token}",
            "base": Path(job.folder),
            **({"bulk_above": job.bulk_above} if job.crm == "salesforce" else {}),
        }
    )
    adapter = CONNECT[job.crm](org, MAPPINGS[job.crm], lambda: datetime.now(UTC), sleep=breathe)
    ledger = Ledger.open(Path(job.folder) / "ledger.db", "acme", clock(loopback=True))
    limits = Limits(floor=100_000)
    with dying(job.die_after, counted), ledger, ledger.lease("connector apply") as lease:
        tools = Tools(adapter=adapter, ledger=ledger, lease=lease, limits=limits, wait=lambda seconds: None)
        if ledger.plans.find(job.plan).started_at is None:
            return apply(job.plan, tools, by="ann", attended=True)
        return resume(job.plan, tools, attended=True)


def breathe(seconds: float) -> None:
    """Waits, but never long."""
    time.sleep(min(seconds, 0.01))


@contextmanager
def dying(after: int | None, counted: list[int]) -> Iterator[None]:
    """Counts commits to the ledger; the process group dies after the one that is asked for."""
    real = Database.transaction

    @contextmanager
    def transaction(self: Database, lease: Any = None) -> Iterator[Any]:
        with real(self, lease) as connection:
            yield connection
        counted[0] += 1
        if counted[0] == after:
            os.killpg(os.getpid(), signal.SIGKILL)

    Database.transaction = transaction  # type: ignore[method-assign]
    yield
    Database.transaction = real  # type: ignore[method-assign]


def child(job: Job) -> int:
    """Runs in the forked process; gives its exit code."""
    if job.room is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (job.room, job.room))
    counted, ended = [0], Ended()
    try:
        ended.applied = work(job, counted)
    except ConnectorError as error:
        ended.error, ended.kind = str(error), type(error).__name__
    ended.commits = counted[0]
    leave(job, ended)
    return 0


if __name__ == "__main__":
    serve(Job, child)
