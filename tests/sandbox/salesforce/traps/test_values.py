"""Traps in picklist values."""

import pytest
from simple_salesforce import Salesforce

from connector.sandbox.salesforce import record_types
from connector.sandbox.salesforce.org import Org


@pytest.mark.trap("S25")
def test_a_label_is_stored_as_a_foreign_value(client: Salesforce, org: Org, lead: str) -> None:
    """Writing what people see on the page succeeds, and leaves a value that is in no list."""
    org.storage.db.execute("UPDATE LeadStatus SET MasterLabel = 'In Arbeit' WHERE ApiName = 'Working - Contacted'")
    client.Lead.update(lead, {"Status": "In Arbeit"})
    assert client.Lead.get(lead)["Status"] == "In Arbeit"
    assert client.query("SELECT ApiName FROM LeadStatus WHERE ApiName = 'In Arbeit'")["totalSize"] == 0
    field = next(item for item in client.Lead.describe()["fields"] if item["name"] == "Status")
    shown = {item["value"]: item["label"] for item in field["picklistValues"]}
    assert shown["Working - Contacted"] == "In Arbeit"
    assert "In Arbeit" not in shown


@pytest.mark.trap("S26")
def test_a_value_outside_the_record_types_process_is_taken(client: Salesforce, org: Org, lead: str) -> None:
    """The API writes a status that people with that record type can neither choose nor see in their list."""
    made = record_types.add(org, "Lead", "Partner", {"Status": ["Open - Not Contacted"]})
    org.storage.db.execute("UPDATE Lead SET RecordTypeId = ?", (made,))
    client.Lead.update(lead, {"Status": "Closed - Not Converted"})
    offered = client.restful(f"ui-api/object-info/Lead/picklist-values/{made}/Status")["values"]
    assert client.Lead.get(lead)["Status"] not in [item["value"] for item in offered]
