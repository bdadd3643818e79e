"""Ingest jobs: states, what a cell means, outcomes row by row, and what spoils a whole job."""

from __future__ import annotations

import csv
import io
from collections import Counter
from typing import Any

import pytest

from connector.sandbox.salesforce import base
from connector.sandbox.salesforce.bulk import csvfile
from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.rules import RowFault
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conftest import Api


@pytest.fixture(autouse=True)
def _at_once(sandbox: Sandbox[Org]) -> None:
    sandbox.org.rules.bulk.polls = 0


def create(api: Api, operation: str, object_name: str = "Lead", **keys: Any) -> str:
    answer = api.call("POST", "jobs/ingest", json={"object": object_name, "operation": operation, **keys})
    assert answer.status_code == 200, answer.text
    job: str = answer.json()["id"]
    return job


def upload(api: Api, job: str, data: str | bytes) -> None:
    body = data.encode() if isinstance(data, str) else data
    sent = api.call("PUT", f"jobs/ingest/{job}/batches", data=body, headers={"Content-Type": "text/csv"})
    assert sent.status_code == 201, sent.text
    assert api.call("PATCH", f"jobs/ingest/{job}", json={"state": "UploadComplete"}).status_code == 200


def run(
    api: Api, operation: str, data: str | bytes, object_name: str = "Lead", **keys: Any
) -> tuple[str, dict[str, Any]]:
    """A job done: its id and what it says of itself."""
    job = create(api, operation, object_name, **keys)
    upload(api, job, data)
    return job, api.get(f"jobs/ingest/{job}").json()


def result(api: Api, job: str, name: str) -> list[dict[str, str]]:
    answer = api.get(f"jobs/ingest/{job}/{name}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8"), newline="")))


def column(org: Org, name: str, object_name: str = "Lead") -> list[Any]:
    rows = org.storage.reader().execute(f'SELECT "{name}" FROM "{object_name}" ORDER BY rowid')
    return [row[0] for row in rows]


def leads(org: Org, count: int = 1, **values: str) -> list[str]:
    org.load("Lead", ["LastName", "Company", *values], [[f"L{n}", "ACME", *values.values()] for n in range(count)])
    return column(org, "Id")


def test_insert(api: Api, org: Org) -> None:
    """Each row becomes a record; the result file tells its id and that it was created."""
    job, done = run(api, "insert", 'LastName,Company,City\n"Köhler, J.",ACME,"Köln\nSüd"\n')
    assert (done["state"], done["numberRecordsProcessed"], done["numberRecordsFailed"]) == ("JobComplete", 1, 0)
    (row,) = result(api, job, "successfulResults")
    assert (row["sf__Created"], row["LastName"], row["City"]) == ("true", "Köhler, J.", "Köln\nSüd")
    assert column(org, "Id") == [row["sf__Id"]]
    assert column(org, "City") == ["Köln\nSüd"]


def test_what_a_cell_means(api: Api, org: Org) -> None:
    """An empty cell leaves the field, `#N/A` clears it, any other text sets it."""
    one, two, three = leads(org, 3, City="Köln")
    run(api, "update", f"Id,City\n{one},\n{two},#N/A\n{three},Bonn\n")
    assert column(org, "City") == ["Köln", None, "Bonn"]


def test_outcomes_row_by_row(api: Api, org: Org) -> None:
    """Bad rows fail by themselves, with CODE:message:fields--; the job is complete all the same."""
    one, two, three = leads(org, 3)
    with org.storage.transaction() as db:
        db.execute('UPDATE "Lead" SET "IsConverted" = 1 WHERE "Id" = ?', (three,))
    data = f"Id,Status,Email\n{one},Working - Contacted,a@b.example\n{two},Open,nonsense\n{three},Open,\n"
    job, done = run(api, "update", data)
    assert (done["state"], done["numberRecordsProcessed"], done["numberRecordsFailed"]) == ("JobComplete", 3, 2)
    failed = {row["Id"]: row["sf__Error"] for row in result(api, job, "failedResults")}
    assert failed[two] == "INVALID_EMAIL_ADDRESS:Email: invalid email address: nonsense:Email --"
    assert failed[three].startswith("CANNOT_UPDATE_CONVERTED_LEAD:cannot reference converted lead:")
    assert failed[three].endswith("--")
    assert [row["sf__Id"] for row in result(api, job, "successfulResults")] == [one]
    assert column(org, "Status")[0] == "Working - Contacted"


@pytest.mark.parametrize(("version", "filled"), [("52.0", False), ("53.0", True)])
def test_id_of_failed_rows(sandbox: Sandbox[Org], version: str, filled: bool) -> None:
    """sf__Id is filled in failed updates from version 53 on."""
    (lead,) = leads(sandbox.org)
    api = Api(sandbox, version=version)
    job, _ = run(api, "update", f"Id,Email\n{lead},bad\n")
    assert [row["sf__Id"] for row in result(api, job, "failedResults")] == [lead if filled else ""]


