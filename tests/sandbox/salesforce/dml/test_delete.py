"""Deleting and bringing back."""

from typing import Any

from connector.sandbox.salesforce import permissions
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org


def test_deleted_rows_stay_in_the_bin(org: Org, lead: str, read: Any, hands: Any) -> None:
    """A deleted lead is marked and stamped, takes its tasks with it, and cannot be deleted again."""
    task = org.insert("Task", [{"WhoId": lead, "Subject": "Call"}])[0].id
    hands.pass_(minutes=1)
    assert org.delete("Lead", [lead])[0].success
    row = read("Lead", lead)
    assert (row["IsDeleted"], row["SystemModstamp"]) == (1, "2026-03-02T09:01:00.000Z")
    assert read("Task", task)["IsDeleted"] == 1
    assert org.delete("Lead", [lead])[0].errors[0].code == "ENTITY_IS_DELETED"
    assert org.undelete("Lead", [lead])[0].success
    assert read("Lead", lead)["IsDeleted"] == 0
    assert org.undelete("Lead", [lead])[0].errors[0].code == "UNDELETE_FAILED"


def test_hard_delete_leaves_nothing(org: Org, lead: str, rows: Any) -> None:
    """Past the recycle bin the row is gone."""
    org.delete("Lead", [lead], Options(hard=True))
    assert rows("SELECT count(*) FROM Lead") == [(0,)]


def test_what_cannot_be_deleted(org: Org, lead: str) -> None:
    """Bad ids, unknown ids, and a missing right are told apart."""
    results = org.delete("Lead", ["nonsense", "00Q000000000002EAA", "003000000000001AAA"])
    assert [result.errors[0].code for result in results] == [
        "MALFORMED_ID",
        "INVALID_CROSS_REFERENCE_KEY",
        "INVALID_CROSS_REFERENCE_KEY",
    ]
    permissions.deny(org, "Lead", "Delete")
    assert org.delete("Lead", [lead])[0].errors[0].code == "INSUFFICIENT_ACCESS_OR_READONLY"


def test_converted_leads_may_be_deleted(org: Org) -> None:
    """A converted lead refuses changes, not deletion."""
    org.load("Lead", ["Id", "LastName", "Company", "IsConverted"], [["00Q000000000009EAA", "a", "b", True]])
    assert org.delete("Lead", ["00Q000000000009EAA"])[0].success


def test_objects_without_a_bin(org: Org, rows: Any) -> None:
    """A group member has no IsDeleted: it vanishes."""
    before = rows('SELECT "Id" FROM GroupMember')
    assert org.delete("GroupMember", [before[0][0]])[0].success
    assert rows("SELECT count(*) FROM GroupMember") == [(0,)]
