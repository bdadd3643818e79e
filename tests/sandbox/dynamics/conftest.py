"""A sandbox that the tests of one module share, one of a test's own, and plain requests to either."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from connector.sandbox.dynamics.org import Org
from connector.sandbox.faults import Faults
from connector.sandbox.server import Sandbox
from tests.sandbox.dynamics.webapi import Api


@pytest.fixture(scope="module")
def org() -> Iterator[Org]:
    """An environment as on its first day, for all tests of a module."""
    made = Org()
    yield made
    made.close()


@pytest.fixture(scope="module")
def sandbox(org: Org) -> Iterator[Sandbox[Org]]:
    """That environment, served."""
    with Sandbox(org) as running:
        yield running


@pytest.fixture(scope="module")
def api(sandbox: Sandbox[Org]) -> Api:
    """Plain requests to it, as the integration user."""
    return Api(sandbox)


@pytest.fixture
def own() -> Iterator[Callable[..., Org]]:
    """An environment of the test's own, with the tables of a faults file given as keywords; it is not served."""
    made: list[Org] = []

    def make(**rules: Any) -> Org:
        org = Org()
        org.misbehave(Faults(own=rules))
        made.append(org)
        return org

    yield make
    for org in made:
        org.close()


class Web(Api):
    """The Web API with query strings and Prefer: `web.value("leads", "$select=fullname", "odata.maxpagesize=2")`."""

    def ask(self, path: str, query: str = "", prefer: str = "") -> requests.Response:
        """GET with a query string as it stands."""
        headers = {"Prefer": prefer} if prefer else {}
        return self.call("GET", f"{path}?{query}" if query else path, headers=headers)

    def body(self, path: str, query: str = "", prefer: str = "") -> dict[str, Any]:
        """The body of a GET that must succeed."""
        answer = self.ask(path, query, prefer)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def value(self, path: str, query: str = "", prefer: str = "") -> list[dict[str, Any]]:
        """The rows of a GET of one page."""
        found: list[dict[str, Any]] = self.body(path, query, prefer)["value"]
        return found

    def made(self, path: str, record: dict[str, Any]) -> str:
        """Creates a row and returns its id."""
        return self.create(path, **record).rpartition("(")[2].rstrip(")")


@pytest.fixture
def new_org() -> Iterator[Org]:
    """An environment as on its first day, of one test's own."""
    made = Org()
    yield made
    made.close()


@pytest.fixture
def web(new_org: Org) -> Iterator[Web]:
    """Requests to that environment, served."""
    with Sandbox(new_org) as running:
        yield Web(running)
