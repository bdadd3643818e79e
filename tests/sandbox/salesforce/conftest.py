"""A fresh sandbox per test, and two ways to talk to it: plain requests, and simple-salesforce unchanged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from simple_salesforce import Salesforce

from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox

VERSION = "59.0"


class Api:
    """The REST API of a sandbox: `api.get("query", q="SELECT …")`. Paths are below /services/data/v59.0/."""

    def __init__(self, sandbox: Sandbox[Org], token: str | None = None, version: str = VERSION) -> None:
        self.root = f"{sandbox.url}/services/data/v{version}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token or sandbox.token}"

    def call(self, method: str, path: str, **keys: Any) -> requests.Response:
        """One request to a path below the version, or to an absolute path of the same host."""
        url = self.root[: self.root.index("/services")] + path if path.startswith("/") else f"{self.root}/{path}"
        return self.session.request(method, url, timeout=30, **keys)

    def get(self, path: str, **params: str) -> requests.Response:
        """GET with a query string."""
        return self.call("GET", path, params=params)

    def query(self, soql: str, **headers: str) -> dict[str, Any]:
        """The first page of a query."""
        answer = self.call("GET", "query", params={"q": soql}, headers=headers)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def error(self, soql: str, path: str = "query") -> dict[str, Any]:
        """The error of a query that must be refused with 400."""
        answer = self.get(path, q=soql)
        assert answer.status_code == 400, answer.text
        found: dict[str, Any] = answer.json()[0]
        return found


@pytest.fixture
def org() -> Iterator[Org]:
    """An org as on its first day."""
    made = Org()
    yield made
    made.close()


@pytest.fixture
def sandbox(org: Org) -> Iterator[Sandbox[Org]]:
    """That org, served."""
    with Sandbox(org) as running:
        yield running


@pytest.fixture
def api(sandbox: Sandbox[Org]) -> Api:
    """Plain requests to it, as the integration user."""
    return Api(sandbox)


@pytest.fixture
def client(sandbox: Sandbox[Org]) -> Salesforce:
    """simple-salesforce, unchanged, over https; whatever CA bundle the environment names is left out of it."""
    session = requests.Session()
    session.trust_env = False
    session.verify = str(sandbox.ca_file)
    return Salesforce(instance_url=sandbox.https_url, session_id=sandbox.token, version=VERSION, session=session)
