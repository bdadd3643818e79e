"""Faults on the wire."""

import time
from pathlib import Path

import pytest
import requests

from connector.errors import BadInput
from connector.sandbox.faults import Faults
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox

ROOT = "/services/data/v59.0"


def get(box: Sandbox[Org], path: str = "limits", method: str = "GET") -> requests.Response:
    headers = {"Authorization": f"Bearer {box.token}"}
    return requests.request(method, f"{box.url}{ROOT}/{path}", headers=headers, json={}, timeout=30)


def create(box: Sandbox[Org]) -> requests.Response:
    headers = {"Authorization": f"Bearer {box.token}"}
    return requests.post(f"{box.url}{ROOT}/sobjects/Account", headers=headers, json={"Name": "a"}, timeout=30)


def accounts(box: Sandbox[Org]) -> int:
    found: int = box.org.storage.reader().execute("SELECT count(*) FROM Account").fetchone()[0]
    return found


def test_which_requests_are_hit(box: Sandbox[Org]) -> None:
    """By path, by method, from the n-th match on, so many times."""
    fault = box.faults.add(path="/limits$", method="get", first=2, times=2, status=503)
    assert [get(box).status_code for _ in range(4)] == [200, 503, 503, 200]
    assert get(box, "sobjects").status_code == 200
    assert fault.hits == 2
    box.faults.wire.clear()
    box.faults.add(every=3, first=3, status=500)
    assert [get(box).status_code for _ in range(6)] == [200, 200, 500, 200, 200, 500]


def test_refusals(box: Sandbox[Org]) -> None:
    """With the CRM's own error, with Retry-After, with a gateway's page, with nothing at all."""
    box.faults.add(
        status=429, retry_after=3, code="REQUEST_LIMIT_EXCEEDED", message="ConcurrentRequests Limit exceeded."
    )
    box.faults.add(first=2, status=502, body="html")
    box.faults.add(first=3, status=420, body="")
    own, page, empty = (get(box) for _ in range(3))
    assert own.json() == [{"message": "ConcurrentRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    assert own.headers["Retry-After"] == "3"
    assert page.text.startswith("<html>")
    assert page.headers["Content-Type"] == "text/html"
    assert (empty.status_code, empty.content) == (420, b"")


def test_an_answer_may_be_lost_after_the_work(box: Sandbox[Org]) -> None:
    """A cut connection leaves the record there, unless the fault says that it came before the work; so does a 503."""
    box.faults.add(method="POST", drop=0)
    box.faults.add(method="POST", drop=0, first=2, carried_out=False)
    box.faults.add(method="POST", status=503, first=3, carried_out=True)
    for made in (1, 1):
        with pytest.raises(requests.ConnectionError):
            create(box)
        assert accounts(box) == made
    assert create(box).status_code == 503
    assert accounts(box) == 2


def test_a_connection_cut_in_the_body(box: Sandbox[Org]) -> None:
    """Some of the body comes, then the connection is gone: the client can tell."""
    box.faults.add(path="describe", drop=1_000)
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        get(box, "sobjects/Lead/describe")
    assert get(box, "sobjects/Lead/describe").status_code == 200


def test_a_truncated_body_looks_whole(box: Sandbox[Org]) -> None:
    """The body ends early and properly: nothing in the protocol tells the client."""
    whole = get(box, "sobjects/Lead/describe").content
    box.faults.add(path="describe", truncate=1_000)
    cut = get(box, "sobjects/Lead/describe")
    assert (cut.status_code, cut.content) == (200, whole[:1_000])


def test_latency(box: Sandbox[Org]) -> None:
    """The answer comes late, and others meanwhile do not wait."""
    box.faults.add(path="limits", latency=0.2)
    began = time.perf_counter()
    assert get(box).status_code == 200
    assert time.perf_counter() - began >= 0.2


def test_expired_sessions(box: Sandbox[Org]) -> None:
    """Every session is over at once."""
    box.faults.add(first=2, expire_sessions=True)
    assert [get(box).status_code for _ in range(3)] == [200, 401, 401]


def test_faults_file(tmp_path: Path) -> None:
    """A file holds wire faults and the CRM's own tables."""
    file = tmp_path / "faults.toml"
    file.write_text(
        '[[fault]]\npath = "/query"\nstatus = 503\n'
        '[[row_lock]]\nobject = "Lead"\nshare = 1.0\ntimes = 0\n'
        "[limits]\ndaily_api_requests = 100\nused = 90\nsession_minutes = 15\n"
    )
    faults = Faults.read(file)
    assert [fault.status for fault in faults.wire] == [503]
    org = Org()
    with Sandbox(org, faults=faults) as box:
        assert get(box).headers["Sforce-Limit-Info"] == "api-usage=91/100"
        assert org.rules.row_lock[0].share == 1.0
    org.close()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[fault]]\nstats = 503\n", "stats"),
        ('[[fault]]\nstatus = "x"\n', "status"),
        ('[[fault]]\npath = "("\n', "fault"),
        ("no toml", "faults.toml"),
    ],
)
def test_mistakes_in_a_faults_file_are_named(tmp_path: Path, text: str, told: str) -> None:
    """A wrong key, type or pattern says which it is and where."""
    file = tmp_path / "faults.toml"
    file.write_text(text)
    with pytest.raises(BadInput, match=told):
        Faults.read(file)


def test_mistakes_in_the_orgs_own_tables_are_named() -> None:
    """So does a wrong key in a table of the CRM."""
    org = Org()
    with pytest.raises(BadInput, match="objct"):
        Sandbox(org, faults=Faults(own={"row_lock": [{"objct": "Lead"}]}))
    org.close()
