"""Bodies of writes: unknown and read-only properties, lookups bound, rows nested."""

from typing import Any

import pytest

from connector.sandbox.dynamics import base
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.org import Org


@pytest.fixture(scope="module")
def org() -> Org:
    return Org()


def create(org: Org, table: str, record: dict[str, Any], **options: Any) -> dict[str, Any]:
    """The row that a body makes."""
    made = org.create(org.entities[table], record, Options(**options))
    return org.get(org.entities[table], made.id) or {}


def refused(org: Org, table: str, record: dict[str, Any]) -> tuple[int, str, str]:
    """Status, code and message of a refused body."""
    with pytest.raises(DataverseError) as caught:
        org.create(org.entities[table], record)
    return caught.value.status, caught.value.code, caught.value.message


def test_a_property_the_table_does_not_have_is_refused(org: Org) -> None:
    """Names are case sensitive, and virtual columns are no properties of rows."""
    for name in ("Subject", "nope", "statuscodename", "owneridtype"):
        status, code, message = refused(org, "lead", {name: "x"})
        assert (status, code) == (400, "0x0")
        assert message.startswith(f"Invalid property '{name}' was found in entity 'Microsoft.Dynamics.CRM.lead'.")


def test_read_only_columns_are_ignored(org: Org) -> None:
    """createdon, fullname and modifiedon in a body change nothing."""
    row = create(org, "lead", {"lastname": "L", "fullname": "Wrong", "createdon": "2001-01-01T00:00:00Z"})
    assert row["fullname"] == "L"
    assert row["createdon"] > "2020"


def test_a_date_of_creation_can_be_overridden(org: Org) -> None:
    """The given date lands in createdon and the true one in overriddencreatedon."""
    row = create(org, "lead", {"lastname": "L", "overriddencreatedon": "2001-02-03T00:00:00Z"})
    assert row["createdon"] == "2001-02-03T00:00:00Z"
    assert row["overriddencreatedon"] == row["modifiedon"]


def test_a_polymorphic_lookup_is_bound_by_its_typed_navigation_property(org: Org) -> None:
    """The column says where it points and at which table; another type clears the first."""
    account, contact = (create(org, "account", {"name": "A"}), create(org, "contact", {"lastname": "C"}))
    bound = {"parentcustomerid_account@odata.bind": f"/accounts({account['accountid']})"}
    person = create(org, "contact", {"lastname": "P", **bound})
    assert (person["parentcustomerid__type"], person["accountid"]) == ("account", account["accountid"])
    other = {"parentcustomerid_contact@odata.bind": f"contacts({contact['contactid']})"}
    org.update(org.entities["contact"], person["contactid"], other)
    now = org.get(org.entities["contact"], person["contactid"]) or {}
    assert (now["parentcustomerid__type"], now["accountid"]) == ("contact", None)
    org.update(org.entities["contact"], person["contactid"], {"parentcustomerid_contact@odata.bind": None})
    assert (org.get(org.entities["contact"], person["contactid"]) or {})["parentcustomerid"] is None


@pytest.mark.parametrize("url", ["/teams({})", "teams({})", "https://host/api/data/v9.2/teams({})"])
def test_rows_are_bound_by_any_form_of_their_url(org: Org, url: str) -> None:
    """With and without a leading slash, or absolute; an owner may be a team."""
    row = create(org, "lead", {"lastname": "L", "ownerid@odata.bind": url.format(base.TEAM_ID)})
    assert (row["ownerid__type"], row["owningteam"]) == ("team", base.TEAM_ID)


def test_a_row_that_is_not_there_cannot_be_bound(org: Org) -> None:
    """404 with the table and the id."""
    missing = "00000000-0000-0000-0000-000000000001"
    status, code, message = refused(org, "lead", {"parentaccountid@odata.bind": f"/accounts({missing})"})
    assert (status, code, message) == (404, "0x80040217", f"account With Id = {missing} Does Not Exist")


