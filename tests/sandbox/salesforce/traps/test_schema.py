"""Traps in fields that come and go."""

import pytest
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.org import Org

FIELD = FieldType(name="Wake_Up_Date__c", label="Wake-Up Date", type="date", custom=True, permissionable=True)


@pytest.mark.trap("S23")
def test_a_new_field_is_nowhere_to_be_seen(client: Salesforce, org: Org, lead: str) -> None:
    """The field is made, and describe, query and update all deny it, even to the administrator who made it."""
    org.add_field("Lead", FIELD, visible=False)
    assert FIELD.name not in [item["name"] for item in client.Lead.describe()["fields"]]
    with pytest.raises(SalesforceMalformedRequest, match="No such column 'Wake_Up_Date__c' on entity 'Lead'"):
        client.query("SELECT Wake_Up_Date__c FROM Lead")
    with pytest.raises(SalesforceMalformedRequest, match="No such column 'Wake_Up_Date__c' on sobject of type Lead"):
        client.Lead.update(lead, {FIELD.name: "2026-03-02"})


@pytest.mark.trap("S23")
def test_access_given_over_the_api_makes_it_visible(client: Salesforce, org: Org, lead: str) -> None:
    """A permission set, a field permission and an assignment later it can be written."""
    org.add_field("Lead", FIELD, visible=False)
    parent = client.PermissionSet.create({"Name": "Connector_Fields", "Label": "Connector Fields"})["id"]
    client.FieldPermissions.create(
        {
            "ParentId": parent,
            "SobjectType": "Lead",
            "Field": f"Lead.{FIELD.name}",
            "PermissionsRead": True,
            "PermissionsEdit": True,
        }
    )
    user = client.query("SELECT Id FROM User WHERE Username = 'integration@sandbox.example'")["records"][0]["Id"]
    client.PermissionSetAssignment.create({"PermissionSetId": parent, "AssigneeId": user})
    client.Lead.update(lead, {FIELD.name: "2026-03-02"})
    assert client.Lead.get(lead)[FIELD.name] == "2026-03-02"


@pytest.mark.trap("S39")
def test_a_describe_kept_too_long_misses_the_field(client: Salesforce, org: Org) -> None:
    """A cached describe does not know the new field; the server would have said so, had it been asked conditionally."""
    kept = client.Lead.describe()
    since = {"If-Modified-Since": "Mon, 06 Jan 2020 08:00:00 GMT"}
    org.add_field("Lead", FIELD)
    assert FIELD.name not in [item["name"] for item in kept["fields"]]
    fresh = client.Lead.describe(headers=since)
    assert FIELD.name in [item["name"] for item in fresh["fields"]]
