"""Single records over REST."""

from email.utils import format_datetime
from typing import Any

import pytest

from connector.sandbox.salesforce import permissions
from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.stamps import instant

NEW = {"LastName": "Byron", "Company": "Engines"}


@pytest.fixture
def lead(org: Org) -> str:
    org.load("Lead", ["Id", "LastName", "Company"], [["00Q000000000001EAA", "Byron", "Engines"]])
    return "00Q000000000001EAA"


def test_create_read_change_delete(api: Any) -> None:
    """201 with Location, 200 with the record, 204 without a body, 204, and then 404."""
    made = api.call("POST", "sobjects/Lead/", json=NEW)
    id18 = made.json()["id"]
    assert (made.status_code, made.json()) == (201, {"id": id18, "success": True, "errors": []})
    assert made.headers["Location"] == f"/services/data/v59.0/sobjects/Lead/{id18}"
    changed = api.call("PATCH", f"sobjects/Lead/{id18}", json={"Title": "Countess"})
    assert (changed.status_code, changed.content) == (204, b"")
    row = api.get(f"sobjects/Lead/{id18[:15]}/", fields="title,Id").json()
    url = f"/services/data/v59.0/sobjects/Lead/{id18}"
    assert row == {"attributes": {"type": "Lead", "url": url}, "Title": "Countess", "Id": id18}
    assert api.call("DELETE", f"sobjects/Lead/{id18}").status_code == 204
    for method in ("GET", "DELETE"):
        gone = api.call(method, f"sobjects/Lead/{id18}")
        assert gone.status_code == 404
        assert gone.json() == [{"message": "entity is deleted", "errorCode": "ENTITY_IS_DELETED", "fields": []}]


@pytest.mark.parametrize(
    ("path", "status", "code", "message"),
    [
        ("sobjects/Foo/00Q000000000001EAA", 404, "NOT_FOUND", "The requested resource does not exist"),
        ("sobjects/Lead/00Q000000000002EAA", 404, "NOT_FOUND", "The requested resource does not exist"),
        ("sobjects/Lead/003000000000001AAA", 400, "MALFORMED_ID",
         "Lead ID: id value of incorrect type: 003000000000001AAA"),
        ("sobjects/Lead/nobody", 404, "NOT_FOUND",
         "Provided external ID field does not exist or is not accessible: nobody"),
        ("sobjects/Lead/00Q000000000001EAA?fields=Foo", 400, "INVALID_FIELD",
         "No such column 'Foo' on sobject of type Lead"),
        ("nonsense", 404, "NOT_FOUND", "The requested resource does not exist"),
    ],
)  # fmt: skip
def test_what_is_not_there(api: Any, lead: str, path: str, status: int, code: str, message: str) -> None:
    """Unknown objects, records, ids and fields are told apart."""
    answer = api.call("GET", path)
    assert answer.status_code == status
    assert {key: answer.json()[0][key] for key in ("errorCode", "message")} == {"errorCode": code, "message": message}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"Id": "00Q000000000001EAA", "Title": "x"}, "INVALID_FIELD"),
        ({"Foo__c": 1}, "INVALID_FIELD"),
        ({"Name": "x"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        ({"NumberOfEmployees": "many"}, "JSON_PARSER_ERROR"),
        ([], "JSON_PARSER_ERROR"),
        ({"Email": "x"}, "INVALID_EMAIL_ADDRESS"),
    ],
)
def test_what_a_change_may_not_say(api: Any, lead: str, body: Any, code: str) -> None:
    """An Id in the body, unknown and read-only fields, wrong types and values: 400 each with its code."""
    answer = api.call("PATCH", f"sobjects/Lead/{lead}", json=body)
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)


def test_dml_errors_name_fields(api: Any, lead: str) -> None:
    """A refused value comes with message, errorCode and fields."""
    answer = api.call("PATCH", f"sobjects/Lead/{lead}", json={"LastName": None})
    message = "Required fields are missing: [LastName]"
    assert answer.json() == [{"message": message, "errorCode": "REQUIRED_FIELD_MISSING", "fields": ["LastName"]}]


