"""A fresh environment per test, served, and plain requests to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox

VERSION = "9.2"


class Api:
    """The Web API of a sandbox: `api.get("leads", "$select=fullname")`. Paths are below /api/data/v9.2/."""

    def __init__(self, sandbox: Sandbox[Org], token: str | None = None, version: str = VERSION) -> None:
        self.base = sandbox.url
        self.root = f"{sandbox.url}/api/data/v{version}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token or sandbox.token}"

    def call(self, method: str, path: str, **keys: Any) -> requests.Response:
        """One request to a path below the version, an absolute path, or an absolute URL."""
        if path.startswith("/"):
            path = self.base + path
        elif not path.startswith("http"):
            path = f"{self.root}/{path}"
        return self.session.request(method, path, timeout=30, **keys)

    def get(self, path: str, query: str = "", prefer: str = "") -> requests.Response:
        """GET with a query string as it stands."""
        headers = {"Prefer": prefer} if prefer else {}
        return self.call("GET", f"{path}?{query}" if query else path, headers=headers)

    def body(self, path: str, query: str = "", prefer: str = "") -> dict[str, Any]:
        """The body of a GET that must succeed."""
        answer = self.get(path, query, prefer)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def value(self, path: str, query: str = "", prefer: str = "") -> list[dict[str, Any]]:
        """The rows of a GET of one page."""
        found: list[dict[str, Any]] = self.body(path, query, prefer)["value"]
        return found

    def made(self, path: str, record: dict[str, Any], **headers: str) -> str:
        """Creates a row and returns its id."""
        answer = self.call("POST", path, json=record, headers=headers)
        assert answer.status_code == 204, answer.text
        return answer.headers["OData-EntityId"].rpartition("(")[2].rstrip(")")

    def error(self, answer: requests.Response) -> tuple[int, str, str]:
        """Status, code and message of a refusal."""
        error = answer.json()["error"]
        return answer.status_code, error["code"], error["message"]


@pytest.fixture
def org() -> Iterator[Org]:
    """An environment as on its first day."""
    made = Org()
    yield made
    made.close()


@pytest.fixture
def sandbox(org: Org) -> Iterator[Sandbox[Org]]:
    """That environment, served."""
    with Sandbox(org) as running:
        yield running


@pytest.fixture
def api(sandbox: Sandbox[Org]) -> Api:
    """Plain requests to it, as the integration user."""
    return Api(sandbox)