def test_a_row_of_another_table_cannot_be_bound(org: Org) -> None:
    """A contact is no account."""
    contact = create(org, "contact", {"lastname": "C"})["contactid"]
    assert refused(org, "lead", {"parentaccountid@odata.bind": f"/contacts({contact})"})[:2] == (400, "0x80048d19")


def test_lookups_cannot_be_set_under_other_names(org: Org) -> None:
    """Neither `_parentaccountid_value` nor a GUID under the navigation property's name is taken."""
    account = create(org, "account", {"name": "A"})["accountid"]
    for name in ("_parentaccountid_value", "parentaccountid"):
        assert refused(org, "lead", {name: account})[:2] == (400, "0x80048d19")


def test_rows_nested_in_a_collection_point_at_their_parent(org: Org) -> None:
    """A lead with two tasks, in one body."""
    row = create(org, "lead", {"lastname": "L", "Lead_Tasks": [{"subject": "a"}, {"subject": "b"}]})
    query = "SELECT subject, regardingobjectid__type FROM task WHERE regardingobjectid = ? ORDER BY subject"
    assert org.storage.db.execute(query, (row["leadid"],)).fetchall() == [("a", "lead"), ("b", "lead")]


def test_nested_rows_are_all_or_nothing(org: Org) -> None:
    """One bad task, and the lead is not there either."""
    count = "SELECT count(*) FROM lead"
    before = org.storage.db.execute(count).fetchone()
    tasks = [{"subject": "a"}, {"subject": "x" * 201}]
    assert refused(org, "lead", {"lastname": "L", "Lead_Tasks": tasks})[1] == "0x80044331"
    assert org.storage.db.execute(count).fetchone() == before


def test_a_row_nested_under_a_lookup_is_created_and_bound(org: Org) -> None:
    """A lead that brings its campaign along."""
    row = create(org, "lead", {"lastname": "L", "campaignid": {"name": "Spring"}})
    found = org.get(org.entities["campaign"], row["campaignid"]) or {}
    assert found["name"] == "Spring"


def test_a_client_may_choose_the_id_but_not_one_that_is_taken(org: Org) -> None:
    """The second creation with the same GUID answers 412."""
    chosen = "7f0f4d5e-0000-4000-8000-000000000001"
    assert create(org, "task", {"activityid": chosen, "subject": "t"})["activityid"] == chosen
    status, code, message = refused(org, "task", {"activityid": chosen, "subject": "t"})
    assert (status, code, message) == (412, "0x80040237", "A record with matching key values already exists.")


def test_a_content_id_stands_for_its_row(org: Org) -> None:
    """`$1` is looked up among the references; an unknown one is told as the platform does."""
    lead = create(org, "lead", {"lastname": "L"})["leadid"]
    bind = {"regardingobjectid_lead_task@odata.bind": "$1"}
    row = create(org, "task", {"subject": "t", **bind}, references={"$1": f"leads({lead})"})
    assert row["regardingobjectid"] == lead
    status, _, message = refused(org, "task", {"subject": "t", **bind})
    assert (status, message) == (400, "Content-ID Reference: '$1' does not exist in the batch context.")


def test_an_activity_pointer_cannot_be_written(org: Org) -> None:
    """Activities are written as what they are; audit rows not at all."""
    for table in ("activitypointer", "audit"):
        assert refused(org, table, {})[0] == 404


def test_rows_are_not_given_to_a_disabled_user(org: Org) -> None:
    """The owner must be enabled."""
    gone = create(org, "systemuser", {"lastname": "Gone", "domainname": "gone@sandbox.example"})["systemuserid"]
    org.update(org.entities["systemuser"], gone, {"isdisabled": True})
    status, code, _ = refused(org, "lead", {"lastname": "L", "ownerid@odata.bind": f"/systemusers({gone})"})
    assert (status, code) == (403, "0x80040225")
