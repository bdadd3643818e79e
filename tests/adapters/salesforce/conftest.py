"""A sandbox org per test, copied from one that has the fields of ours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.adapters.salesforce.world import SalesforceWorld, org_with_fields


@pytest.fixture(scope="session")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An org as on its first day, with the fields of ours."""
    return org_with_fields(tmp_path_factory.mktemp("org") / "org.db")


@pytest.fixture
def world(snapshot: Path, tmp_path: Path) -> Iterator[SalesforceWorld]:
    """That org, served, from behind."""
    org = Org.from_snapshot(snapshot)
    with Sandbox(org) as sandbox:
        yield SalesforceWorld(sandbox, tmp_path)
    org.close()
