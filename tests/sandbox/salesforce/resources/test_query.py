"""`/query` over HTTP: pages, cursors and how they are lost, limits of the request."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.sandbox.salesforce import base
from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.cursors import PER_USER
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conftest import Api


def people(org: Org, count: int) -> None:
    org.load("Lead", ["LastName", "Company"], ([f"Person {number}", "ACME"] for number in range(count)))


def pages(api: Api, soql: str, **headers: str) -> list[dict[str, Any]]:
    """Every page of a query."""
    found = [api.query(soql, **headers)]
    while not found[-1]["done"]:
        found.append(api.get(found[-1]["nextRecordsUrl"]).json())
    return found


def test_one_page(api: Api, org: Org) -> None:
    """The answer of a small query has no nextRecordsUrl, and URLs name the version that asked."""
    people(org, 2)
    found = api.query("SELECT Id FROM Lead")
    assert set(found) == {"totalSize", "done", "records"}
    assert found["records"][0]["attributes"]["url"].startswith("/services/data/v59.0/sobjects/Lead/00Q")


def test_pages(api: Api, org: Org) -> None:
    """Pages follow each other without gap or overlap, with a constant totalSize, and not all of the asked size."""
    people(org, 1500)
    found = pages(api, "SELECT Id FROM Lead", **{"Sforce-Query-Options": "batchSize=250"})
    assert {page["totalSize"] for page in found} == {1500}
    ids = [record["Id"] for page in found for record in page["records"]]
    assert len(set(ids)) == len(ids) == 1500
    sizes = [len(page["records"]) for page in found]
    assert sizes[0] == 250
    assert any(size < 250 for size in sizes[1:-1])


@pytest.mark.parametrize(("asked", "given"), [("1", 200), ("300", 300), ("5000", 2000), ("x", 2000)])
def test_page_size_has_bounds(api: Api, org: Org, asked: str, given: int) -> None:
    """A batchSize is taken between 200 and 2,000; nonsense means the default."""
    people(org, 2100)
    assert len(api.query("SELECT Id FROM Lead", **{"Sforce-Query-Options": f"batchSize={asked}"})["records"]) == given


def test_long_text_makes_small_pages(api: Api, org: Org) -> None:
    """Two custom long text fields in the SELECT list cut the page to 200 rows."""
    people(org, 300)
    for name in ("Story__c", "Notes__c"):
        org.add_field("Lead", FieldType(name=name, label=name, type="textarea", length=32000, custom=True))
    assert len(api.query("SELECT Id, Story__c FROM Lead")["records"]) == 300
    assert len(api.query("SELECT Id, Story__c, Notes__c FROM Lead")["records"]) == 200


def test_children_count(api: Api, org: Org) -> None:
    """Child records count towards the page, and many children of one parent have pages of their own."""
    people(org, 300)
    ids = [record["Id"] for record in api.query("SELECT Id FROM Lead")["records"]]
    org.load("Task", ["WhoId", "Subject"], [[ids[0], f"Call {number}"] for number in range(450)])
    org.load("Task", ["WhoId", "Subject"], [[one, "Call"] for one in ids[1:]])
    options = {"Sforce-Query-Options": "batchSize=200"}
    found = pages(api, "SELECT Id, (SELECT Subject FROM Tasks) FROM Lead ORDER BY Id", **options)
    parents = [record for page in found for record in page["records"]]
    assert [record["Id"] for record in parents] == sorted(ids)
    assert all(sum(1 + record["Tasks"]["totalSize"] for record in page["records"]) <= 200 for page in found[1:])
    tasks = parents[0]["Tasks"]
    assert (tasks["totalSize"], tasks["done"], len(tasks["records"])) == (450, False, 200)
    subjects = [record["Subject"] for record in tasks["records"]]
    while not tasks["done"]:
        tasks = api.get(tasks["nextRecordsUrl"]).json()
        subjects += [record["Subject"] for record in tasks["records"]]
    assert len(set(subjects)) == 450


def test_changes_while_paging(api: Api, org: Org) -> None:
    """Which rows belong to a result is settled when it is asked; their values are those of the page's moment."""
    people(org, 700)
    first = api.query("SELECT Id, City FROM Lead", **{"Sforce-Query-Options": "batchSize=500"})
    with org.storage.transaction() as db:
        db.execute('UPDATE "Lead" SET "City" = \'Köln\'')
    people(org, 10)
    last = api.get(first["nextRecordsUrl"]).json()
    assert (last["totalSize"], len(last["records"])) == (700, 200)
    assert {record["City"] for record in last["records"]} == {"Köln"}


