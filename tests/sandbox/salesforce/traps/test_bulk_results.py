"""Traps in what bulk jobs give back, sprung on a client that does not expect them."""

from __future__ import annotations

import csv
import io

import pytest
import requests
import simple_salesforce.bulk2
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conftest import Api


@pytest.fixture(autouse=True)
def _at_once(sandbox: Sandbox[Org], monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.org.rules.bulk.polls = 0
    monkeypatch.setattr(simple_salesforce.bulk2, "sleep", lambda seconds: None)


def people(org: Org, *names: str) -> None:
    org.load("Lead", ["LastName", "Company"], [[name, "ACME"] for name in names])


def job(api: Api, soql: str) -> str:
    made: str = api.call("POST", "jobs/query", json={"operation": "query", "query": soql}).json()["id"]
    assert api.get(f"jobs/query/{made}").json()["state"] == "JobComplete"
    return made


@pytest.mark.trap("S10")
def test_the_last_page_says_null(api: Api, org: Org) -> None:
    """A reader that goes on while there is a locator never stops of itself: the last one is the word `null`."""
    people(org, "A", "B", "C")
    path = f"jobs/query/{job(api, 'SELECT Id FROM Lead')}/results"
    locator, pages = "", 0
    while True:
        answer = api.get(path, maxRecords="2", **({"locator": locator} if locator else {}))
        if answer.status_code != 200:
            break
        pages, locator = pages + 1, answer.headers["Sforce-Locator"]
        assert locator
    assert (pages, locator) == (2, "null")
    assert answer.json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"


@pytest.mark.trap("S11")
def test_paths_joined_carelessly(api: Api, sandbox: Sandbox[Org]) -> None:
    """contentUrl has no leading slash; joined with one too many or none at all it leads nowhere."""
    made = api.call("POST", "jobs/ingest", json={"object": "Lead", "operation": "insert"}).json()
    keys = {"data": b"LastName,Company\nA,B\n", "headers": {"Content-Type": "text/csv"}}
    doubled = api.call("PUT", "/" + made["contentUrl"].replace("/jobs", "//jobs"), **keys)
    assert doubled.status_code == 404
    with pytest.raises(requests.exceptions.InvalidURL):
        requests.put(f"{sandbox.url}{made['contentUrl']}", timeout=5)
    assert api.call("PUT", f"/{made['contentUrl']}", **keys).status_code == 201


@pytest.mark.trap("S12")
def test_every_page_is_a_file_of_its_own(client: Salesforce, org: Org) -> None:
    """Pages put one after the other hold the header again: a row that is no lead."""
    people(org, "A", "B", "C")
    text = "".join(client.bulk2.Lead.query("SELECT Id, LastName FROM Lead", max_records=2))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 4
    assert {"Id": "Id", "LastName": "LastName"} in rows


@pytest.mark.trap("S13")
def test_null_bytes(api: Api, client: Salesforce, org: Org) -> None:
    """A NUL stored by somebody comes out in the CSV and in JSON, for a database or a parser to choke on."""
    people(org, "Nul\x00l")
    content = api.get(f"jobs/query/{job(api, 'SELECT LastName FROM Lead')}/results").content
    assert b"Nul\x00l" in content
    assert client.query("SELECT LastName FROM Lead")["records"][0]["LastName"] == "Nul\x00l"


@pytest.mark.trap("S14")
def test_no_charset(client: Salesforce, org: Org) -> None:
    """CSV answers name no charset: read as their content type says they turn Köln into KÃ¶ln."""
    made = client.bulk2.Lead.insert(records=[{"LastName": "Köln", "Company": ""}])
    failed = client.bulk2.Lead.get_failed_records(made[0]["job_id"])
    assert "KÃ¶ln" in failed
    assert "Köln" not in failed


@pytest.mark.trap("S14")
def test_characters_split_between_chunks(api: Api, org: Org) -> None:
    """A character of several bytes may be cut between two chunks: decoding chunk by chunk breaks it."""
    people(org, "ü" * 80)
    answer = api.call("GET", f"jobs/query/{job(api, 'SELECT LastName FROM Lead')}/results", stream=True)
    chunks = list(answer.iter_content(7))
    assert "\ufffd" in "".join(chunk.decode("utf-8", errors="replace") for chunk in chunks)
    assert "ü" * 80 in b"".join(chunks).decode("utf-8")


@pytest.mark.trap("S15")
def test_lines_are_not_records(client: Salesforce, org: Org) -> None:
    """Line ends inside values: cut at line ends, two leads become five lines, and U+2028 cuts as well."""
    people(org, "Two\nlines", "Strange\u2028line")
    (page,) = client.bulk2.Lead.query("SELECT LastName FROM Lead")
    assert len(page.splitlines()) == 5
    assert len(list(csv.reader(io.StringIO(page, newline="")))) == 3


@pytest.mark.trap("S15")
def test_the_clients_own_reader_cuts_lines(client: Salesforce) -> None:
    """simple-salesforce cuts result files at line ends itself: the failed lead comes back in pieces."""
    made = client.bulk2.Lead.insert(records=[{"LastName": "Two\nlines", "Company": "", "City": "Bonn"}])
    (failed,) = client.bulk2.Lead.get_all_ingest_records(made[0]["job_id"])["failedRecords"]
    assert failed["LastName"] != "Two\nlines"


@pytest.mark.trap("S32")
def test_not_every_field_can_be_had(client: Salesforce) -> None:
    """All fields of describe in one bulk query are refused because of the address."""
    names = [field["name"] for field in client.Lead.describe()["fields"]]
    with pytest.raises(SalesforceMalformedRequest) as caught:
        list(client.bulk2.Lead.query(f"SELECT {', '.join(names)} FROM Lead"))
    assert caught.value.content[0]["message"] == "Selecting compound data not supported in Bulk Query"
    names.remove("Address")
    assert len(list(client.bulk2.Lead.query(f"SELECT {', '.join(names)} FROM Lead"))) == 1
