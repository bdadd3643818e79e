"""Picklist values: retired and renamed ones."""

from typing import Any

from connector.sandbox.salesforce import picklists
from connector.sandbox.salesforce.org import Org


def test_a_retired_value_leaves_the_list_and_stays_on_records(org: Org, api: Any) -> None:
    """LeadStatus and describe no longer list it; records keep it, and the API still writes it."""
    made = org.insert("Lead", [{"LastName": "a", "Company": "b", "Status": "Working - Contacted"}])[0].id
    picklists.retire(org, "LeadStatus", "Working - Contacted")
    field = next(item for item in api.get("sobjects/Lead/describe").json()["fields"] if item["name"] == "Status")
    assert [item["value"] for item in field["picklistValues"]] == [
        "Open - Not Contacted",
        "Closed - Converted",
        "Closed - Not Converted",
    ]
    assert api.get(f"sobjects/Lead/{made}").json()["Status"] == "Working - Contacted"
    assert api.call("PATCH", f"sobjects/Lead/{made}", json={"Status": "Working - Contacted"}).status_code == 204


def test_a_renamed_value_moves_only_the_system_stamp(org: Org) -> None:
    """Every record that carries the value is rewritten, LastModifiedDate stays."""
    columns = ["LastName", "Company", "Status", "CreatedDate"]
    org.load("Lead", columns, [["a", "b", "Working - Contacted", "2024-01-01T00:00:00Z"]])
    assert picklists.rename(org, "Lead", "Status", "Working - Contacted", "Working") == 1
    row = org.storage.reader().execute("SELECT Status, LastModifiedDate, SystemModstamp FROM Lead").fetchone()
    assert row[:2] == ("Working", "2024-01-01T00:00:00.000Z")
    assert row[2] > "2026"
    assert org.storage.reader().execute("SELECT count(*) FROM LeadHistory").fetchone() == (0,)
