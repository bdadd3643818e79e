"""One filled org for the tests that only look at it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.sample import Planted, Truth, fill

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)  # a Wednesday


@pytest.fixture(scope="package")
def filled() -> Iterator[tuple[Org, Planted, list[Truth]]]:
    """An org of 3,000 people on a fixed clock, what was planted, and the truth about every open lead."""
    org = Org(clock=lambda: NOW)
    truths: list[Truth] = []
    planted = fill(org, 3000, seed=7, truth=truths.append)
    yield org, planted, truths
    org.close()


@pytest.fixture(scope="package")
def org(filled: tuple[Org, Planted, list[Truth]]) -> Org:
    return filled[0]


@pytest.fixture(scope="package")
def planted(filled: tuple[Org, Planted, list[Truth]]) -> Planted:
    return filled[1]
