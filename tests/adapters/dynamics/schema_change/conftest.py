"""A served environment as on its first day, and a session of its administrator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.adapters.dynamics.budget import Requests
from connector.adapters.dynamics.metadata import Metadata
from connector.adapters.dynamics.org import ENGLISH
from connector.adapters.dynamics.org import environment as environment_of
from connector.adapters.dynamics.schema_change.provisioner import DynamicsProvisioner
from connector.adapters.dynamics.session import Session
from connector.adapters.web.grants import Grant
from connector.adapters.web.retrying import Pace
from connector.adapters.web.transport import Transport
from connector.errors import LeaseLost
from connector.mapping import load
from connector.provisioning import SchemaStep, StepKind
from connector.sandbox.dynamics.catalogue import Attribute
from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox


@dataclass
class Environment:
    """The environment from behind, and a provisioner in front. `writes`: how many requests that write were allowed."""

    org: Org
    session: Session
    slept: list[float] = field(default_factory=list)
    writes: int = 0
    stop_at: int | None = None

    def guard(self) -> None:
        """Counts writing requests; the lease is lost before number `stop_at`."""
        self.writes += 1
        if self.writes == self.stop_at:
            raise LeaseLost("somebody else is at work")

    def do(self, kind: StepKind, on: str = "lead", **detail: Any) -> int:
        """Does one step as the provisioner does; gives how many writing requests it took."""
        before = self.writes
        step = SchemaStep(kind=kind, object=on, api=on, what="what", why="why", how="how", **detail)
        self.provisioner().change_schema(step, self.guard)
        return self.writes - before

    def column(self, name: str, on: str = "lead") -> Attribute:
        """A column as the environment has it in force."""
        found = self.org.entities[on].attribute(name)
        assert found is not None, f"no column {name}"
        return found

    def labels(self, name: str, on: str = "lead") -> dict[str, int | None]:
        """Label → state of every option in force."""
        return {one.label: one.state for one in self.column(name, on).options}

    def provisioner(self) -> DynamicsProvisioner:
        """A new one, as a new process would make it."""
        metadata = Metadata(self.session, lambda: ENGLISH)
        return DynamicsProvisioner(self.session, load("dynamics"), metadata, lambda: environment_of(self.session))


@pytest.fixture
def environment() -> Iterator[Environment]:
    """A fresh one per test."""
    org, slept = Org(), list[float]()
    with Sandbox(org) as sandbox:
        transport = Transport(Requests())
        transport.allow(sandbox.url)
        session = Session(
            transport,
            lambda: Grant(sandbox.token, sandbox.url),
            lambda: datetime.now(UTC),
            version="9.2",
            pace=Pace(slept.append, seed=1),
        )
        yield Environment(org, session, slept)
    org.close()
