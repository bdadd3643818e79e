"""One filled environment for the tests that only look at it, and the Salesforce sample beside it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.sample import Planted, Truth, fill
from connector.sandbox.salesforce import sample as salesforce
from connector.sandbox.salesforce.org import Org as SalesforceOrg

NOW = datetime(2026, 3, 4, 10, 30, tzinfo=UTC)  # a Wednesday
PEOPLE = 2000


@pytest.fixture(scope="package")
def filled() -> Iterator[tuple[Org, Planted, list[Truth]]]:
    """An environment of 2,000 people on a fixed clock, what was planted, and the truth about every open lead."""
    org = Org(clock=lambda: NOW)
    truths: list[Truth] = []
    planted = fill(org, PEOPLE, seed=7, truth=truths.append)
    yield org, planted, truths
    org.close()


@pytest.fixture(scope="package")
def org(filled: tuple[Org, Planted, list[Truth]]) -> Org:
    return filled[0]


@pytest.fixture(scope="package")
def planted(filled: tuple[Org, Planted, list[Truth]]) -> Planted:
    return filled[1]


@pytest.fixture(scope="package")
def twin() -> Iterator[tuple[SalesforceOrg, Planted]]:
    """The Salesforce org of the same people, seed and clock, and what was planted there."""
    org = SalesforceOrg(clock=lambda: NOW)
    planted = salesforce.fill(org, PEOPLE, seed=7)
    yield org, planted
    org.close()
