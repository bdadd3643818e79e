"""Query jobs: what they refuse, how results are paged, and that any text survives."""

from __future__ import annotations

import csv
import io
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.sandbox.salesforce.bulk.export import locator, page, position
from connector.sandbox.salesforce.bulk.job import Job
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.stamps import instant
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conftest import Api


@pytest.fixture(autouse=True)
def _at_once(sandbox: Sandbox[Org]) -> None:
    sandbox.org.rules.bulk.polls = 0


def start(api: Api, query: str, **keys: Any) -> str:
    """A finished query job."""
    answer = api.call("POST", "jobs/query", json={"operation": "query", "query": query, **keys})
    assert answer.status_code == 200, answer.text
    job: str = answer.json()["id"]
    state = api.get(f"jobs/query/{job}").json()
    assert state["state"] == "JobComplete", state
    return job


def read(api: Api, job: str, **params: str) -> tuple[list[list[str]], requests.Response]:
    answer = api.get(f"jobs/query/{job}/results", **params)
    assert answer.status_code == 200
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8"), newline=""))), answer


def everything(api: Api, job: str, rows: str) -> list[list[str]]:
    """All records, page by page; checks the headers on the way."""
    found: list[list[str]] = []
    params = {"maxRecords": rows}
    while True:
        records, answer = read(api, job, **params)
        assert int(answer.headers["Sforce-NumberOfRecords"]) == len(records) - 1
        found += records[1:]
        if answer.headers["Sforce-Locator"] == "null":
            return found
        params["locator"] = answer.headers["Sforce-Locator"]


def people(org: Org, count: int) -> None:
    org.load("Lead", ["LastName", "Company"], ([f"Person {number}", "A\nB"] for number in range(count)))


def test_pages(api: Api, org: Org) -> None:
    """Pages of any size hold every record once; they may be read again and in any order; the last locator is `null`."""
    people(org, 5003)
    job = start(api, "SELECT Id, LastName, Company FROM Lead")
    found = everything(api, job, "777")
    assert len(found) == 5003
    assert sorted(int(record[1].split()[1]) for record in found) == list(range(5003))
    assert {record[2] for record in found} == {"A\nB"}
    assert everything(api, job, "5002") == found
    first, _ = read(api, job, maxRecords="3")
    assert first[1:] == found[:3]


def test_order_is_arbitrary_unless_asked(api: Api, org: Org) -> None:
    """Without ORDER BY rows do not come in the order of their ids: no cursor can be taken from the last one."""
    people(org, 10)
    arbitrary = [row[0] for row in everything(api, start(api, "SELECT Id FROM Lead"), "100")]
    assert arbitrary != sorted(arbitrary)
    ordered = [row[0] for row in everything(api, start(api, "SELECT Id FROM Lead ORDER BY Id LIMIT 5"), "100")]
    assert ordered == sorted(arbitrary)[:5]


def test_values(api: Api, org: Org) -> None:
    """Everything is quoted; null is empty; datetimes end in Z, checkboxes are words, parents have dotted names."""
    org.load(
        "Lead",
        ["LastName", "Company", "AnnualRevenue", "NumberOfEmployees", "CreatedDate", "Description"],
        [['Zoë "Z"', "A,B", 950000000.0, 7, "2026-03-04T17:30:00Z", None]],
    )
    fields = "LastName, Company, AnnualRevenue, NumberOfEmployees, CreatedDate, Description, IsConverted, owner.name"
    _, answer = read(api, start(api, f"SELECT {fields} FROM Lead"))
    assert answer.content.decode() == (
        '"LastName","Company","AnnualRevenue","NumberOfEmployees","CreatedDate","Description","IsConverted","Owner.Name"\n'
        '"Zoë ""Z""","A,B","950000000.0","7","2026-03-04T17:30:00.000Z","","false","Avery Admin"\n'
    )


def test_no_rows(api: Api) -> None:
    """Nothing found is a header and no records."""
    job = start(api, "SELECT Id FROM Lead")
    records, answer = read(api, job)
    assert records == [["Id"]]
    assert (answer.headers["Sforce-NumberOfRecords"], answer.headers["Sforce-Locator"]) == ("0", "null")