def test_history_and_owner(api: Api, org: Org) -> None:
    """Bulk changes are tracked like any other; the assignment rule runs only for a job that names it."""
    one, two = leads(org, 2)
    run(api, "update", f"Id,Status\n{one},Working - Contacted\n")
    assert column(org, "NewValue", "LeadHistory") == ["Working - Contacted"]
    assert column(org, "OwnerId") == [base.ADMIN_ID, base.ADMIN_ID]
    run(api, "update", f"Id,Status\n{two},Working - Contacted\n", assignmentRuleId=base.RULE_ID)
    assert column(org, "OwnerId") == [base.ADMIN_ID, base.QUEUE_ID]


def test_upsert(api: Api, org: Org) -> None:
    """Known external ids are updated, new ones created, and the result file says which."""
    external = FieldType(
        name="Ext__c", label="Ext", type="string", length=20, custom=True, permissionable=True, external_id=True
    )
    org.add_field("Lead", external)
    leads(org, 1, Ext__c="a1")
    job, done = run(
        api, "upsert", "Ext__c,LastName,Company\na1,Changed,ACME\na2,New,ACME\n", externalIdFieldName="Ext__c"
    )
    assert (done["externalIdFieldName"], done["numberRecordsFailed"]) == ("Ext__c", 0)
    created = {row["Ext__c"]: row["sf__Created"] for row in result(api, job, "successfulResults")}
    assert created == {"a1": "false", "a2": "true"}
    assert column(org, "LastName") == ["Changed", "New"]


def test_parent_by_external_id(api: Api, org: Org) -> None:
    """A column such as ReportsTo.Email finds the parent; one that is not found fails its row."""
    org.load("Contact", ["LastName", "Email"], [["Boss", "boss@acme.example"]])
    boss = column(org, "Id", "Contact")[0]
    data = "LastName,ReportsTo.Email\nA,boss@acme.example\nB,nobody@acme.example\nC,\n"
    job, done = run(api, "insert", data, "Contact")
    assert done["numberRecordsFailed"] == 1
    assert result(api, job, "failedResults")[0]["sf__Error"].startswith(
        "INVALID_FIELD:Foreign key external ID: nobody@"
    )
    assert column(org, "ReportsToId", "Contact") == [None, boss, None]


def test_delete(api: Api, org: Org) -> None:
    """Deleted rows go to the recycle bin; what is not there fails; any column but Id fails the job."""
    one, _two = leads(org, 2)
    _, done = run(api, "delete", f"Id\n{one}\n{one[:-4]}zEAA\n")
    assert done["numberRecordsFailed"] == 1
    assert column(org, "IsDeleted") == [1, 0]
    _, failed = run(api, "delete", f"Id,Status\n{one},x\n")
    assert (failed["state"], failed["errorMessage"]) == (
        "Failed",
        "InvalidBatch : A delete batch must contain only ids",
    )


def test_hard_delete(api: Api, org: Org) -> None:
    """hardDelete needs a permission of its own, and then leaves nothing behind."""
    (lead,) = leads(org)
    refused = api.call("POST", "jobs/ingest", json={"object": "Lead", "operation": "hardDelete"})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "FEATURENOTENABLED")
    granted = {"Id": base.PROFILE_SET_ID, "PermissionsBulkApiHardDelete": True}
    assert org.update("PermissionSet", [granted], Options(system=True))[0].success
    run(api, "hardDelete", f"Id\n{lead}\n")
    assert column(org, "Id") == []


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("Id,Nonsense\nx,y\n", "InvalidBatch : Field name not found : Nonsense"),
        ("\ufeffId,City\nx,y\n", "InvalidBatch : Field name not found : \ufeffId"),
        ("Id,City,city\nx,y,z\n", "InvalidBatch : Duplicate field name : City"),
        (
            "Id,City\r\nx,y\r\n",
            "ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF",
        ),
        ("Id,City\nx,y,z\n", "ClientInputError : Too many columns in row 2: 3 for 2"),
        ("", "InvalidBatch : The CSV file has no header row"),
    ],
)
def test_spoilt_jobs(api: Api, org: Org, data: str, message: str) -> None:
    """A header or a line ending that is wrong fails the whole job, and says why; nothing is written."""
    leads(org)
    job, done = run(api, "update", data)
    assert (done["state"], done["errorMessage"]) == ("Failed", message)
    assert result(api, job, "successfulResults") == []