def test_eleventh_cursor_closes_the_first(api: Api, org: Org) -> None:
    """A user keeps ten cursors; one more closes the oldest, whose reader gets INVALID_QUERY_LOCATOR."""
    people(org, 300)
    options = {"Sforce-Query-Options": "batchSize=200"}
    urls = [api.query("SELECT Id FROM Lead", **options)["nextRecordsUrl"] for _ in range(PER_USER + 1)]
    lost = api.get(urls[0])
    assert (lost.status_code, lost.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")
    assert all(api.get(url).status_code == 200 for url in urls[1:])


def test_finished_cursors_make_room(api: Api, org: Org) -> None:
    """Results that were read to the end are closed before one that is still being read."""
    people(org, 300)
    options = {"Sforce-Query-Options": "batchSize=200"}
    slow = api.query("SELECT Id FROM Lead", **options)["nextRecordsUrl"]
    for _ in range(PER_USER + 5):
        assert pages(api, "SELECT Id FROM Lead", **options)[-1]["done"]
    assert api.get(slow).status_code == 200


def test_cursors_belong_to_a_session(api: Api, sandbox: Sandbox[Org]) -> None:
    """Another session of the same user cannot read on: 401, however fresh its token."""
    people(sandbox.org, 300)
    url = api.query("SELECT Id FROM Lead", **{"Sforce-Query-Options": "batchSize=200"})["nextRecordsUrl"]
    fresh = Api(sandbox, sandbox.org.sessions.open(base.INTEGRATION_ID, "again", None).token)
    lost = fresh.get(url)
    assert (lost.status_code, lost.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_cursors_live_two_days() -> None:
    """After two days a locator is invalid."""
    now = datetime(2026, 3, 4, tzinfo=UTC)
    org = Org(clock=lambda: now)
    people(org, 300)
    with Sandbox(org) as sandbox:
        api = Api(sandbox)
        url = api.query("SELECT Id FROM Lead", **{"Sforce-Query-Options": "batchSize=200"})["nextRecordsUrl"]
        now += timedelta(days=2)
        assert api.get(url).json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"
    org.close()


@pytest.mark.parametrize("locator", ["01g000000000000AAA-2000", "nonsense", "01g-x"])
def test_unknown_locator(api: Api, locator: str) -> None:
    """A locator that was never given out is invalid."""
    lost = api.get(f"query/{locator}")
    assert (lost.status_code, lost.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_query_all(api: Api, org: Org) -> None:
    """queryAll, in pages too, finds what is in the recycle bin."""
    people(org, 200)
    org.load("Lead", ["LastName", "Company", "IsDeleted"], [["Gone", "ACME", True]] * 100)
    answer = api.call(
        "GET", "queryAll/", params={"q": "SELECT Id FROM Lead"}, headers={"Sforce-Query-Options": "batchSize=200"}
    )
    assert answer.json()["totalSize"] == 300
    assert len(api.get(answer.json()["nextRecordsUrl"]).json()["records"]) == 100
    assert api.query("SELECT Id FROM Lead")["totalSize"] == 200


def test_aggregates_have_no_pages(api: Api, org: Org) -> None:
    """More than 2,000 groups are refused: aggregate queries cannot be continued."""
    people(org, 2001)
    assert api.error("SELECT LastName, COUNT(Id) FROM Lead GROUP BY LastName")["errorCode"] == "EXCEEDED_ID_LIMIT"
    assert api.query("SELECT LastName, COUNT(Id) FROM Lead GROUP BY LastName LIMIT 2000")["totalSize"] == 2000


def test_post_is_refused(api: Api) -> None:
    """A query cannot be POSTed."""
    answer = api.call("POST", "query", json={"q": "SELECT Id FROM Lead"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (405, "METHOD_NOT_ALLOWED")


def test_too_long_an_address(api: Api) -> None:
    """A URI over 16,384 bytes is refused with 414, URI and headers together with 431; about 570 ids fit."""
    fits = ",".join(f"'00Q5g0000{number:06d}AAA'" for number in range(570))
    assert api.get("query", q=f"SELECT Id FROM Lead WHERE Id IN ({fits})").status_code == 200
    assert api.get("query", q=f"SELECT Id FROM Lead WHERE LastName = '{'x' * 16400}'").status_code == 414
    names = ",".join(["'" + "x" * 3000 + "'"] * 5)
    padded = {"q": f"SELECT Id FROM Lead WHERE LastName IN ({names})"}
    answer = api.call("GET", "query", params=padded, headers={"X-Padding": "y" * 2000})
    assert answer.status_code == 431


def test_missing_query(api: Api) -> None:
    """Without q there is nothing to answer."""
    answer = api.get("query")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "MALFORMED_QUERY")


def test_columns(api: Api) -> None:
    """columns=true describes the columns instead of answering, as the Salesforce CLI needs it."""
    soql = "SELECT Id, Owner.Name, (SELECT Subject FROM Tasks), IsConverted FROM Lead"
    found = api.get("query", q=soql, columns="true").json()
    assert (found["entityName"], found["groupBy"], found["idSelected"], found["keyPrefix"]) == (
        "Lead",
        False,
        True,
        "00Q",
    )
    by_name = {column["columnName"]: column for column in found["columnMetadata"]}
    assert list(by_name) == ["Id", "Owner", "IsConverted", "Tasks"]
    assert [column["columnName"] for column in by_name["Owner"]["joinColumns"]] == ["Name"]
    assert [column["columnName"] for column in by_name["Tasks"]["joinColumns"]] == ["Subject"]
    assert by_name["IsConverted"]["booleanType"] is True
    grouped = api.get("query", q="SELECT Status, COUNT(Id) n FROM Lead GROUP BY Status", columns="true").json()
    assert [(one["columnName"], one["aggregate"]) for one in grouped["columnMetadata"]] == [
        ("Status", False),
        ("n", True),
    ]
    assert set(found["columnMetadata"][0]) == {
        "columnName", "displayName", "aggregate", "custom", "booleanType", "numberType", "textType", "foreignKeyName",
        "insertable", "updatable", "apexType", "joinColumns",
    }  # fmt: skip


def test_definitions(api: Api) -> None:
    """EntityDefinition and FieldDefinition can be asked; fields only for a named object."""
    found = api.query("SELECT QualifiedApiName FROM EntityDefinition WHERE QualifiedApiName IN ('Lead', 'Contact')")
    assert {record["QualifiedApiName"] for record in found["records"]} == {"Lead", "Contact"}
    where = "WHERE EntityDefinition.QualifiedApiName = 'Lead' AND IsFieldHistoryTracked = true"
    tracked = api.query(f"SELECT QualifiedApiName FROM FieldDefinition {where}")
    assert "Status" in {record["QualifiedApiName"] for record in tracked["records"]}
    assert "a filter on a reified column is required" in api.error("SELECT Id FROM FieldDefinition")["message"]
