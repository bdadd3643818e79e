"""One environment with leads, accounts and tasks, read without a web server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from connector.sandbox.dynamics.base import ADMIN_ID, INTEGRATION_ID
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.query.asked import Asked
from connector.sandbox.dynamics.query.reading import collection

ROOT = "https://sandbox.crm.dynamics.com/api/data/v9.2"
NOW = datetime(2023, 4, 20, 10, 0, tzinfo=UTC)
ACCOUNT = "00000000-0000-0000-0000-0000000000aa"
LEADS = 25


def lead_id(number: int) -> str:
    """The id of the lead with that number, from 1."""
    return f"00000000-0000-0000-0000-{number:012x}"


class Reader:
    """Reads collections of one environment as the integration user."""

    def __init__(self, org: Org) -> None:
        self.org = org

    def body(self, path: str, query: str = "", prefer: str = "") -> dict[str, Any]:
        """The body of one page."""
        asked = Asked(self.org, INTEGRATION_ID, ROOT, path, query, prefer)
        return collection(asked, self.org.by_set[path])[0]

    def rows(self, path: str, query: str = "", prefer: str = "") -> list[dict[str, Any]]:
        """The rows of all pages, each nextLink followed as it stands."""
        found: list[dict[str, Any]] = []
        while True:
            page = self.body(path, query, prefer)
            found += page["value"]
            if "@odata.nextLink" not in page:
                return found
            query = page["@odata.nextLink"].partition("?")[2]

    def names(self, condition: str) -> list[str]:
        """The last names of the leads that a filter finds."""
        return [row["lastname"] for row in self.rows("leads", f"$select=lastname&$filter={condition}&$orderby=leadid")]

    def refused(self, path: str, query: str, prefer: str = "") -> tuple[int, str, str]:
        """Status, code and message of a read that must be refused."""
        with pytest.raises(DataverseError) as caught:
            self.body(path, query, prefer)
        return caught.value.status, caught.value.code, caught.value.message


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """25 leads, an account, seven tasks of the first two leads; nobody changes them."""
    org = Org(clock=lambda: NOW)
    fill(org)
    yield Reader(org)
    org.close()


@pytest.fixture
def fresh() -> Iterator[Reader]:
    """The same in an environment of the test's own."""
    org = Org(clock=lambda: NOW)
    fill(org)
    yield Reader(org)
    org.close()


def fill(org: Org) -> None:
    """Load the rows."""
    org.load("account", ["accountid", "name"], [[ACCOUNT, "Åcme"]])
    columns = [
        "leadid", "firstname", "lastname", "statecode", "statuscode", "createdon", "revenue", "parentaccountid",
        "donotemail", "ownerid", "ownerid__type", "estimatedclosedate",
    ]  # fmt: skip
    org.load("lead", columns, (_lead(number) for number in range(1, LEADS + 1)))
    columns = ["subject", "regardingobjectid", "regardingobjectid__type", "statecode", "statuscode"]
    tasks = [[f"t{n}", lead_id(1 + n % 2), "lead", n % 2, 5 if n % 2 else 2] for n in range(7)]
    org.load("task", columns, tasks)


def _lead(number: int) -> list[Any]:
    first = f"A{number % 3}" if number % 5 else None
    account = ACCOUNT if number % 2 else None
    return [
        lead_id(number), first, f"Łoś{number}", 0, 1 + number % 2, f"2023-04-{number:02d}T21:59:01Z", 1000.5 * number,
        account, number % 2, ADMIN_ID, "systemuser", f"2023-05-{number:02d}",
    ]  # fmt: skip