@pytest.mark.parametrize(("name", "char"), [("TAB", "\t"), ("PIPE", "|"), ("CARET", "^"), ("BACKQUOTE", "`")])
def test_dialects(api: Api, org: Org, name: str, char: str) -> None:
    """The delimiter and the line ending are those of the job."""
    people(org, 1)
    _, answer = read(api, start(api, "SELECT LastName, Company FROM Lead", columnDelimiter=name, lineEnding="CRLF"))
    assert answer.content.decode() == f'"LastName"{char}"Company"\r\n"Person 0"{char}"A\nB"\r\n'


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30), min_size=1, max_size=9)
)
def test_any_text_survives(api: Api, org: Org, texts: list[str]) -> None:
    """Quotes, delimiters, line ends of every kind, NUL and any alphabet come back as they were stored."""
    with org.storage.transaction() as db:
        db.execute('DELETE FROM "Lead"')
    org.load("Lead", ["LastName", "Company"], [[text, "ACME"] for text in texts])
    found = everything(api, start(api, "SELECT Id, LastName FROM Lead"), "2")
    assert sorted(row[1] for row in found) == sorted(texts)


@pytest.mark.parametrize("rows", [37, 1999, 2000, 2001, 4000])
def test_pages_are_found_in_the_file(tmp_path: Path, rows: int) -> None:
    """A page begins at its record wherever the file's blocks end, line ends inside values notwithstanding."""
    job = Job(
        id="750000000000001AAA", kind="query", operation="query", object="Lead", user_id="", version="59.0",
        created=instant("2026-03-04T00:00:00Z"), modified=instant("2026-03-04T00:00:00Z"), state="JobComplete",
        folder=tmp_path, header='"n"\n',
    )  # fmt: skip
    with job.file("results").open("wb") as out:
        for number in range(4100):
            if number % 2000 == 0:
                job.blocks.append((number, out.tell()))
            out.write(f'"{number}\n""x""\n"\n'.encode())
    job.processed = 4100
    start = 0
    while start < 4100:
        text = b"".join(page(job, start, rows)).decode()
        records = list(csv.reader(io.StringIO(text, newline="")))
        assert [int(record[0].split("\n")[0]) for record in records[1:]] == list(range(start, min(start + rows, 4100)))
        start += rows


def test_locators_are_their_jobs(api: Api, org: Org) -> None:
    """A locator of another job, or none at all, is refused."""
    people(org, 10)
    one, other = (org.jobs.find("query", start(api, "SELECT Id FROM Lead"), org.clock()) for _ in range(2))
    assert position(locator(4, one), one) == 4
    for wrong in (locator(4, other), "MDowR2FIbjA", "", "?", "ü"):
        assert position(wrong, one) is None
    answer = api.get(f"jobs/query/{one.id}/results", locator="MDowR2FIbjA")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_result_pages(api: Api, org: Org) -> None:
    """resultPages names five pages at a time; together they hold every record."""
    org.rules.bulk.page_rows = 10
    people(org, 65)
    job = start(api, "SELECT Id FROM Lead")
    first = api.get(f"jobs/query/{job}/resultPages").json()
    assert (len(first["resultPages"]), first["done"]) == (5, False)
    second = api.get(first["nextRecordsUrl"]).json()
    assert (len(second["resultPages"]), second["done"], second["nextRecordsUrl"]) == (2, True, None)
    found: list[str] = []
    for link in [*second["resultPages"], *first["resultPages"]]:
        found += api.get(link["resultUrl"]).text.splitlines()[1:]
    assert len(set(found)) == len(found) == 65


def test_too_early(api: Api, org: Org) -> None:
    """Until a client has seen JobComplete the results have no content; states come one look at a time."""
    org.rules.bulk.polls = 2
    answer = api.call("POST", "jobs/query", json={"operation": "query", "query": "SELECT Id FROM Lead"})
    job = answer.json()["id"]
    early = api.get(f"jobs/query/{job}/results")
    assert (early.status_code, early.content) == (204, b"")
    states = [api.get(f"jobs/query/{job}").json()["state"] for _ in range(4)]
    assert states == ["InProgress", "InProgress", "JobComplete", "JobComplete"]


def test_another_version(api: Api, sandbox: Sandbox[Org]) -> None:
    """Results must be read with the API version that made the job."""
    job = start(api, "SELECT Id FROM Lead")
    answer = Api(sandbox, version="60.0").get(f"jobs/query/{job}/results")
    assert answer.status_code == 409


