"""Plain requests to the Web API of a sandbox."""

from __future__ import annotations

from typing import Any

import requests

from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox


class Api:
    """The Web API of a sandbox: `api.get("leads")`. Paths are below /api/data/v9.2/, or absolute URLs."""

    def __init__(self, sandbox: Sandbox[Org], token: str | None = None) -> None:
        self.sandbox = sandbox
        self.root = f"{sandbox.url}/api/data/v9.2"
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.headers["Authorization"] = f"Bearer {token or sandbox.token}"

    def call(self, method: str, path: str, **keys: Any) -> requests.Response:
        """One request."""
        url = path if path.startswith("http") else f"{self.root}/{path}"
        return self.session.request(method, url, timeout=30, **keys)

    def get(self, path: str, **headers: str) -> requests.Response:
        """GET with these headers."""
        return self.call("GET", path, headers=headers)

    def create(self, path: str, **values: Any) -> str:
        """POST a row that must be accepted; its URL."""
        answer = self.call("POST", path, json=values)
        assert answer.status_code == 204, answer.text
        return str(answer.headers["OData-EntityId"])

    def patch(self, path: str, values: dict[str, Any], **headers: str) -> requests.Response:
        """PATCH; header names may be written with underscores: `If_Match="*"`."""
        return self.call("PATCH", path, json=values, headers={k.replace("_", "-"): v for k, v in headers.items()})

    def row(self, path: str) -> dict[str, Any]:
        """GET a row that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def refusal(answer: requests.Response) -> tuple[int, str, str]:
    """Status, code and message of a refused request."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], error["message"]
