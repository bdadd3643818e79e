"""A sandbox org per test that has none of our fields."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.adapters.salesforce.schema_change.bare import Process, mapping_of
from tests.adapters.salesforce.world import SalesforceWorld


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[SalesforceWorld]:
    """An org as on its first day, served, from behind; few fields are wanted of it."""
    org = Org()
    with Sandbox(org) as sandbox:
        yield SalesforceWorld(sandbox, tmp_path, mapping_of())
    org.close()


@pytest.fixture
def process(bare: SalesforceWorld) -> Process:
    """The product, pointed at it."""
    return Process(bare)