def test_abort_and_delete(api: Api) -> None:
    """A finished job cannot be aborted, but deleted; then it is gone."""
    job = start(api, "SELECT Id FROM Lead")
    refused = api.call("PATCH", f"jobs/query/{job}", json={"state": "Aborted"})
    assert refused.status_code == 400
    assert refused.json() == [{"errorCode": "INVALIDJOBSTATE", "message": "Aborting already Completed Job not allowed"}]
    assert api.call("DELETE", f"jobs/query/{job}").status_code == 204
    assert api.get(f"jobs/query/{job}").status_code == 404


def test_aborted(api: Api, org: Org) -> None:
    """A job at work can be aborted; it has no results."""
    org.rules.bulk.polls = 9
    job = api.call("POST", "jobs/query", json={"operation": "query", "query": "SELECT Id FROM Lead"}).json()["id"]
    assert api.call("DELETE", f"jobs/query/{job}").status_code == 400
    aborted = api.call("PATCH", f"jobs/query/{job}", json={"state": "Aborted"})
    assert (aborted.status_code, aborted.json()["state"]) == (200, "Aborted")
    assert api.get(f"jobs/query/{job}/results").status_code == 400


@pytest.mark.parametrize(
    ("query", "code", "what"),
    [
        ("SELECT COUNT() FROM Lead", "API_ERROR", "Aggregate"),
        ("SELECT Status, MAX(Id) FROM Lead GROUP BY Status", "API_ERROR", "GROUP BY"),
        ("SELECT Id FROM Lead OFFSET 5", "API_ERROR", "OFFSET"),
        ("SELECT Id, (SELECT Id FROM Tasks) FROM Lead", "API_ERROR", "Nested"),
        ("SELECT FIELDS(STANDARD) FROM Lead", "API_ERROR", "FIELDS"),
        ("SELECT TYPEOF Who WHEN Lead THEN Id END FROM Task", "API_ERROR", "TYPEOF"),
        ("SELECT Id, Address FROM Lead", "FEATURENOTENABLED", "Selecting compound data not supported in Bulk Query"),
        ("SELECT Id FROM LeadStatus", "INVALIDENTITY", "Entity 'LeadStatus' is not supported by the Bulk API."),
        ("SELECT Idd FROM Lead", "INVALID_FIELD", "No such column 'Idd'"),
        ("SELECT Id FROM Leads", "INVALID_TYPE", "sObject type 'Leads' is not supported"),
        ("SELECT Id", "MALFORMED_QUERY", "unexpected token"),
    ],
)
def test_refusals(api: Api, query: str, code: str, what: str) -> None:
    """What bulk queries do not do is refused when the job is created."""
    answer = api.call("POST", "jobs/query", json={"operation": "query", "query": query})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)
    assert what in answer.json()[0]["message"]


def test_bad_bodies(api: Api) -> None:
    """A body that is no query job is refused."""
    for body in ({"operation": "query"}, {"operation": "fetch", "query": "SELECT Id FROM Lead"}, {"query": 1}):
        answer = api.call("POST", "jobs/query", json=body)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_daily_allowance(api: Api, org: Org) -> None:
    """Query jobs count against their daily limit, which /limits shows; beyond it LIMIT_EXCEEDED."""
    org.rules.bulk.daily_query_jobs = 2
    for left in (1, 0):
        start(api, "SELECT Id FROM Lead")
        assert api.get("limits").json()["DailyBulkV2QueryJobs"] == {"Max": 2, "Remaining": left}
    answer = api.call("POST", "jobs/query", json={"operation": "query", "query": "SELECT Id FROM Lead"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")


@pytest.mark.parametrize("count", [40_000])
def test_memory_is_bounded(api: Api, org: Org, count: int) -> None:
    """Results never lie in memory: a job of several megabytes holds a few blocks at a time."""
    org.load("Lead", ["LastName", "Company"], ([f"Person {number}", "x" * 200] for number in range(count)))
    tracemalloc.start()
    try:
        job = start(api, "SELECT Id, LastName, Company, Email, Status FROM Lead")
        size = 0
        answer = api.call("GET", f"jobs/query/{job}/results", stream=True)
        for piece in answer.iter_content(1 << 16):
            size += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size > 9_000_000
    assert peak < 5_000_000
