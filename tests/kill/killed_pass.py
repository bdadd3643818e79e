"""SLA passes in processes that may be killed at any step: a fork server (see `forking`).

A step is a commit to the ledger, and each message and each request that makes or deletes tasks: right before it goes
out, and right after.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

# What a child needs is imported here, once.
import connector.adapters.salesforce.adapter
import connector.adapters.salesforce.login
import connector.alerts.chat
import connector.alerts.mail
from connector.adapters.salesforce import tasks
from connector.alerts import chat, mail
from connector.config import read
from connector.errors import ConnectorError
from connector.openorg import OpenOrg
from connector.slapass import sla_pass
from connector.store.ledger.database import Database
from tests.kill.forking import leave, serve

assert connector.adapters.salesforce.adapter
OUTSIDE = ((mail, "send"), (chat, "send"), (tasks, "_sent"))


class Job(msgspec.Struct, kw_only=True):
    """What a child does. `clock`: the file that tells its time."""

    folder: str
    clock: str
    die_after: int | None = None


class Ended(msgspec.Struct, kw_only=True):
    """How a child ended by itself: how many steps it took, which of them were around what goes out, what it raised."""

    steps: int = 0
    outside: tuple[int, ...] = ()
    raised: int = 0
    error: str = ""
    problems: tuple[str, ...] = ()


class Steps:
    """Counts them; the process dies after the one that is asked for."""

    def __init__(self, die_after: int | None) -> None:
        self.taken = 0
        self.outside: list[int] = []
        self._die_after = die_after

    def step(self) -> None:
        """One more."""
        self.taken += 1
        if self.taken == self._die_after:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """The same call, with a step before and one after."""

        def stepping(*args: Any, **options: Any) -> Any:
            self.outside += [self.taken + 1, self.taken + 2]
            self.step()
            answer = real(*args, **options)
            self.step()
            return answer

        return stepping

    def committing(self, real: Callable[..., Any]) -> Callable[..., Any]:
        """The same transaction, with a step after its commit."""

        @contextmanager
        def transaction(database: Database, lease: Any = None) -> Iterator[Any]:
            with real(database, lease) as connection:
                yield connection
            self.step()

        return transaction


def child(job: Job) -> int:
    """Runs in the forked process; gives its exit code."""
    os.environ["CONNECTOR_CLOCK"] = job.clock
    steps, ended = Steps(job.die_after), Ended()
    Database.transaction = steps.committing(Database.transaction)  # type: ignore[method-assign]
    for module, name in OUTSIDE:
        setattr(module, name, steps.around(getattr(module, name)))
    config = read(Path(job.folder, "connector.toml"))
    try:
        with OpenOrg(config, config.choose(None)) as org:
            passed = sla_pass(org)
        ended.raised, ended.problems = len(passed.raised), passed.problems
    except ConnectorError as error:
        ended.error = str(error)
    ended.steps, ended.outside = steps.taken, tuple(steps.outside)
    leave(job, ended)
    return 0


if __name__ == "__main__":
    serve(Job, child)
