"""Traps of bulk uploads, sprung on a client that does not expect them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import simple_salesforce.bulk2
from simple_salesforce import Salesforce
from simple_salesforce.bulk2 import Operation
from simple_salesforce.exceptions import SalesforceOperationError

from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.rules import RowFault, RowLock
from connector.sandbox.server import Sandbox


@pytest.fixture(autouse=True)
def _at_once(sandbox: Sandbox[Org], monkeypatch: pytest.MonkeyPatch) -> None:
    sandbox.org.rules.bulk.polls = 0
    monkeypatch.setattr(simple_salesforce.bulk2, "sleep", lambda seconds: None)


def leads(org: Org, count: int = 1) -> list[str]:
    org.load("Lead", ["LastName", "Company", "City"], [[f"L{number}", "ACME", "Köln"] for number in range(count)])
    return [row[0] for row in org.storage.reader().execute('SELECT "Id" FROM "Lead" ORDER BY "Id"')]


def upload(client: Salesforce, operation: Operation, data: str) -> None:
    """One job with exactly this data."""
    bulk = client.bulk2.Lead._client
    job = bulk.create_job(operation)
    bulk.upload_job_data(job["id"], data)
    bulk.close_job(job["id"])
    bulk.wait_for_job(job["id"], is_query=False)


def cities(client: Salesforce) -> list[Any]:
    return [record["City"] for record in client.query("SELECT City FROM Lead ORDER BY Id")["records"]]


@pytest.mark.trap("S16")
def test_an_empty_cell_clears_nothing(client: Salesforce, org: Org) -> None:
    """None becomes an empty cell, the job is complete without a failure, and the city is still there."""
    (lead,) = leads(org)
    (done,) = client.bulk2.Lead.update(records=[{"Id": lead, "City": None}])
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (1, 0)
    assert cities(client) == ["Köln"]
    client.bulk2.Lead.update(records=[{"Id": lead, "City": "#N/A"}])
    assert cities(client) == [None]


@pytest.mark.trap("S16")
def test_a_text_that_means_null(client: Salesforce, org: Org) -> None:
    """The text `#N/A` cannot be written by bulk: it clears the field; by REST it is a text like any other."""
    (lead,) = leads(org)
    client.Lead.update(lead, {"City": "#N/A"})
    assert cities(client) == ["#N/A"]
    client.bulk2.Lead.update(records=[{"Id": lead, "City": "#N/A"}])
    assert cities(client) == [None]


@pytest.mark.trap("S17")
def test_the_wrong_line_ending_fails_the_job(client: Salesforce, org: Org) -> None:
    """A file with CRLF in a job that says LF fails as a whole; not one row is looked at."""
    (lead,) = leads(org)
    with pytest.raises(SalesforceOperationError, match="LineEnding is invalid on user data"):
        upload(client, Operation.update, f"Id,City\r\n{lead},Bonn\r\n")
    assert cities(client) == ["Köln"]


@pytest.mark.trap("S18")
def test_a_byte_order_mark_spoils_the_first_column(client: Salesforce, org: Org, tmp_path: Path) -> None:
    """A file saved by a spreadsheet begins with a mark that becomes part of the first column's name."""
    (lead,) = leads(org)
    path = tmp_path / "leads.csv"
    path.write_text(f"Id,City\n{lead},Bonn\n", encoding="utf-8-sig")
    with pytest.raises(SalesforceOperationError, match="Field name not found : \ufeffId"):
        client.bulk2.Lead.update(csv_file=str(path))
    assert cities(client) == ["Köln"]


@pytest.mark.trap("S19")
def test_rows_that_somebody_holds(client: Salesforce, org: Org) -> None:
    """Locked rows fail one by one in a job that is complete; sent again a moment later they succeed."""
    ids = leads(org, 5)
    org.rules.row_lock.append(RowLock(object="Lead", ids=(ids[1], ids[3])))
    records = [{"Id": one, "City": "Bonn"} for one in ids]
    (done,) = client.bulk2.Lead.update(records=records)
    assert done["numberRecordsFailed"] == 2
    assert "UNABLE_TO_LOCK_ROW:unable to obtain exclusive access" in client.bulk2.Lead.get_failed_records(
        done["job_id"]
    )
    assert cities(client).count("Köln") == 2
    (again,) = client.bulk2.Lead.update(records=[records[1], records[3]])
    assert (again["numberRecordsFailed"], cities(client)) == (0, ["Bonn"] * 5)


@pytest.mark.trap("S20")
def test_complete_does_not_mean_done(client: Salesforce, org: Org) -> None:
    """A job with failed rows raises nothing and ends in JobComplete; only the counter tells."""
    ids = leads(org, 4)
    org.rules.row_fault.append(RowFault(code="FIELD_CUSTOM_VALIDATION_EXCEPTION", message="No.", every=2))
    (done,) = client.bulk2.Lead.update(records=[{"Id": one, "City": "Bonn"} for one in ids])
    assert (done["numberRecordsProcessed"], done["numberRecordsFailed"]) == (4, 2)
    assert sorted(cities(client)) == ["Bonn", "Bonn", "Köln", "Köln"]
