"""An org whose time a test moves, with one lead in it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.sandbox.salesforce.org import Org

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Hands:
    """A clock that stands until a test moves it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        """Let so much time pass: `pass_(minutes=5)`."""
        self.now += timedelta(**time)


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def org(hands: Hands) -> Iterator[Org]:
    made = Org(clock=hands)
    yield made
    made.close()


@pytest.fixture
def lead(org: Org) -> str:
    """The id of an open lead, created a year before."""
    row = ["00Q000000000001EAA", "Ada", "Byron", "Engines", "Open - Not Contacted", "2025-03-02T09:00:00Z"]
    org.load("Lead", ["Id", "FirstName", "LastName", "Company", "Status", "CreatedDate"], [row])
    return "00Q000000000001EAA"


Read = Callable[..., dict[str, Any]]


@pytest.fixture
def read(org: Org) -> Read:
    """A record as it is stored: `read("Lead", id)`."""

    def found(object_name: str, id18: str | None) -> dict[str, Any]:
        cursor = org.storage.reader().execute(f'SELECT * FROM "{object_name}" WHERE "Id" = ?', (id18,))
        names = [column[0] for column in cursor.description]
        return dict(zip(names, cursor.fetchone(), strict=True))

    return found


@pytest.fixture
def rows(org: Org) -> Callable[..., list[tuple[Any, ...]]]:
    """Any SQL over the org's tables."""

    def found(query: str, *values: object) -> list[tuple[Any, ...]]:
        return org.storage.reader().execute(query, values).fetchall()

    return found
