"""sObject collections over REST."""

from typing import Any

import pytest

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.org import Org

LEAD = {"attributes": {"type": "Lead"}}


@pytest.fixture
def leads(org: Org) -> list[str]:
    """250 leads."""
    ids = org.ids.take("00Q", 250)
    org.load("Lead", ["Id", "LastName", "Company"], [[id18, "a", "b"] for id18 in ids])
    return ids


def changes(ids: list[str], **values: Any) -> list[dict[str, Any]]:
    return [{**LEAD, "Id": id18, **values} for id18 in ids]


def test_rows_have_outcomes_of_their_own(api: Any, leads: list[str]) -> None:
    """HTTP 200 though a row failed; order kept; a failed row has no id, and its error says statusCode."""
    records = [*changes(leads[:1], Title="x"), *changes(leads[1:2], Email="x"), *changes(leads[2:3], Title="x")]
    answer = api.call("PATCH", "composite/sobjects", json={"allOrNone": False, "records": records})
    assert answer.status_code == 200
    assert answer.json() == [
        {"id": leads[0], "success": True, "errors": []},
        {
            "success": False,
            "errors": [
                {
                    "statusCode": "INVALID_EMAIL_ADDRESS",
                    "message": "Email: invalid email address: x",
                    "fields": ["Email"],
                }
            ],
        },
        {"id": leads[2], "success": True, "errors": []},
    ]


def test_all_or_none(api: Any, leads: list[str]) -> None:
    """With allOrNone nothing is written, across types too."""
    account = {"attributes": {"type": "Account"}, "Name": "a"}
    records = [account, {"attributes": {"type": "Contact"}}]
    answer = api.call("POST", "composite/sobjects", json={"allOrNone": True, "records": records}).json()
    assert [row["errors"][0]["statusCode"] for row in answer] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
    ]
    assert api.query("SELECT COUNT() FROM Account")["totalSize"] == 0


def test_two_hundred_at_most(api: Any, leads: list[str]) -> None:
    """The 201st record refuses the whole request."""
    full = api.call("PATCH", "composite/sobjects", json={"records": changes(leads[:200], Title="x")})
    assert all(row["success"] for row in full.json())
    answer = api.call("PATCH", "composite/sobjects", json={"records": changes(leads[:201], Title="y")})
    assert answer.status_code == 400
    assert answer.json()[0]["errorCode"] == "EXCEEDED_ID_LIMIT"
    assert api.query("SELECT COUNT() FROM Lead WHERE Title = 'y'")["totalSize"] == 0


def test_ten_runs_of_one_type_at_most(api: Any) -> None:
    """Eleven changes of type in one request refuse it."""
    kinds = [
        {"attributes": {"type": "Lead"}, "LastName": "a", "Company": "b"},
        {"attributes": {"type": "Account"}, "Name": "a"},
    ]
    assert api.call("POST", "composite/sobjects", json={"records": kinds * 5}).status_code == 200
    answer = api.call("POST", "composite/sobjects", json={"records": [*kinds * 5, kinds[0]]})
    assert answer.status_code == 400
    assert "more than 10 chunks" in answer.json()[0]["message"]


def test_every_record_names_its_type(api: Any) -> None:
    """A record without attributes.type, or of an unknown one, refuses the request."""
    for record in ({"Title": "x"}, {"attributes": {"type": "Shoe"}}):
        assert api.call("POST", "composite/sobjects", json={"records": [record]}).status_code == 400


def test_delete_many(api: Any, leads: list[str]) -> None:
    """Ids in the query string; ids of several types are fine, unknown ones fail their row."""
    answer = api.call(
        "DELETE", "composite/sobjects", params={"ids": f"{leads[0]},00Q000000000009EAA", "allOrNone": "false"}
    )
    assert [row["success"] for row in answer.json()] == [True, False]
    assert api.call("DELETE", "composite/sobjects", params={"ids": "nonsense"}).status_code == 400


def test_retrieve_many(api: Any, leads: list[str]) -> None:
    """By GET and by POST: records in the order of the ids, null where there is none."""
    ids = [leads[1], "00Q000000000009EAA", leads[0]]
    by_get = api.get("composite/sobjects/Lead", ids=",".join(ids), fields="Id,Status").json()
    by_post = api.call("POST", "composite/sobjects/lead", json={"ids": ids, "fields": ["id", "STATUS"]}).json()
    assert by_get == by_post
    assert [row and row["Id"] for row in by_get] == [leads[1], None, leads[0]]
    assert api.call("POST", "composite/sobjects/Lead", json={"ids": ids * 700, "fields": ["Id"]}).status_code == 400
    assert api.call("POST", "composite/sobjects/Lead", json={"ids": ids, "fields": ["Shoe"]}).status_code == 400


def test_upsert_many(api: Any, org: Org) -> None:
    """Rows tell whether they were created."""
    org.add_field(
        "Lead",
        FieldType(
            name="Key__c", label="Key", type="string", length=20, external_id=True, custom=True, permissionable=True
        ),
    )
    record = {**LEAD, "LastName": "a", "Company": "b", "Key__c": "1"}
    for created in (True, False):
        answer = api.call("PATCH", "composite/sobjects/Lead/Key__c", json={"records": [record]}).json()
        assert [(row["success"], row["created"]) for row in answer] == [(True, created)]


def test_one_call_however_many_rows(api: Any, org: Org, leads: list[str]) -> None:
    """A collection counts as one API call."""
    before = org.usage.calls
    answer = api.call("PATCH", "composite/sobjects", json={"records": changes(leads[:200], Title="x")})
    assert org.usage.calls == before + 1
    assert answer.headers["Sforce-Limit-Info"] == f"api-usage={before + 1}/100000"


def test_setup_and_other_objects_do_not_mix(api: Any, leads: list[str]) -> None:
    """Permissions and leads cannot be written in one call; nothing of it is written."""
    permission_set = {"attributes": {"type": "PermissionSet"}, "Name": "Mixed", "Label": "Mixed"}
    records = [permission_set, {**LEAD, "LastName": "a", "Company": "b"}]
    answer = api.call("POST", "composite/sobjects", json={"records": records})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "MIXED_DML_OPERATION")
    assert api.query("SELECT COUNT() FROM PermissionSet WHERE Name = 'Mixed'")["totalSize"] == 0
