"""Tooling queries: the extra keys, and what the org says of its own make-up."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.faults import Faults
from connector.sandbox.salesforce import picklists
from connector.sandbox.salesforce.catalogue import FieldType, PicklistValue
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conftest import Api


def tooling(api: Api, soql: str) -> dict[str, Any]:
    answer = api.get("tooling/query/", q=soql)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_extra_keys(api: Api) -> None:
    """A Tooling answer carries size, queryLocator and entityTypeName, in the recorded order."""
    found = tooling(api, "SELECT Id, Name FROM AssignmentRule WHERE SobjectType = 'Lead' AND Active = true")
    assert list(found) == ["size", "totalSize", "done", "queryLocator", "entityTypeName", "records"]
    assert (found["size"], found["queryLocator"], found["entityTypeName"]) == (1, None, "AssignmentRule")
    assert found["records"][0]["attributes"]["url"].startswith(
        "/services/data/v59.0/tooling/sobjects/AssignmentRule/01Q"
    )


def test_lead_status(api: Api, org: Org) -> None:
    """The value set of Lead Status: its values with `converted`, a deactivated one with isActive false."""
    picklists.retire(org, "LeadStatus", "Working - Contacted")
    soql = "SELECT Id, MasterLabel, Metadata FROM StandardValueSet WHERE MasterLabel = 'LeadStatus'"
    (record,) = tooling(api, soql)["records"]
    assert record["attributes"]["url"].endswith("/tooling/sobjects/StandardValueSet/LeadStatus")
    values = {value["valueName"]: value for value in record["Metadata"]["standardValue"]}
    assert {name: (one["converted"], one["default"], one["isActive"]) for name, one in values.items()} == {
        "Open - Not Contacted": (False, True, None),
        "Closed - Converted": (True, False, None),
        "Closed - Not Converted": (False, False, None),
        "Working - Contacted": (False, False, False),
    }
    assert set(record["Metadata"]) == {"groupingStringEnum", "sorted", "standardValue", "urls"}


def test_value_sets_must_be_named(api: Api) -> None:
    """Value sets and field definitions cannot be enumerated."""
    for soql in ("SELECT MasterLabel FROM StandardValueSet", "SELECT QualifiedApiName FROM FieldDefinition"):
        error = api.error(soql, "tooling/query")
        assert error["errorCode"] == "MALFORMED_QUERY"
        assert "a filter on a reified column is required" in error["message"]


def test_custom_field(api: Api, org: Org) -> None:
    """A custom field with its Metadata: only one at a time."""
    values = (PicklistValue("A", "Letter A"), PicklistValue("B", "B", active=False))
    org.add_field(
        "Contact",
        FieldType(
            name="Contact_Status__c", label="Contact Status", type="picklist", length=255, custom=True, restricted=True,
            permissionable=True, picklist=values, tracked=True,
        ),
    )  # fmt: skip
    where = "WHERE DeveloperName = 'Contact_Status' AND EntityDefinition.QualifiedApiName = 'Contact'"
    (record,) = tooling(api, f"SELECT Id, FullName, Metadata FROM CustomField {where}")["records"]
    assert record["FullName"] == "Contact.Contact_Status__c"
    assert record["Id"].startswith("00N")
    metadata = record["Metadata"]
    assert (metadata["type"], metadata["label"], metadata["trackHistory"]) == ("Picklist", "Contact Status", True)
    shown = metadata["valueSet"]["valueSetDefinition"]["value"]
    assert [(one["valueName"], one["label"], one["isActive"]) for one in shown] == [
        ("A", "Letter A", None),
        ("B", "B", False),
    ]
    org.add_field("Contact", FieldType(name="Other__c", label="Other", type="date", custom=True))
    refused = api.error("SELECT Metadata FROM CustomField", "tooling/query")
    assert "Result size: 2" in refused["message"]
    assert tooling(api, "SELECT Id, DeveloperName FROM CustomField")["size"] == 2


def test_tracked_fields(api: Api) -> None:
    """Which fields keep history."""
    soql = "SELECT QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead' AND "
    found = tooling(api, soql + "IsFieldHistoryTracked = true")["records"]
    assert {"Status", "OwnerId"} <= {record["QualifiedApiName"] for record in found}


def test_rules_and_flows(org: Org) -> None:
    """Validation rules, duplicate rules and flows that the faults file put in force are there to be found."""
    own = {
        "validation_rule": [{"object": "Lead", "message": "No.", "when": {"City": ""}, "field": "City"}],
        "duplicate_rule": [{"object": "Contact", "rule": "Standard_Contact_Duplicate_Rule"}],
        "automation": [{"object": "Lead", "field": "Status", "owner": "x"}],
    }
    with Sandbox(org, faults=Faults(own=own)) as sandbox:
        api = Api(sandbox)
        soql = "SELECT ValidationName, ErrorMessage FROM ValidationRule WHERE Active = true AND "
        (rule,) = tooling(api, soql + "EntityDefinition.QualifiedApiName = 'Lead'")["records"]
        assert rule["ErrorMessage"] == "No."
        (flow,) = tooling(api, "SELECT MasterLabel, Definition.DeveloperName FROM Flow WHERE Status = 'Active'")[
            "records"
        ]
        assert flow["Definition"]["DeveloperName"] == "Lead_Status_1"
        assert tooling(api, "SELECT Id FROM FlowDefinition WHERE ActiveVersionId != null")["size"] == 1
        (duplicate,) = tooling(api, "SELECT DeveloperName FROM DuplicateRule WHERE IsActive = true")["records"]
        assert duplicate["DeveloperName"] == "Standard_Contact_Duplicate_Rule"


@pytest.mark.parametrize("name", ["ApexTrigger", "WorkflowRule", "ValidationRule", "Flow", "FlowDefinition"])
def test_nothing_there(api: Api, name: str) -> None:
    """An untouched org has no triggers, rules or flows, and says so rather than failing."""
    assert tooling(api, f"SELECT Id FROM {name}")["records"] == []
    assert tooling(api, f"SELECT COUNT() FROM {name}")["totalSize"] == 0


def test_refusals(api: Api) -> None:
    """Leads are no matter of the Tooling API, and bad SOQL is refused as elsewhere."""
    assert api.error("SELECT Id FROM Lead", "tooling/query")["errorCode"] == "INVALID_TYPE"
    assert api.error("SELECT Nope FROM Flow", "tooling/query")["errorCode"] == "INVALID_FIELD"