def test_line_endings_and_delimiters(api: Api, org: Org) -> None:
    """CRLF files with semicolons work when the job says so; a LF file then fails."""
    (lead,) = leads(org)
    keys = {"lineEnding": "CRLF", "columnDelimiter": "SEMICOLON"}
    job, done = run(api, "update", f'Id;City\r\n{lead};"a;b"\r\n', **keys)
    assert done["numberRecordsFailed"] == 0
    assert column(org, "City") == ["a;b"]
    assert api.get(f"jobs/ingest/{job}/successfulResults").text.endswith('"\r\n')
    _, failed = run(api, "update", f"Id;City\n{lead};x\n", **keys)
    assert failed["errorMessage"].endswith("Current LineEnding setting is CRLF")


def test_states(api: Api, org: Org) -> None:
    """Open, UploadComplete, InProgress for as many looks as told, JobComplete; contentUrl only while open."""
    org.rules.bulk.polls = 2
    job = create(api, "insert")
    opened = api.get(f"jobs/ingest/{job}").json()
    assert (opened["state"], opened["contentUrl"]) == ("Open", f"services/data/v59.0/jobs/ingest/{job}/batches")
    upload(api, job, "LastName,Company\nA,B\n")
    early = api.get(f"jobs/ingest/{job}/successfulResults")
    assert (early.status_code, early.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")
    answers = [api.get(f"jobs/ingest/{job}").json() for _ in range(3)]
    assert [answer["state"] for answer in answers] == ["InProgress", "InProgress", "JobComplete"]
    assert all("contentUrl" not in answer for answer in answers)


def test_one_upload_only(api: Api) -> None:
    """A second upload, an upload of another type, and UploadComplete without data are refused."""
    job = create(api, "insert")
    premature = api.call("PATCH", f"jobs/ingest/{job}", json={"state": "UploadComplete"})
    assert premature.json()[0]["errorCode"] == "INVALIDJOBSTATE"
    path, data = f"jobs/ingest/{job}/batches", b"LastName,Company\nA,B\n"
    assert api.call("PUT", path, data=data, headers={"Content-Type": "application/json"}).status_code == 415
    assert api.call("PUT", path, data=data, headers={"Content-Type": "text/csv; charset=UTF-8"}).status_code == 201
    again = api.call("PUT", path, data=data, headers={"Content-Type": "text/csv"})
    assert (again.status_code, again.json()[0]["errorCode"]) == (400, "INVALIDJOBSTATE")


def test_abort_half_way(api: Api, org: Org) -> None:
    """A job aborted at work keeps what it has done; the rest is unprocessed: nothing is lost from the count."""
    org.rules.bulk.hold_after = 400
    names = [f"P{number}" for number in range(1000)]
    job = create(api, "insert")
    upload(api, job, "LastName,Company\n" + "".join(f"{name},ACME\n" for name in names))
    while (seen := api.get(f"jobs/ingest/{job}").json())["numberRecordsProcessed"] < 400:
        assert seen["state"] == "InProgress"
    assert api.call("DELETE", f"jobs/ingest/{job}").status_code == 400
    aborted = api.call("PATCH", f"jobs/ingest/{job}", json={"state": "Aborted"}).json()
    assert aborted["state"] == "Aborted"
    done = [row["LastName"] for row in result(api, job, "successfulResults")]
    left = [row["LastName"] for row in result(api, job, "unprocessedRecords")]
    assert (len(done), len(left)) == (400, 600)
    assert sorted(done + left) == sorted(names)
    assert Counter(column(org, "LastName")) == Counter(done)
    assert api.call("DELETE", f"jobs/ingest/{job}").status_code == 204
    assert api.get(f"jobs/ingest/{job}").status_code == 404


def test_abort_before_the_data(api: Api) -> None:
    """An open job can be aborted; a finished one not."""
    job = create(api, "insert")
    assert api.call("PATCH", f"jobs/ingest/{job}", json={"state": "Aborted"}).json()["state"] == "Aborted"
    again = api.call("PATCH", f"jobs/ingest/{job}", json={"state": "Aborted"})
    assert again.json() == [{"errorCode": "INVALIDJOBSTATE", "message": "Aborting already Completed Job not allowed"}]


def test_job_that_fails_half_way(api: Api, org: Org) -> None:
    """A job can fail as a whole after some rows: done, failed and unprocessed rows add up."""
    org.rules.bulk.fail_after = 200
    org.rules.row_fault.append(
        RowFault(code="UNABLE_TO_LOCK_ROW", message="unable to obtain exclusive access", every=10)
    )
    job, done = run(api, "insert", "LastName,Company\n" + "".join(f"P{n},A\n" for n in range(500)))
    assert (done["state"], done["errorMessage"]) == ("Failed", org.rules.bulk.fail_message)
    counts = [len(result(api, job, name)) for name in ("successfulResults", "failedResults", "unprocessedrecords")]
    assert counts == [180, 20, 300]


def test_order_of_results(api: Api, org: Org) -> None:
    """Rows of the result files do not stand in the order of the upload."""
    names = [f"P{number:03d}" for number in range(300)]
    job, _ = run(api, "insert", "LastName,Company\n" + "".join(f"{name},ACME\n" for name in names))
    found = [row["LastName"] for row in result(api, job, "successfulResults")]
    assert found != names
    assert sorted(found) == names


def test_multipart(api: Api, org: Org) -> None:
    """A small job comes in one request, with its data, and is at work at once."""
    files = {
        "job": (None, '{"object": "Lead", "operation": "insert", "contentType": "CSV"}', "application/json"),
        "content": ("content", "LastName,Company\nKöhler,ACME\n".encode(), "text/csv"),
    }
    made = api.call("POST", "jobs/ingest", files=files)
    assert made.status_code == 200, made.text
    assert made.json()["state"] == "UploadComplete"
    assert api.get(f"jobs/ingest/{made.json()['id']}").json()["numberRecordsProcessed"] == 1
    assert column(org, "LastName") == ["Köhler"]
    files["content"] = ("content", b"LastName,Company\n" + b"x" * 100_000, "text/csv")
    assert api.call("POST", "jobs/ingest", files=files).json()[0]["errorCode"] == "LIMIT_EXCEEDED"
    del files["content"]
    assert api.call("POST", "jobs/ingest", files=files).status_code == 400


def test_chunked_upload(api: Api, org: Org) -> None:
    """Data may arrive in chunks without a length, as jsforce and the Salesforce CLI send it."""
    job = create(api, "insert")
    pieces = iter([b"LastName,Comp", b"any\nA,B\nC", b",D\n"])
    sent = api.call("PUT", f"jobs/ingest/{job}/batches", data=pieces, headers={"Content-Type": "text/csv"})
    assert sent.request.headers["Transfer-Encoding"] == "chunked"
    assert sent.status_code == 201
    api.call("PATCH", f"jobs/ingest/{job}", json={"state": "UploadComplete"})
    assert api.get(f"jobs/ingest/{job}").json()["numberRecordsProcessed"] == 2


def test_too_large(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than 100 MB of data are refused, and the job stays open for smaller data."""
    from connector.sandbox.salesforce.resources import bulk_ingest

    assert csvfile.MAX_BYTES == 100 * 1024 * 1024
    monkeypatch.setattr(bulk_ingest, "MAX_BYTES", 1000)
    job = create(api, "insert")
    path, headers = f"jobs/ingest/{job}/batches", {"Content-Type": "text/csv"}
    refused = api.call("PUT", path, data=b"x" * 1001, headers=headers)
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")
    assert api.call("PUT", path, data=b"x" * 1000, headers=headers).status_code == 201


def test_daily_batches(api: Api, org: Org) -> None:
    """Ingested rows count as batches of 10,000 against the day, which /limits shows; beyond it no job is made."""
    org.rules.bulk.daily_batches = 2
    run(api, "insert", "LastName,Company\nA,B\n")
    assert api.get("limits").json()["DailyBulkApiBatches"]["Remaining"] == 1
    run(api, "insert", "LastName,Company\nA,B\n")
    answer = api.call("POST", "jobs/ingest", json={"object": "Lead", "operation": "insert"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "LIMIT_EXCEEDED")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"object": "Leads", "operation": "insert"}, "INVALIDENTITY"),
        ({"object": "Lead", "operation": "upsert"}, "INVALIDJOB"),
        ({"object": "Lead", "operation": "upsert", "externalIdFieldName": "Nope__c"}, "INVALIDJOB"),
        ({"object": "Lead", "operation": "merge"}, "JSON_PARSER_ERROR"),
        ({"object": "Lead", "operation": "insert", "lineEnding": "CR"}, "JSON_PARSER_ERROR"),
        ({"object": "Lead", "operation": "insert", "nonsense": 1}, "JSON_PARSER_ERROR"),
        ({"operation": "insert"}, "JSON_PARSER_ERROR"),
    ],
)
def test_bad_jobs(api: Api, body: dict[str, Any], code: str) -> None:
    """A job that makes no sense is refused when it is created."""
    answer = api.call("POST", "jobs/ingest", json=body)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_listing(api: Api) -> None:
    """The list of jobs has no counters."""
    job = create(api, "insert")
    (listed,) = api.get("jobs/ingest").json()["records"]
    assert (listed["id"], listed["jobType"]) == (job, "V2Ingest")
    assert "numberRecordsProcessed" not in listed


def test_jobs_vanish(sandbox: Sandbox[Org], api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """After seven days a job and its results are gone."""
    from datetime import timedelta

    job = create(api, "insert")
    now = sandbox.org.clock()
    monkeypatch.setattr(sandbox.org, "clock", lambda: now + timedelta(days=8))
    assert api.get(f"jobs/ingest/{job}").status_code == 404
