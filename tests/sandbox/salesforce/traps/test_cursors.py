"""Traps of reading: sessions, cursors and stamps, sprung on a client that does not expect them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceExpiredSession, SalesforceMalformedRequest

from connector.sandbox.salesforce import base
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox


def people(org: Org, count: int) -> None:
    org.load("Lead", ["LastName", "Company"], ([f"Person {number}", "ACME"] for number in range(count)))


def logged_in_again(sandbox: Sandbox[Org], client: Salesforce) -> Salesforce:
    """A client with a fresh session after the first one ended."""
    sandbox.org.sessions.end_all()
    token = sandbox.org.sessions.open(base.INTEGRATION_ID, "again", None).token
    return Salesforce(
        instance_url=sandbox.https_url, session_id=token, version=client.sf_version, session=client.session
    )


@pytest.mark.trap("S2")
def test_the_rest_of_the_pages_is_lost(sandbox: Sandbox[Org], client: Salesforce) -> None:
    """A client that logs in again and asks for the next page gets 401 again, however often it tries."""
    people(sandbox.org, 2100)
    page = client.query("SELECT Id FROM Lead")
    again = logged_in_again(sandbox, client)
    for _ in range(3):
        with pytest.raises(SalesforceExpiredSession):
            again.query_more(page["nextRecordsUrl"], identifier_is_url=True)
    assert again.query("SELECT COUNT() FROM Lead")["totalSize"] == 2100


@pytest.mark.trap("S3")
def test_handlers_keep_the_old_token(sandbox: Sandbox[Org], client: Salesforce) -> None:
    """A bulk handler made before the login goes on using the dead token: 401, and in the 1.0 API 400."""
    new, old = client.bulk2.Lead, client.bulk.Lead
    sandbox.org.sessions.end_all()
    client.session_id = sandbox.org.sessions.open(base.INTEGRATION_ID, "again", None).token
    client.headers["Authorization"] = f"Bearer {client.session_id}"
    assert client.query("SELECT COUNT() FROM Lead")["totalSize"] == 0
    with pytest.raises(SalesforceExpiredSession):
        list(new.query("SELECT Id FROM Lead"))
    with pytest.raises(SalesforceMalformedRequest) as caught:
        old.query("SELECT Id FROM Lead")
    assert caught.value.content["exceptionCode"] == "InvalidSessionId"


@pytest.mark.trap("S5")
def test_a_stamp_cursor_skips_rows() -> None:
    """Two changes in one second, the second after the read: a cursor with `>` never sees it."""
    now = datetime(2026, 3, 4, 9, 0, 0, tzinfo=UTC)
    org = Org(clock=lambda: now)
    with Sandbox(org) as sandbox:
        client = trusting(sandbox)
        first = client.Lead.create({"LastName": "First", "Company": "ACME"})["id"]
        seen = client.query("SELECT Id, SystemModstamp FROM Lead")["records"]
        now += timedelta(milliseconds=900)
        second = client.Lead.create({"LastName": "Second", "Company": "ACME"})["id"]
        cursor = seen[-1]["SystemModstamp"].replace("+0000", "Z")
        later = client.query(f"SELECT Id FROM Lead WHERE SystemModstamp > {cursor}")["records"]
        assert [record["Id"] for record in (*seen, *later)] == [first]
        overlapping = client.query(f"SELECT Id FROM Lead WHERE SystemModstamp >= {cursor}")["records"]
        assert {record["Id"] for record in overlapping} == {first, second}
    org.close()


def trusting(sandbox: Sandbox[Org]) -> Salesforce:
    session = requests.Session()
    session.trust_env = False
    session.verify = str(sandbox.ca_file)
    return Salesforce(instance_url=sandbox.https_url, session_id=sandbox.token, version="59.0", session=session)


@pytest.mark.trap("S6")
def test_history_has_no_modstamp(client: Salesforce) -> None:
    """History cannot be filtered by SystemModstamp, nor by its values: describe would have told."""
    for where in ("SystemModstamp > 2026-01-01T00:00:00Z", "NewValue = 'Open'", "OldValue != null"):
        with pytest.raises(SalesforceMalformedRequest) as caught:
            client.query(f"SELECT Id FROM LeadHistory WHERE {where}")
        assert caught.value.content[0]["errorCode"] == "INVALID_FIELD"
    fields = {field["name"]: field for field in client.LeadHistory.describe()["fields"]}
    assert "SystemModstamp" not in fields
    assert (fields["CreatedDate"]["filterable"], fields["NewValue"]["filterable"]) == (True, False)


@pytest.mark.trap("S9")
def test_stamps_move_by_themselves() -> None:
    """A task about a lead moves the lead's SystemModstamp: the reader of changes sees one that no user made."""
    now = datetime(2026, 3, 4, 9, 0, 0, tzinfo=UTC)
    org = Org(clock=lambda: now)
    with Sandbox(org) as sandbox:
        client = trusting(sandbox)
        lead = client.Lead.create({"LastName": "A", "Company": "ACME"})["id"]
        before = client.Lead.get(lead)
        now += timedelta(hours=1)
        client.Task.create({"WhoId": lead, "Subject": "Alert", "Status": "Completed", "ActivityDate": "2026-03-04"})
        after = client.Lead.get(lead)
        cursor = before["SystemModstamp"].replace("+0000", "Z")
        assert client.query(f"SELECT Id FROM Lead WHERE SystemModstamp > {cursor}")["totalSize"] == 1
        assert after["SystemModstamp"] > after["LastModifiedDate"] == before["LastModifiedDate"]
    org.close()


@pytest.mark.trap("S30")
def test_the_eleventh_query_closes_the_first(sandbox: Sandbox[Org], client: Salesforce) -> None:
    """Eleven readers side by side: the first one's cursor is closed under it, near the end or not."""
    people(sandbox.org, 2100)
    readers = [client.query_all_iter("SELECT Id FROM Lead") for _ in range(11)]
    for reader in readers:
        next(reader)
    with pytest.raises(SalesforceMalformedRequest) as caught:
        list(readers[0])
    assert caught.value.content[0]["errorCode"] == "INVALID_QUERY_LOCATOR"
    assert len(list(readers[-1])) == 2099


@pytest.mark.trap("S31")
def test_wide_windows_time_out(sandbox: Sandbox[Org], client: Salesforce) -> None:
    """A query over too much runs into QUERY_TIMEOUT every time; a narrower one answers."""
    org = sandbox.org
    org.load("Lead", ["LastName", "Company", "CreatedDate"], [["A", "B", f"2026-03-{day:02d}"] for day in range(1, 21)])
    org.rules.limits.query_rows = 15
    with pytest.raises(SalesforceMalformedRequest) as caught:
        client.query("SELECT Id FROM Lead WHERE CreatedDate >= 2026-03-01T00:00:00Z")
    assert caught.value.content[0]["errorCode"] == "QUERY_TIMEOUT"
    assert client.query("SELECT Id FROM Lead WHERE CreatedDate >= 2026-03-11T00:00:00Z")["totalSize"] == 10
