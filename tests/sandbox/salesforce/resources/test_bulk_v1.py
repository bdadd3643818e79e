"""Bulk API 1.0 as jsforce speaks it: XML jobs, CSV batches and results; and its errors."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import pytest
import requests

from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox

SPACE = "{http://www.force.com/2009/06/asyncapi/dataload}"


class Async:
    """The 1.0 API of a sandbox."""

    def __init__(self, sandbox: Sandbox[Org]) -> None:
        self.root = f"{sandbox.url}/services/async/59.0"
        self.token = sandbox.token

    def call(self, method: str, path: str, body: str = "", kind: str = "application/xml") -> requests.Response:
        headers = {"X-SFDC-Session": self.token, "Content-Type": kind}
        return requests.request(method, f"{self.root}/{path}", data=body.encode(), headers=headers, timeout=30)

    def job(self, operation: str, kind: str = "CSV", more: str = "") -> str:
        body = (
            '<?xml version="1.0" encoding="UTF-8"?><jobInfo xmlns="http://www.force.com/2009/06/asyncapi/dataload">'
            f"<operation>{operation}</operation><object>Lead</object>{more}<contentType>{kind}</contentType></jobInfo>"
        )
        answer = self.call("POST", "job", body)
        assert answer.status_code == 201, answer.text
        return element(answer, "id")


@pytest.fixture
def old(sandbox: Sandbox[Org]) -> Async:
    return Async(sandbox)


def element(answer: requests.Response, name: str) -> str:
    assert answer.headers["Content-Type"] == "application/xml"
    found = ElementTree.fromstring(answer.content).find(f"{SPACE}{name}")
    assert found is not None, answer.text
    return found.text or ""


def test_insert(old: Async, org: Org) -> None:
    """An XML job, a CSV batch that goes from Queued to Completed, a result per row, and the job closed."""
    job = old.job("insert")
    batch = old.call("POST", f"job/{job}/batch", "LastName,Company\nKöhler,ACME\nLee,\n", "text/csv")
    assert (batch.status_code, element(batch, "state")) == (201, "Queued")
    path = f"job/{job}/batch/{element(batch, 'id')}"
    assert element(old.call("GET", f"{path}/result"), "exceptionCode") == "InvalidBatch"
    states = [element(old.call("GET", path), "state") for _ in range(2)]
    assert states == ["InProgress", "Completed"]
    assert element(old.call("GET", path), "numberRecordsFailed") == "1"
    rows = list(csv.reader(io.StringIO(old.call("GET", f"{path}/result").text)))
    assert rows[0] == ["Id", "Success", "Created", "Error"]
    assert rows[1][1:] == ["true", "true", ""]
    assert rows[2][:3] == ["", "false", "false"]
    assert rows[2][3].startswith("REQUIRED_FIELD_MISSING:")
    assert org.storage.reader().execute('SELECT "LastName" FROM "Lead"').fetchall() == [("Köhler",)]
    closed = old.call("POST", f"job/{job}", '<jobInfo xmlns="x"><state>Closed</state></jobInfo>')
    assert element(closed, "state") == "Closed"
    late = old.call("POST", f"job/{job}/batch", "LastName,Company\nA,B\n", "text/csv")
    assert (late.status_code, element(late, "exceptionCode")) == (400, "InvalidJobState")


def test_query(old: Async, org: Org) -> None:
    """A query batch names a result; its records are CSV with dotted parents, empty where there is none."""
    org.load("Contact", ["LastName"], [["Simpson"]])
    job = old.job("query")
    soql = "SELECT LastName, Account.Name, IsDeleted FROM Contact"
    path = f"job/{job}/batch/{element(old.call('POST', f'job/{job}/batch', soql, 'text/csv'), 'id')}"
    while element(old.call("GET", path), "state") != "Completed":
        pass
    listed = element(old.call("GET", f"{path}/result"), "result")
    answer = old.call("GET", f"{path}/result/{listed}")
    assert answer.text == '"LastName","Account.Name","IsDeleted"\n"Simpson","","false"\n'
    assert old.call("GET", f"{path}/request").text == soql


def test_update_semantics(old: Async, org: Org) -> None:
    """Here too an empty cell leaves a field and `#N/A` clears it."""
    org.load("Lead", ["LastName", "Company", "City", "Phone"], [["A", "B", "Köln", "1"]])
    lead = org.storage.reader().execute('SELECT "Id" FROM "Lead"').fetchone()[0]
    job = old.job("update")
    old.call("POST", f"job/{job}/batch", f"Id,City,Phone\n{lead},#N/A,\n", "text/csv")
    assert org.storage.reader().execute('SELECT "City", "Phone" FROM "Lead"').fetchone() == (None, "1")


def test_failed_batch(old: Async) -> None:
    """A batch that makes no sense fails with a stateMessage; the counters of the job show it."""
    job = old.job("query")
    batch = element(old.call("POST", f"job/{job}/batch", "SELECT Nope FROM Lead", "text/csv"), "id")
    for _ in range(2):
        answer = old.call("GET", f"job/{job}/batch/{batch}")
    assert element(answer, "state") == "Failed"
    assert "No such column" in element(answer, "stateMessage")
    assert element(old.call("GET", f"job/{job}"), "numberBatchesFailed") == "1"


def test_expired_session(old: Async, org: Org) -> None:
    """A dead session is 400 InvalidSessionId here, in XML or JSON as asked, not 401."""
    org.sessions.end_all()
    answer = old.call("GET", "job/750000000000000AAA")
    assert (answer.status_code, element(answer, "exceptionCode")) == (400, "InvalidSessionId")
    answer = old.call("GET", "job/750000000000000AAA", kind="application/json")
    assert (answer.status_code, answer.json()) == (
        400,
        {"exceptionCode": "InvalidSessionId", "exceptionMessage": "Invalid session id"},
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("<jobInfo><operation>merge</operation><object>Lead</object></jobInfo>", "InvalidJob"),
        ("<jobInfo><operation>insert</operation><object>Leads</object></jobInfo>", "InvalidEntity"),
        ("<jobInfo>", "InvalidJob"),
    ],
)
def test_bad_jobs(old: Async, body: str, code: str) -> None:
    """A job that makes no sense is refused."""
    answer = old.call("POST", "job", body)
    assert (answer.status_code, element(answer, "exceptionCode")) == (400, code)


def test_retired_version(sandbox: Sandbox[Org]) -> None:
    """A retired version is 400 InvalidVersion."""
    answer = requests.get(
        f"{sandbox.url}/services/async/29.0/job/x", headers={"X-SFDC-Session": sandbox.token}, timeout=30
    )
    assert (answer.status_code, element(answer, "exceptionCode")) == (400, "InvalidVersion")
