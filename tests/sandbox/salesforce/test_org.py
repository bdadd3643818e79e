"""The org as a whole: first day, loading, snapshots, fields of its own."""

from pathlib import Path

import pytest

from connector.sandbox.salesforce.base import ADMIN_ID, INTEGRATION_ID
from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.org import Org

LEADS = ["Id", "LastName", "Company", "Status"]


def test_first_day(org: Org) -> None:
    """An untouched org has its users, queue, default statuses and an active lead assignment rule, and no people."""
    db = org.storage.reader()
    assert [row[0] for row in db.execute("SELECT ApiName FROM LeadStatus ORDER BY SortOrder")] == [
        "Open - Not Contacted",
        "Working - Contacted",
        "Closed - Converted",
        "Closed - Not Converted",
    ]
    assert db.execute("SELECT SobjectType, Active FROM AssignmentRule").fetchall() == [("Lead", 1)]
    assert db.execute("SELECT count(*) FROM Lead").fetchone() == (0,)
    assert org.access(INTEGRATION_ID).may("ApiEnabled")


def test_load_fills_in_what_every_record_has(org: Org) -> None:
    """Missing ids, stamps and owners are filled in; later stamps follow from earlier ones; given ids stay."""
    org.load(
        "Lead",
        ["Id", "LastName", "Company", "Status", "CreatedDate", "LastModifiedDate"],
        [
            ["00Q000000000001", "a", "b", "Bogus", "2024-01-02T03:04:05Z", "2025-01-01T00:00:00Z"],
            ["", "c", "d", "", "2024-01-02T03:04:05Z", ""],
        ],
    )
    query = 'SELECT "Id", Status, LastModifiedDate, SystemModstamp, OwnerId, IsConverted FROM Lead ORDER BY LastName'
    first, second = org.storage.reader().execute(query).fetchall()
    moved = "2025-01-01T00:00:00.000Z"
    assert first == ("00Q000000000001EAA", "Bogus", moved, moved, ADMIN_ID, 0)
    created = "2024-01-02T03:04:05.000Z"
    assert second[1:] == (None, created, created, ADMIN_ID, 0)
    assert second[0].startswith("00Q")


@pytest.mark.parametrize(
    ("columns", "row", "message"),
    [
        (["LastName", "Shoe"], ["a", "42"], "no column 'Shoe' to load on Lead"),
        (["LastName", "CreatedDate"], ["a", "yesterday"], "Lead, row 1: 'yesterday' is not a datetime for CreatedDate"),
        (["LastName", "Company"], ["a"], "Lead, row 1: 1 values for 2 columns"),
    ],
)
def test_load_says_what_it_cannot_store(org: Org, columns: list[str], row: list[str], message: str) -> None:
    """A bad column, value or row is named, and nothing of the load stays."""
    with pytest.raises(ValueError, match=message):
        org.load("Lead", columns, [row])
    assert org.storage.reader().execute("SELECT count(*) FROM Lead").fetchone() == (0,)


def test_a_snapshot_is_complete_and_apart(org: Org, tmp_path: Path) -> None:
    """A copy has records, fields, settings and id counters; what happens to it does not touch the original."""
    org.add_field("Lead", FieldType(name="Extra__c", label="Extra", type="string", length=9, custom=True))
    made = org.insert("Lead", [{"LastName": "a", "Company": "b", "Extra__c": "x"}])[0].id
    path = org.snapshot(tmp_path / "snapshot.db")
    copy = Org.from_snapshot(path)
    assert copy.insert("Lead", [{"LastName": "c", "Company": "d", "Extra__c": "y"}])[0].id != made
    copy.delete("Lead", [str(made)])
    assert copy.storage.reader().execute("SELECT IsDeleted, Extra__c FROM Lead").fetchall() == [(1, "x"), (0, "y")]
    assert org.storage.reader().execute("SELECT IsDeleted FROM Lead").fetchall() == [(0,)]
    copy.close()


def test_a_hidden_field_is_nobodys_until_access_is_given(org: Org) -> None:
    """A field made without access exists, and nobody sees it; FieldDefinition knows it."""
    field = FieldType(name="New__c", label="New", type="string", length=9, custom=True, permissionable=True)
    org.add_field("Lead", field, visible=False)
    visible = org.access(INTEGRATION_ID).visible("lead")
    assert visible is not None
    assert "New__c" not in visible
    assert "New__c" in org.objects["Lead"]
    query = "SELECT count(*) FROM FieldDefinition WHERE QualifiedApiName = 'New__c'"
    assert org.storage.reader().execute(query).fetchone() == (1,)
    columns = ["ParentId", "SobjectType", "Field", "PermissionsRead", "PermissionsEdit"]
    parent = org.storage.reader().execute('SELECT "Id" FROM PermissionSet').fetchone()[0]
    org.load("FieldPermissions", columns, [[parent, "Lead", "Lead.New__c", True, True]])
    seen = org.access(INTEGRATION_ID).visible("Lead")
    assert seen is not None
    assert "New__c" in seen


def test_a_field_name_is_taken_once(org: Org) -> None:
    """The same name, in any case, cannot be added again."""
    with pytest.raises(ValueError, match="already a field"):
        org.add_field("Lead", FieldType(name="STATUS", label="x", type="string"))


def test_given_ids_are_never_given_out_again(org: Org) -> None:
    """An id of our own form that was loaded is skipped when new ids are made."""
    ahead = org.ids.take("00Q", 3)[-1]
    fresh = Org()
    fresh.load("Lead", LEADS, [[ahead, "a", "b", "c"]])
    made = fresh.insert("Lead", [{"LastName": "c", "Company": "d"}])[0].id
    assert made is not None
    assert made > ahead
    fresh.close()


def test_stamps_follow_whatever_is_given(org: Org) -> None:
    """A stamp column that is there but blank in a row is filled like one that is missing."""
    columns = ["LastName", "SystemModstamp", "CreatedDate"]
    org.load("Lead", columns, [["a", "", "2024-01-01T00:00:00Z"], ["b", "2025-01-01T00:00:00Z", ""]])
    query = "SELECT LastModifiedDate, SystemModstamp FROM Lead ORDER BY LastName"
    first, second = org.storage.reader().execute(query).fetchall()
    assert first == ("2024-01-01T00:00:00.000Z", "2024-01-01T00:00:00.000Z")
    assert second[1] == "2025-01-01T00:00:00.000Z"