def test_rights(api: Any, org: Org, lead: str) -> None:
    """Without edit 403, without read the object does not exist."""
    permissions.deny(org, "Lead", "Edit")
    assert api.call("PATCH", f"sobjects/Lead/{lead}", json={"Title": "x"}).status_code == 403
    permissions.deny(org, "Lead", "Read")
    assert api.get("sobjects/Lead").status_code == 404


def test_unmodified_since(api: Any, org: Org, lead: str) -> None:
    """If-Unmodified-Since: 412 once the record is younger than the header says, in whole seconds."""
    stored = org.storage.reader().execute("SELECT LastModifiedDate FROM Lead").fetchone()[0]
    current = {"If-Unmodified-Since": format_datetime(instant(stored), usegmt=True)}
    old = {"If-Unmodified-Since": "Mon, 06 Jan 2020 08:00:00 GMT"}
    path = f"sobjects/Lead/{lead}"
    assert api.call("PATCH", path, json={"Title": "x"}, headers=old).status_code == 412
    assert api.get(path).json()["Title"] is None
    assert api.call("PATCH", path, json={"Title": "x"}, headers=current).status_code == 204


def test_upsert_by_external_id(api: Any, org: Org) -> None:
    """201 created, 200 changed, 300 with the paths when several match; the value may hold odd characters."""
    field = FieldType(
        name="Key__c", label="Key", type="string", length=20, external_id=True, custom=True, permissionable=True
    )
    org.add_field("Lead", field)
    path = "sobjects/Lead/Key__c/a%2Fb"
    created = api.call("PATCH", path, json=NEW)
    assert (created.status_code, created.json()["created"]) == (201, True)
    changed = api.call("PATCH", path, json={"Title": "x"})
    assert (changed.status_code, changed.json()) == (200, {**created.json(), "created": False})
    assert api.get(path).json()["Key__c"] == "a/b"
    other = org.insert("Lead", [{**NEW, "Key__c": "a/b"}])[0].id
    many = api.call("PATCH", path, json={"Title": "y"})
    paths = {f"/services/data/v59.0/sobjects/Lead/{id18}" for id18 in (created.json()["id"], other)}
    assert (many.status_code, set(many.json())) == (300, paths)
    unknown = api.call("PATCH", "sobjects/Lead/Title/x", json=NEW)
    message = "Provided external ID field does not exist or is not accessible: Title"
    assert (unknown.status_code, unknown.json()[0]["message"]) == (404, message)
    assert api.call("DELETE", "sobjects/Lead/Key__c/none").status_code == 404


def test_about(api: Any) -> None:
    """The object's own resource tells its facts in brief."""
    body = api.get("sobjects/Lead").json()
    assert body["objectDescribe"]["keyPrefix"] == "00Q"
    assert body["recentItems"] == []


def test_method_not_allowed(api: Any) -> None:
    """Another method is 405 and the answer names those that are."""
    answer = api.call("PUT", "sobjects/Lead", json=NEW)
    expected = "HTTP Method 'PUT' not allowed. Allowed are HEAD,GET,POST"
    assert (answer.status_code, answer.json()[0]["message"]) == (405, expected)


def test_a_bad_date_in_a_header(api: Any, lead: str) -> None:
    """A header that is no HTTP date is refused, not ignored."""
    answer = api.call("PATCH", f"sobjects/Lead/{lead}", json={"Title": "x"}, headers={"If-Unmodified-Since": "soon"})
    assert answer.status_code == 400


def test_read_only_objects(api: Any) -> None:
    """History and value tables take no records."""
    answer = api.call("POST", "sobjects/LeadHistory", json={"LeadId": "00Q000000000001EAA"})
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_TYPE_FOR_OPERATION")
