"""Every request that was written down of the real clients is answered as it was then."""

from __future__ import annotations

import re
from typing import Any

import pytest

from connector.sandbox.dynamics.catalogue import Attribute, Key
from connector.sandbox.dynamics.org import Org
from tests.sandbox.dynamics.recorded.exchange import Exchange, exchanges

FIRST, SECOND = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
DROPPED = ("host", "authorization", "content-length", "connection", "accept-encoding")


@pytest.fixture
def prepared(new_org: Org) -> Org:
    """The two leads and the alternate key that the recordings name."""
    lead = new_org.entities["lead"]
    column = Attribute(name="new_key", schema_name="new_Key", label="Key", type="String", max_length=100, custom=True)
    key = Key(name="new_key", schema_name="new_KeyKey", label="Key", attributes=("new_key",), id=FIRST)
    new_org.define(lead.with_attribute(column).changed(keys=(key,)))
    rows = [[id, f"n{number}"] for number, id in enumerate((FIRST, SECOND, FIRST.replace("1", "3")))]
    new_org.load("lead", ["leadid", "lastname"], rows)
    return new_org


def again(web: Any, one: Exchange, contact: str) -> Any:
    """The request sent anew, to this sandbox's address and with its own MetadataIds."""
    base = web.root.removesuffix("/api/data/v9.2")
    headers = {name: value for name, value in one.headers.items() if name.lower() not in DROPPED}
    body = re.sub(r"https?://(?:localhost|127\.0\.0\.1):\d+", base, one.body)
    path = one.path.replace("70816501-edb9-4740-a16c-6a5efbc05d84", contact)
    return web.call(one.method, f"{base}{path}", data=body.encode() or None, headers=headers)


@pytest.mark.parametrize("name", ["official_sdk.http.txt", "dynamics_web_api.http.txt"])
def test_the_requests_of_a_client_are_answered_as_recorded(web: Any, prepared: Org, name: str) -> None:
    """One after another, unchanged but for host, token and MetadataIds: the same status each."""
    told = list(exchanges(name))
    assert len(told) >= 5
    contact = prepared.entities["contact"].id
    for one in told:
        if name.startswith("dynamics") and one.headers.get("If-Match") == 'W/"1"':
            version = prepared.storage.reader().execute("SELECT versionnumber FROM lead").fetchone()[0]
            one.headers["If-Match"] = f'W/"{version}"'
        answer = again(web, one, contact)
        assert answer.status_code == one.status, (one.method, one.path, answer.text)


def test_what_they_wrote_is_there(web: Any, prepared: Org) -> None:
    """After the official SDK's run: rows made singly, by the set, by key and in a batch; the first deleted."""
    for one in exchanges("official_sdk.http.txt"):
        again(web, one, prepared.entities["contact"].id)
    rows = web.value("leads", "$select=lastname,statuscode,new_key&$orderby=lastname,leadid")
    assert [(row["lastname"], row["statuscode"], row["new_key"]) for row in rows] == [
        ("n1", 2, None), ("n2", 1, None), ("Q", 1, None), ("X", 1, None), ("X", 1, None), ("Y", 1, None),
        ("z", 1, "1"), ("z", 1, "2"),
    ]  # fmt: skip
    assert "new_score" in prepared.entities["contact"]
