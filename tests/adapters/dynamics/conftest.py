"""A sandbox environment per test, copied from one that has the columns of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox
from tests.adapters.dynamics.world import DynamicsWorld, environment_with_columns


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment as on its first day, with the columns of ours."""
    return environment_with_columns(tmp_path_factory.mktemp("environment") / "org.db")


@pytest.fixture
def world(snapshot: Path, tmp_path: Path) -> Iterator[DynamicsWorld]:
    """That environment, served, from behind."""
    org = Org.from_snapshot(snapshot)
    with Sandbox(org) as sandbox:
        yield DynamicsWorld(sandbox, tmp_path)
    org.close()
