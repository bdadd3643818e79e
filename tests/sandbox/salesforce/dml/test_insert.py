"""Checked inserts."""

from typing import Any

import pytest

from connector.sandbox.salesforce.base import INTEGRATION_ID
from connector.sandbox.salesforce.dml.results import BadRequestError, Options
from connector.sandbox.salesforce.org import Org

KEEP = Options(auto_assign=False)


def test_defaults_and_stamps(org: Org, read: Any) -> None:
    """A new lead gets the default status, its creator as owner, its stamps and false in its checkboxes."""
    made = org.insert("Lead", [{"LastName": "Lovelace", "Company": "Engines", "FirstName": "Ada"}], KEEP)[0]
    row = read("Lead", made.id)
    assert row["Status"] == "Open - Not Contacted"
    assert row["OwnerId"] == row["CreatedById"] == row["LastModifiedById"] == INTEGRATION_ID
    assert row["CreatedDate"] == row["SystemModstamp"] == row["LastModifiedDate"] == "2026-03-02T09:00:00.000Z"
    assert (row["IsConverted"], row["IsDeleted"], row["Name"]) == (0, 0, "Ada Lovelace")


def test_missing_required_fields_are_named_together(org: Org) -> None:
    """All missing fields stand in one error."""
    error = org.insert("Lead", [{"FirstName": "x"}], KEEP)[0].errors[0]
    assert error.code == "REQUIRED_FIELD_MISSING"
    assert error.message == "Required fields are missing: [LastName, Company]"
    assert error.fields == ("LastName", "Company")


def test_no_history_at_creation(org: Org, rows: Any) -> None:
    """The first value of a tracked field is no change."""
    org.insert("Lead", [{"LastName": "a", "Company": "b", "Status": "Inquiry"}], KEEP)
    assert rows("SELECT count(*) FROM LeadHistory") == [(0,)]


def test_id_cannot_be_chosen(org: Org) -> None:
    """An insert that names an id is refused."""
    error = org.insert("Lead", [{"Id": "00Q000000000001EAA", "LastName": "a", "Company": "b"}], KEEP)[0].errors[0]
    assert error.message == "cannot specify Id in an insert call"


def test_name_of_a_person_cannot_be_written(org: Org) -> None:
    """A lead's Name is made of its parts."""
    error = org.insert("Lead", [{"Name": "Ada Lovelace", "LastName": "a", "Company": "b"}], KEEP)[0].errors[0]
    assert error.code == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_full_storage(org: Org) -> None:
    """A full org takes no new record and still takes changes."""
    made = org.insert("Lead", [{"LastName": "a", "Company": "b"}], KEEP)[0].id
    org.rules.limits.storage_full = True
    error = org.insert("Lead", [{"LastName": "a", "Company": "b"}], KEEP)[0].errors[0]
    assert (error.code, error.message) == ("STORAGE_LIMIT_EXCEEDED", "storage limit exceeded")
    assert org.update("Lead", [{"Id": made, "Title": "x"}], KEEP)[0].success


def test_task_on_a_converted_lead(org: Org) -> None:
    """A converted lead takes no task."""
    org.load("Lead", ["Id", "LastName", "Company", "IsConverted"], [["00Q000000000009EAA", "a", "b", True]])
    error = org.insert("Task", [{"WhoId": "00Q000000000009EAA", "Subject": "Call"}])[0].errors[0]
    assert (error.code, error.message) == ("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")


def test_task_on_a_lead_has_no_other_subject(org: Org, lead: str) -> None:
    """WhatId must be empty when WhoId is a lead."""
    account = org.insert("Account", [{"Name": "a"}])[0].id
    error = org.insert("Task", [{"WhoId": lead, "WhatId": account, "Subject": "Call"}])[0].errors[0]
    assert error.code == "FIELD_INTEGRITY_EXCEPTION"


def test_permissions_are_given_once(org: Org) -> None:
    """The same assignment, field access or object access a second time is a duplicate."""
    made = org.insert("PermissionSet", [{"Name": "Extra", "Label": "Extra"}])[0].id
    rows: dict[str, dict[str, Any]] = {
        "PermissionSetAssignment": {"PermissionSetId": made, "AssigneeId": INTEGRATION_ID},
        "FieldPermissions": {"ParentId": made, "SobjectType": "Lead", "Field": "Lead.Title", "PermissionsRead": True},
        "ObjectPermissions": {"ParentId": made, "SobjectType": "Lead", "PermissionsRead": True},
    }
    for name, row in rows.items():
        first, second = (org.insert(name, [row])[0] for _ in range(2))
        assert first.success
        assert second.errors[0].code == "DUPLICATE_VALUE"


def test_field_access_has_its_place(org: Org) -> None:
    """Required fields and fields that do not exist take no field access."""
    parent = org.insert("PermissionSet", [{"Name": "Extra", "Label": "Extra"}])[0].id
    rows = [
        {"ParentId": parent, "SobjectType": "Lead", "Field": name, "PermissionsRead": True}
        for name in ("Lead.LastName", "Lead.Shoe__c")
    ]
    codes = [result.errors[0].code for result in org.insert("FieldPermissions", rows)]
    assert codes == ["FIELD_INTEGRITY_EXCEPTION", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"]


def test_value_tables_cannot_be_written(org: Org) -> None:
    """LeadStatus is for reading only."""
    with pytest.raises(BadRequestError, match="entity type LeadStatus does not support create"):
        org.insert("LeadStatus", [{"MasterLabel": "New"}])
