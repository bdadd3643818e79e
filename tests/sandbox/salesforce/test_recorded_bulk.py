"""Recorded runs of the Bulk API 2.0 against real orgs, done again against the sandbox and compared key by key."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conftest import Api

RECORDED = Path(__file__).parents[2] / "recorded" / "salesforce"
INGEST = json.loads((RECORDED / "bulk2_ingest.json").read_text(encoding="utf-8"))
QUERIES = json.loads((RECORDED / "bulk2_query.json").read_text(encoding="utf-8"))
SAME = (
    "operation",
    "state",
    "concurrencyMode",
    "contentType",
    "apiVersion",
    "jobType",
    "lineEnding",
    "columnDelimiter",
)
"""Keys whose values do not depend on the org."""


def alike(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """The same keys in the same order, values of the same type, and equal where the org does not matter."""
    assert list(ours) == list(theirs)
    for key, value in theirs.items():
        same_type = type(ours[key]) is type(value) or {type(ours[key]), type(value)} == {int, float}
        assert same_type, (key, ours[key], value)
        if key in SAME:
            assert ours[key] == value, key
    for key in ("createdDate", "systemModstamp"):
        assert len(ours[key]) == len(theirs[key])
        assert ours[key].endswith(".000+0000")


def request(api: Api, step: dict[str, Any], job: str, body: dict[str, Any]) -> requests.Response:
    method, path = step["request"].split()
    body = {"POST": body, "PATCH": {"state": "UploadComplete"}}.get(method, {})
    return api.call(method, path.replace("{id}", job), **({"json": body} if body else {}))


@pytest.mark.parametrize(
    ("run", "object_name", "records"),
    [(0, "Task", ["Call,High", "Mail,Low"]), (1, "Task", ["Hello"]), (2, "Account", ["{id},1", "{id},2"])],
    ids=["insert", "custom field", "update"],
)
def test_ingest(sandbox: Sandbox[Org], org: Org, run: int, object_name: str, records: list[str]) -> None:
    """Every answer of an ingest job, from its creation to its result files, has the recorded form."""
    recorded = INGEST[run]
    org.add_field("Task", FieldType(name="message__c", label="Message", type="string", length=80, custom=True))
    org.load("Account", ["Name"], [["One"], ["Two"]])
    accounts = [row[0] for row in org.storage.reader().execute('SELECT "Id" FROM "Account"')]
    if run == 2:
        records = [record.format(id=one) for record, one in zip(records, accounts, strict=True)]
    version = recorded["steps"][0]["answer"]["apiVersion"]
    api = Api(sandbox, version=f"{version}.0")
    job = ""
    for step in recorded["steps"]:
        body = {"object": object_name, "operation": step["answer"]["operation"]}
        if step["when"] == "open, data uploaded":
            data = "\n".join([recorded["upload_header"], *records]) + "\n"
            sent = api.call("PUT", f"jobs/ingest/{job}/batches", data=data, headers={"Content-Type": "text/csv"})
            assert (sent.status_code, sent.content) == (201, b"")
        answer = request(api, step, job, body)
        assert answer.status_code == 200
        ours, theirs = answer.json(), step["answer"]
        alike(ours, theirs)
        job = ours["id"]
        if "contentUrl" in theirs:
            assert ours["contentUrl"] == theirs["contentUrl"].replace(theirs["id"], job)
    assert ours["numberRecordsProcessed"] == len(records)
    assert api.get(f"jobs/ingest/{job}/failedResults/").text == recorded["failedResults"] + "\n"
    assert api.get(f"jobs/ingest/{job}/unprocessedrecords/").text == recorded["unprocessedrecords"] + "\n"


@pytest.mark.parametrize("run", [0, 1], ids=["accounts", "relations"])
def test_query(sandbox: Sandbox[Org], org: Org, run: int) -> None:
    """Every answer of a query job has the recorded form, and so has the list of jobs."""
    recorded = QUERIES[run]
    api = Api(sandbox, version=f"{recorded['steps'][0]['answer']['apiVersion']}.0")
    query = (
        recorded["query"]
        .replace("AccountContactRelation", "OpportunityContactRole")
        .replace("AccountId", "OpportunityId")
    )
    job = ""
    for step in recorded["steps"]:
        answer = request(api, step, job, {"operation": "query", "query": query})
        assert answer.status_code == 200
        alike(answer.json(), step["answer"])
        job = answer.json()["id"]
    listed = api.get("jobs/query").json()
    assert listed["done"] is True
    for theirs in recorded.get("listed", []):
        alike(listed["records"][0], theirs)


def test_query_results(api: Api, org: Org) -> None:
    """The recorded accounts come back letter for letter as the recorded CSV, empty for null and all quoted."""
    recorded = QUERIES[0]["results"]
    lines = list(csv.reader(recorded.splitlines()))
    org.load("Account", lines[0], lines[1:])
    query = "SELECT Id,Name, Phone from Account ORDER BY Id LIMIT 5"
    job = api.call("POST", "jobs/query", json={"operation": "query", "query": query}).json()["id"]
    while api.get(f"jobs/query/{job}").json()["state"] != "JobComplete":
        pass
    answer = api.get(f"jobs/query/{job}/results")
    assert answer.content.decode() == recorded
    assert answer.headers["Content-Type"] == "text/csv"
    assert (answer.headers["Sforce-NumberOfRecords"], answer.headers["Sforce-Locator"]) == ("5", "null")
