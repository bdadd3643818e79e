"""Nights in processes that may be killed at any moment: a fork server (see `forking`).

A child runs one command line of connector, or with `daemon` what `connector serve` does when a night is due. All that
the product does not do: nobody waits ten minutes after the canary, and polls follow each other at once.
"""

from __future__ import annotations

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

import msgspec

# What a child needs is imported here, once.
import connector.adapters.salesforce.adapter
import connector.adapters.salesforce.login
import connector.adapters.web.transport
import connector.alerts.chat
import connector.night
import connector.slapass
import connector.store.mirror
from connector.adapters import salesforce
from connector.cli.app import run
from connector.cli.ending import Ending
from connector.config import read
from connector.daemon import log
from connector.daemon.calendar import Job as Kind
from connector.daemon.jobs import Worker
from connector.daemon.metrics import Metrics
from tests.kill.forking import leave, serve
from tests.kill.killed_apply import breathe, dying

assert connector.adapters.salesforce.adapter


class Job(msgspec.Struct, kw_only=True):
    """What a child does, with which configuration in `folder`. `clock`: the file that tells its time."""

    folder: str
    clock: str
    config: str = "connector.toml"
    daemon: bool = False
    die_after: int | None = None


class Ended(msgspec.Struct, kw_only=True):
    """How a child ended by itself: its exit code (of a daemon 0), what it said, and how often it committed."""

    code: int = 0
    said: str = ""
    commits: int = 0


def child(job: Job) -> int:
    """Runs in the forked process; gives its exit code."""
    os.environ["CONNECTOR_CLOCK"] = job.clock
    config, counted, said, ended = Path(job.folder, job.config), [0], io.StringIO(), Ended()
    with dying(job.die_after, counted), redirect_stdout(said), redirect_stderr(said):
        if job.daemon:
            log.configure("json")
            Worker(Metrics(), lambda: "", breathe).work(read(config), "acme", Kind.NIGHT)
        else:
            ended.code = run(["--config", str(config), "run", "--json"])
    ended.said, ended.commits = said.getvalue(), counted[0]
    leave(job, ended)
    return 0


if __name__ == "__main__":
    salesforce.connect = partial(salesforce.connect, sleep=breathe)
    Ending.wait = lambda _, seconds: breathe(seconds)  # type: ignore[method-assign]
    serve(Job, child)
