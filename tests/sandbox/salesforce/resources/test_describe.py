"""Describes, as a user with some rights sees them."""

from typing import Any

from connector.sandbox.salesforce import permissions, record_types
from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.org import Org


def field(api: Any, name: str, of: str = "Lead") -> dict[str, Any] | None:
    """A field of a describe, or None."""
    fields = api.get(f"sobjects/{of}/describe").json()["fields"]
    return next((item for item in fields if item["name"] == name), None)


def test_field_access_shapes_the_describe(api: Any, org: Org) -> None:
    """A hidden field is absent, a read-only one is there with updateable false."""
    permissions.hide_field(org, "Lead", "Industry")
    permissions.lock_field(org, "Lead", "Title")
    assert field(api, "Industry") is None
    title = field(api, "Title")
    assert title is not None
    assert (title["updateable"], title["createable"]) == (False, False)
    assert field(api, "HasOptedOutOfEmail") is None
    permissions.grant_field(org, "Lead", "HasOptedOutOfEmail")
    assert field(api, "HasOptedOutOfEmail") is not None


def test_object_rights_shape_the_describe(api: Any, org: Org) -> None:
    """Without the right to edit, neither the object nor its fields are updateable; without read it is gone."""
    permissions.deny(org, "Contact", "Edit")
    body = api.get("sobjects/Contact/describe").json()
    assert body["updateable"] is False
    assert not any(item["updateable"] for item in body["fields"])
    permissions.deny(org, "Contact", "Read")
    assert api.get("sobjects/Contact/describe").status_code == 404
    assert "Contact" not in [item["name"] for item in api.get("sobjects").json()["sobjects"]]


def test_list_of_objects(api: Any) -> None:
    """All objects in brief, with the keys of the recorded list."""
    body = api.get("sobjects/").json()
    assert (body["encoding"], body["maxBatchSize"]) == ("UTF-8", 200)
    account = next(item for item in body["sobjects"] if item["name"] == "Account")
    assert set(account["urls"]) == {"compactLayouts", "rowTemplate", "describe", "sobject"}
    assert account["keyPrefix"] == "001"
    assert len(account) == 28


def test_conditional_requests_follow_schema_changes(api: Any, org: Org) -> None:
    """304 while nothing changed, by date and by ETag; a new field makes it 200 again."""
    first = api.get("sobjects/Lead/describe")
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    unchanged = api.call("GET", "sobjects/Lead/describe", headers=since)
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["ETag"] == first.headers["ETag"]
    assert (
        api.call("GET", "sobjects/Lead/describe", headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    )
    org.add_field("Lead", FieldType(name="Extra__c", label="Extra", type="string", length=9, custom=True))
    again = api.call("GET", "sobjects/Lead/describe", headers=since)
    assert again.status_code == 200
    assert "Extra__c" in again.text
    assert api.call("GET", "sobjects/Contact/describe", headers=since).status_code == 304


def test_record_types_appear(api: Any, org: Org) -> None:
    """An object has RecordTypeId only once it has a record type; the master one stays, no longer the default."""
    assert field(api, "RecordTypeId") is None
    made = record_types.add(org, "Lead", "Partner")
    assert field(api, "RecordTypeId") is not None
    infos = api.get("sobjects/Lead/describe").json()["recordTypeInfos"]
    assert [(item["recordTypeId"], item["master"], item["defaultRecordTypeMapping"]) for item in infos] == [
        (made, False, True),
        ("012000000000000AAA", True, False),
    ]
