"""A sandbox of either CRM is served alike: here it is a Salesforce org."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox


@pytest.fixture
def box() -> Iterator[Sandbox[Org]]:
    """An org on its first day, served."""
    org = Org()
    with Sandbox(org) as running:
        yield running
    org.close()
