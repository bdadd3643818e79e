"""Traps in fields and values that come and go."""

from __future__ import annotations

from typing import Any

import pytest
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest

from connector.sandbox.salesforce import record_types
from connector.sandbox.salesforce.base import PROFILE_SET_ID
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox

FIELD = "Wake_Up_Date__c"


def make(client: Salesforce) -> None:
    """Make the field as a client would."""
    metadata = {"type": "Date", "label": "Wake-Up Date"}
    client.toolingexecute("sobjects/CustomField", "POST", {"FullName": f"Lead.{FIELD}", "Metadata": metadata})


def grant(client: Salesforce, parent: str) -> None:
    """Give a permission set access to it."""
    client.FieldPermissions.create(
        {
            "ParentId": parent,
            "SobjectType": "Lead",
            "Field": f"Lead.{FIELD}",
            "PermissionsRead": True,
            "PermissionsEdit": True,
        }
    )


def names(client: Salesforce, **keys: Any) -> list[str]:
    """The fields of leads that describe tells of."""
    return [item["name"] for item in client.Lead.describe(**keys)["fields"]]


@pytest.fixture
def over_http(client: Salesforce, sandbox: Sandbox[Org]) -> Salesforce:
    """The client with its Metadata API led to plain http, because it takes no CA of ours."""
    client.metadata_url = f"{sandbox.url}/services/Soap/m/59.0/"
    return client


@pytest.mark.trap("S23")
def test_a_new_field_is_nowhere_to_be_seen(client: Salesforce, lead: str) -> None:
    """The field is made, and describe, query and update all deny it, even to the administrator who made it."""
    make(client)
    assert FIELD not in names(client)
    with pytest.raises(SalesforceMalformedRequest, match="No such column 'Wake_Up_Date__c' on entity 'Lead'"):
        client.query("SELECT Wake_Up_Date__c FROM Lead")
    with pytest.raises(SalesforceMalformedRequest, match="No such column 'Wake_Up_Date__c' on sobject of type Lead"):
        client.Lead.update(lead, {FIELD: "2026-03-02"})
    with pytest.raises(SalesforceMalformedRequest, match="There is already a field named Wake-Up Date on Lead"):
        make(client)


@pytest.mark.trap("S23")
def test_access_given_over_the_api_makes_it_visible(client: Salesforce, lead: str) -> None:
    """A permission set, a field permission and an assignment later it can be written."""
    make(client)
    parent = client.PermissionSet.create({"Name": "Connector_Fields", "Label": "Connector Fields"})["id"]
    grant(client, parent)
    user = client.query("SELECT Id FROM User WHERE Username = 'integration@sandbox.example'")["records"][0]["Id"]
    with pytest.raises(SalesforceMalformedRequest, match="No such column"):
        client.Lead.update(lead, {FIELD: "2026-03-02"})
    client.PermissionSetAssignment.create({"PermissionSetId": parent, "AssigneeId": user})
    client.Lead.update(lead, {FIELD: "2026-03-02"})
    assert client.Lead.get(lead)[FIELD] == "2026-03-02"
    with pytest.raises(SalesforceMalformedRequest, match="DUPLICATE_VALUE"):
        client.PermissionSetAssignment.create({"PermissionSetId": parent, "AssigneeId": user})


@pytest.mark.trap("S24")
def test_a_list_sent_in_part_deactivates_the_rest(over_http: Salesforce, lead: str) -> None:
    """Whoever sends only the value he wants to add is told "success", and has one lead status left."""
    api = over_http.mdapi
    new = api.StandardValue(fullName="Re-Market", default=False, label="Re-Market", converted=False)
    api.StandardValueSet.update([api.StandardValueSet(fullName="LeadStatus", sorted=False, standardValue=[new])])
    left = over_http.query("SELECT ApiName FROM LeadStatus")["records"]
    assert [row["ApiName"] for row in left] == ["Re-Market"]
    field = next(item for item in over_http.Lead.describe()["fields"] if item["name"] == "Status")
    assert [item["value"] for item in field["picklistValues"]] == ["Re-Market"]
    assert over_http.Lead.get(lead)["Status"] == "Open - Not Contacted"
    kept = api.StandardValueSet.read("LeadStatus").standardValue
    assert [one.fullName for one in kept if one.isActive is False] == [
        "Open - Not Contacted",
        "Working - Contacted",
        "Closed - Converted",
        "Closed - Not Converted",
    ]


@pytest.mark.trap("S26")
def test_a_new_status_is_in_no_lead_process(over_http: Salesforce, org: Org) -> None:
    """The value is added, list and describe show it, and people with a record type still cannot choose it."""
    partner = record_types.add(org, "Lead", "Partner")
    api = over_http.mdapi
    found = api.StandardValueSet.read("LeadStatus")
    found.standardValue.append(
        api.StandardValue(fullName="Re-Market", default=False, label="Re-Market", converted=False)
    )
    api.StandardValueSet.update([found])
    assert over_http.query("SELECT COUNT() FROM LeadStatus")["totalSize"] == 5
    path = f"ui-api/object-info/Lead/picklist-values/{partner}/Status"
    offered = over_http.restful(path)
    assert offered is not None
    assert "Re-Market" not in [item["value"] for item in offered["values"]]


@pytest.mark.trap("S39")
def test_a_describe_kept_too_long_misses_the_field(client: Salesforce) -> None:
    """A cached describe does not know the new field; the server would have said so, had it been asked conditionally."""
    kept = names(client)
    make(client)
    grant(client, PROFILE_SET_ID)
    assert FIELD not in kept
    assert FIELD in names(client, headers={"If-Modified-Since": "Mon, 06 Jan 2020 08:00:00 GMT"})


@pytest.mark.trap("S39")
def test_asking_whether_it_changed_does_not_notice_access(client: Salesforce, sandbox: Sandbox[Org]) -> None:
    """Access is no change of the object: a describe read before it was given says "not modified" ever after."""
    make(client)
    first = client.session.get(
        f"{client.base_url}sobjects/Lead/describe", headers={"Authorization": f"Bearer {sandbox.token}"}, timeout=30
    )
    assert FIELD not in [item["name"] for item in first.json()["fields"]]
    grant(client, PROFILE_SET_ID)
    again = client.session.get(
        f"{client.base_url}sobjects/Lead/describe",
        headers={"Authorization": f"Bearer {sandbox.token}", "If-Modified-Since": first.headers["Last-Modified"]},
        timeout=30,
    )
    assert again.status_code == 304
    assert FIELD in names(client)
