"""Versions and what they offer."""

from typing import Any

import pytest
import requests

from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox


def test_versions_need_no_login(sandbox: Sandbox[Org]) -> None:
    """The list is open to everyone; labels follow the release calendar."""
    listed = requests.get(f"{sandbox.url}/services/data", timeout=30).json()
    labels = {item["version"]: item["label"] for item in listed}
    assert (labels["59.0"], labels["65.0"], labels["67.0"]) == ("Winter '24", "Winter '26", "Summer '26")
    assert listed[-1] == {"label": "Summer '26", "url": "/services/data/v67.0", "version": "67.0"}


def test_a_version_offers_resources(api: Any) -> None:
    """Names of resources with paths of that version, and the caller's identity."""
    body = api.get("").json()
    assert body["sobjects"] == "/services/data/v59.0/sobjects"
    assert "/id/00D" in body["identity"]


@pytest.mark.parametrize(("version", "status"), [("31.0", 200), ("67.0", 200), ("30.0", 410), ("21.0", 410)])
def test_retired_versions(api: Any, version: str, status: int) -> None:
    """Versions up to 30 are gone: 410."""
    assert api.call("GET", f"/services/data/v{version}/sobjects/Lead").status_code == status
