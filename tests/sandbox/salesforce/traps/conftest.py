"""simple-salesforce with a login of its own: its fixed addresses are led to the sandbox."""

from collections.abc import Callable
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce import Salesforce

from connector.sandbox.salesforce import apps
from connector.sandbox.salesforce.apps import App
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox

LOGIN = "https://sandbox-org.my.salesforce.com"
VERSION = "59.0"


class Detour(HTTPAdapter):
    """Sends to the sandbox what was meant for Salesforce's own host."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self._target = target

    def send(self, request: requests.PreparedRequest, **keys: Any) -> requests.Response:  # type: ignore[override]
        assert request.url is not None
        request.url = request.url.replace(LOGIN, self._target, 1)
        return super().send(request, **keys)


@pytest.fixture
def app(org: Org) -> App:
    """A connected app of the org."""
    return apps.register(org)


@pytest.fixture
def log_in(sandbox: Sandbox[Org], app: App) -> Callable[[], Salesforce]:
    """A client that logged in by client credentials, and does so again when its session has expired."""

    def made() -> Salesforce:
        session = requests.Session()
        session.trust_env = False
        session.verify = str(sandbox.ca_file)
        session.mount(LOGIN, Detour(sandbox.https_url))
        return Salesforce(
            consumer_key=app.client_id,
            consumer_secret=app.client_secret,
            domain="sandbox-org.my",
            version=VERSION,
            session=session,
        )

    return made


@pytest.fixture
def lead(org: Org) -> str:
    """An open lead of the administrator."""
    row = ["00Q000000000001EAA", "Ada", "Byron", "Engines", "Open - Not Contacted"]
    org.load("Lead", ["Id", "FirstName", "LastName", "Company", "Status"], [row])
    return "00Q000000000001EAA"
