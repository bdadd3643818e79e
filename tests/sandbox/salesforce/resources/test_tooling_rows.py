"""Custom fields over the Tooling API."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from connector.sandbox.salesforce import permissions
from connector.sandbox.salesforce.base import PROFILE_SET_ID
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conftest import Api

PICKLIST: dict[str, Any] = {
    "type": "Picklist",
    "label": "Contact Status",
    "trackHistory": True,
    "valueSet": {
        "restricted": True,
        "valueSetDefinition": {
            "sorted": False,
            "value": [
                {"valueName": "Active", "label": "Active now", "default": True, "isActive": True},
                {"valueName": "Re-Market", "label": "Re-Market", "default": False},
            ],
        },
    },
}


def create(api: Api, full_name: str, **metadata: Any) -> str:
    answer = api.call("POST", "tooling/sobjects/CustomField", json={"FullName": full_name, "Metadata": metadata})
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["success"], body["errors"], body["warnings"], body["infos"]) == (True, [], [], [])
    return str(body["id"])


def refusal(api: Api, full_name: str, **metadata: Any) -> tuple[int, str, str]:
    answer = api.call("POST", "tooling/sobjects/CustomField", json={"FullName": full_name, "Metadata": metadata})
    error = answer.json()[0]
    return answer.status_code, error["errorCode"], error["message"]


def grant(api: Api, field: str, *, edit: bool = True) -> dict[str, Any]:
    row = {"ParentId": PROFILE_SET_ID, "SobjectType": field.partition(".")[0], "Field": field}
    answer = api.call(
        "POST", "sobjects/FieldPermissions", json={**row, "PermissionsRead": True, "PermissionsEdit": edit}
    )
    found: Any = answer.json()
    return found if answer.status_code == 201 else found[0]


def described(api: Api, object_name: str, field: str) -> dict[str, Any] | None:
    fields = api.get(f"sobjects/{object_name}/describe").json()["fields"]
    return next((item for item in fields if item["name"] == field), None)


def test_a_picklist_from_nothing_to_a_written_value(api: Api, org: Org) -> None:
    """Made, read back, invisible, granted, described, written; a second one of that name is refused."""
    id18 = create(api, "Contact.Contact_Status__c", **PICKLIST)
    assert id18.startswith("00N")
    soql = (
        "SELECT Id, FullName, Metadata FROM CustomField WHERE DeveloperName = 'Contact_Status'"
        " AND EntityDefinition.QualifiedApiName = 'Contact'"
    )
    (record,) = api.get("tooling/query", q=soql).json()["records"]
    assert (record["Id"], record["FullName"]) == (id18, "Contact.Contact_Status__c")
    assert record["Metadata"]["trackHistory"] is True
    assert refusal(api, "contact.contact_status__c", **PICKLIST) == (
        400, "DUPLICATE_DEVELOPER_NAME", "There is already a field named Contact Status on Contact.",
    )  # fmt: skip
    assert described(api, "Contact", "Contact_Status__c") is None
    assert api.error("SELECT Contact_Status__c FROM Contact")["errorCode"] == "INVALID_FIELD"
    made = api.call("POST", "sobjects/Contact", json={"LastName": "a"}).json()["id"]
    path = f"sobjects/Contact/{made}"
    hidden = api.call("PATCH", path, json={"Contact_Status__c": "Active"})
    assert (hidden.status_code, hidden.json()[0]["errorCode"]) == (400, "INVALID_FIELD")

    assert grant(api, "Contact.Contact_Status__c")["success"] is True
    assert grant(api, "Contact.Contact_Status__c")["errorCode"] == "DUPLICATE_VALUE"
    shown = described(api, "Contact", "Contact_Status__c")
    assert shown is not None
    assert (shown["type"], shown["restrictedPicklist"], shown["updateable"]) == ("picklist", True, True)
    assert [(item["value"], item["label"]) for item in shown["picklistValues"]] == [
        ("Active", "Active now"),
        ("Re-Market", "Re-Market"),
    ]
    assert api.call("PATCH", path, json={"Contact_Status__c": "Re-Market"}).status_code == 204
    wrong = api.call("PATCH", path, json={"Contact_Status__c": "Foreign"}).json()[0]
    assert wrong["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    history = org.storage.reader().execute("SELECT Field, OldValue, NewValue FROM ContactHistory").fetchall()
    assert history == [("Contact_Status__c", "Active", "Re-Market")]


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        ({"type": "Text", "length": 80, "unique": True, "externalId": True}, {"type": "string", "length": 80}),
        ({"type": "TextArea"}, {"type": "textarea", "length": 255}),
        (
            {"type": "LongTextArea", "length": 5000, "visibleLines": 4},
            {"type": "textarea", "length": 5000, "filterable": False, "sortable": False},
        ),
        ({"type": "Number", "precision": 18, "scale": 2}, {"type": "double", "precision": 18, "scale": 2}),
        ({"type": "Currency", "precision": 16, "scale": 2}, {"type": "currency", "scale": 2}),
        ({"type": "Percent", "precision": 5, "scale": 1}, {"type": "percent", "precision": 5}),
        ({"type": "Checkbox", "defaultValue": "true"}, {"type": "boolean", "defaultValue": True}),
        ({"type": "Date"}, {"type": "date", "nillable": True}),
        ({"type": "DateTime"}, {"type": "datetime", "custom": True}),
        ({"type": "Time"}, {"type": "time"}),
        ({"type": "Email"}, {"type": "email", "length": 80}),
        ({"type": "Phone"}, {"type": "phone", "length": 40}),
        ({"type": "Url"}, {"type": "url", "length": 255}),
        (
            {"type": "Lookup", "referenceTo": "Campaign", "relationshipName": "Firsts"},
            {"type": "reference", "referenceTo": ["Campaign"], "relationshipName": "It__r"},
        ),
        (
            {"type": "MultiselectPicklist", "visibleLines": 4, "valueSet": PICKLIST["valueSet"]},
            {"type": "multipicklist", "length": 4099},
        ),
    ],
)
def test_every_type(api: Api, metadata: dict[str, Any], expected: dict[str, Any]) -> None:
    """Each type is described as Salesforce describes it, and its Metadata can be sent back as it was read."""
    id18 = create(api, "Lead.It__c", label="It", inlineHelpText="What it is", **metadata)
    assert "success" in grant(api, "Lead.It__c")
    shown = described(api, "Lead", "It__c")
    assert shown is not None
    assert {key: shown[key] for key in expected} == expected
    assert shown["inlineHelpText"] == "What it is"
    path = f"tooling/sobjects/CustomField/{id18}"
    read = api.get(path).json()["Metadata"]
    assert {key: read[key] for key in metadata if key != "valueSet"} == {
        key: value for key, value in metadata.items() if key != "valueSet"
    } | ({"visibleLines": read["visibleLines"]} if "visibleLines" in metadata else {})
    assert api.call("PATCH", path, json={"Metadata": read}).status_code == 204
    assert described(api, "Lead", "It__c") == shown


@pytest.mark.parametrize(
    ("name", "metadata", "code", "text"),
    [
        ("Lead.It", {"type": "Date"}, "FIELD_INTEGRITY_EXCEPTION", "fullName must end with: __c or"),
        ("Lead.1t__c", {"type": "Date"}, "FIELD_INTEGRITY_EXCEPTION", "The Field Name field can only contain"),
        ("Lead.A__b__c", {"type": "Date"}, "FIELD_INTEGRITY_EXCEPTION", "The Field Name field can only contain"),
        ("Lead." + "x" * 41 + "__c", {"type": "Date"}, "STRING_TOO_LONG", "max length=40"),
        ("Nope.It__c", {"type": "Date"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Entity Enumeration Or ID"),
        ("Task.It__c", {"type": "Date"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "picklist field: Task"),
        ("Lead.It__c", {}, "FIELD_INTEGRITY_EXCEPTION", "Must specify a type"),
        ("Lead.It__c", {"type": "Shoe"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "'Shoe' is not a FieldType"),
        ("Lead.It__c", {"type": "AutoNumber"}, "FIELD_INTEGRITY_EXCEPTION", "sandbox has no fields of type AutoNumber"),
        ("Lead.It__c", {"type": "Date", "label": ""}, "FIELD_INTEGRITY_EXCEPTION", "Must specify 'label'"),
        ("Lead.It__c", {"type": "Date", "label": "x" * 41}, "STRING_TOO_LONG", "Field Label"),
        ("Lead.It__c", {"type": "Text"}, "FIELD_INTEGRITY_EXCEPTION", "Must specify 'length' for a CustomField"),
        ("Lead.It__c", {"type": "Text", "length": 256}, "FIELD_INTEGRITY_EXCEPTION", "between 1 and 255"),
        ("Lead.It__c", {"type": "Checkbox"}, "FIELD_INTEGRITY_EXCEPTION", "Must specify 'defaultValue'"),
        ("Lead.It__c", {"type": "Date", "length": 3}, "FIELD_INTEGRITY_EXCEPTION", "Can not specify 'length'"),
        ("Lead.It__c", {"type": "Number", "precision": 19, "scale": 0}, "FIELD_INTEGRITY_EXCEPTION", "precision"),
        ("Lead.It__c", {"type": "Picklist", "valueSet": {}}, "FIELD_INTEGRITY_EXCEPTION", "at least one value"),
        ("Lead.It__c", {"type": "Date", "lookupFilter": {"active": True}}, "FIELD_INTEGRITY_EXCEPTION", "no lookup"),
        (
            "Lead.It__c", {"type": "Picklist", "valueSet": {**PICKLIST["valueSet"], "controllingField": "Status"}},
            "FIELD_INTEGRITY_EXCEPTION", "no dependent picklists",
        ),
        ("Lead.It__c", {"type": "Date", "colour": 1}, "JSON_PARSER_ERROR", "Unrecognized field 'colour'"),
        (
            "Lead.It__c", {"type": "Lookup", "referenceTo": "Nope", "relationshipName": "R"},
            "INVALID_CROSS_REFERENCE_KEY", "no CustomObject named Nope found",
        ),
    ],
)  # fmt: skip
def test_bad_definitions(api: Api, org: Org, name: str, metadata: dict[str, Any], code: str, text: str) -> None:
    """Each is refused with 400, code and text, and nothing is left of it."""
    before = len(org.objects["Lead"].fields)
    status, found, message = refusal(api, name, **{"label": "It", **metadata})
    assert (status, found) == (400, code)
    assert text in message
    assert len(org.objects["Lead"].fields) == before


def test_values_left_out_are_deactivated(api: Api, org: Org) -> None:
    """A changed list keeps the values that it omits, inactive; a restricted field refuses those."""
    id18 = create(api, "Lead.It__c", **{**PICKLIST, "trackHistory": False})
    grant(api, "Lead.It__c")
    lead = api.call("POST", "sobjects/Lead", json={"LastName": "a", "Company": "b", "It__c": "Re-Market"}).json()["id"]
    only = {"valueSetDefinition": {"sorted": False, "value": [{"valueName": "Active", "label": "Active"}]}}
    body = {"Metadata": {"type": "Picklist", "label": "It", "valueSet": {"restricted": True, **only}}}
    assert api.call("PATCH", f"tooling/sobjects/CustomField/{id18}", json=body).status_code == 204
    read = api.get(f"tooling/sobjects/CustomField/{id18}").json()["Metadata"]
    values = read["valueSet"]["valueSetDefinition"]["value"]
    assert [(one["valueName"], one["isActive"]) for one in values] == [("Active", None), ("Re-Market", False)]
    shown = described(api, "Lead", "It__c")
    assert shown is not None
    assert [item["value"] for item in shown["picklistValues"]] == ["Active"]
    assert api.get(f"sobjects/Lead/{lead}").json()["It__c"] == "Re-Market"
    again = api.call("PATCH", f"sobjects/Lead/{lead}", json={"It__c": "Re-Market"}).json()[0]
    assert again["errorCode"] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"
    body["Metadata"]["valueSet"] = {"restricted": False, **only}
    api.call("PATCH", f"tooling/sobjects/CustomField/{id18}", json=body)
    assert api.call("PATCH", f"sobjects/Lead/{lead}", json={"It__c": "Re-Market"}).status_code == 204


def test_required_fields_take_no_access(api: Api) -> None:
    """A required field is seen by everybody at once, and must be given; field access does not apply to it."""
    create(api, "Lead.It__c", type="Text", length=9, label="It", required=True)
    assert grant(api, "Lead.It__c")["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"
    error = api.call("POST", "sobjects/Lead", json={"LastName": "a", "Company": "b"}).json()[0]
    assert (error["errorCode"], error["fields"]) == ("REQUIRED_FIELD_MISSING", ["It__c"])


def test_activity_fields(api: Api) -> None:
    """A field of Activity appears on tasks and events, with access for each; Tooling knows it once."""
    id18 = create(api, "Activity.Outcome__c", type="Text", length=80, label="Outcome")
    for name in ("Task", "Event"):
        grant(api, f"{name}.Outcome__c")
        assert described(api, name, "Outcome__c") is not None
    soql = "SELECT Id FROM CustomField WHERE EntityDefinition.QualifiedApiName = 'Activity'"
    assert [row["Id"] for row in api.get("tooling/query", q=soql).json()["records"]] == [id18]
    assert (
        refusal(api, "Activity.Too__c", type="Date", label="Too", trackHistory=True)[1] == "FIELD_INTEGRITY_EXCEPTION"
    )
    assert api.call("DELETE", f"tooling/sobjects/CustomField/{id18}").status_code == 204
    assert described(api, "Event", "Outcome__c") is None


def test_twenty_tracked_fields(api: Api, org: Org) -> None:
    """The twenty-first is refused; without tracking the field can be made."""
    free = 20 - sum(field.tracked for field in org.objects["Lead"].fields)
    for number in range(free):
        create(api, f"Lead.N{number}__c", type="Date", label=f"N{number}", trackHistory=True)
    assert refusal(api, "Lead.Over__c", type="Date", label="Over", trackHistory=True)[:2] == (
        400, "NUM_HISTORY_FIELDS_BY_SOBJECT_EXCEEDED",
    )  # fmt: skip
    create(api, "Lead.Over__c", type="Date", label="Over")


def test_deleting(api: Api, org: Org) -> None:
    """A field goes with what was in it and the access to it, unless a formula rests on it."""
    id18 = create(api, "Lead.It__c", type="Number", precision=5, scale=0, label="It", externalId=True)
    formula = create(api, "Lead.Twice__c", type="Number", precision=5, scale=0, label="Twice", formula="It__c * 2")
    grant(api, "Lead.It__c")
    path = "tooling/sobjects/CustomField"
    refused = api.call("DELETE", f"{path}/{id18}").json()[0]
    assert refused["errorCode"] == "DEPENDENCY_EXISTS"
    assert "Custom Field Definition - Twice" in refused["message"]
    assert [api.call("DELETE", f"{path}/{one}").status_code for one in (formula, id18, id18)] == [204, 204, 404]
    assert described(api, "Lead", "It__c") is None
    left = org.storage.reader().execute("SELECT count(*) FROM FieldPermissions WHERE Field = 'Lead.It__c'").fetchone()
    assert left == (0,)
    create(api, "Lead.It__c", type="Date", label="It")


def test_without_customize_application(api: Api, org: Org) -> None:
    """Whoever may not customize may look, and neither make, change nor delete."""
    id18 = create(api, "Lead.It__c", type="Date", label="It")
    permissions.revoke(org, "CustomizeApplication")
    assert refusal(api, "Lead.Too__c", type="Date", label="Too")[:2] == (403, "INSUFFICIENT_ACCESS")
    path = f"tooling/sobjects/CustomField/{id18}"
    assert api.call("PATCH", path, json={"Metadata": {}}).status_code == 403
    assert api.call("DELETE", path).status_code == 403
    assert api.get(path).status_code == 200
    permissions.revoke(org, "ViewSetup")
    error = api.error("SELECT Id FROM CustomField", "tooling/query")
    assert error["errorCode"] == "INVALID_TYPE"
    assert "sObject type 'CustomField' is not supported" in error["message"]
    assert api.get("tooling/query", q="SELECT Id FROM AssignmentRule").status_code == 200


def test_an_answer_that_was_lost(sandbox: Sandbox[Org], api: Api) -> None:
    """A field whose making was never answered is there; one whose request never came is not."""
    body = {"FullName": "Lead.It__c", "Metadata": {"type": "Date", "label": "It"}}
    sandbox.faults.add(path="/tooling/sobjects", drop=0, carried_out=False)
    sandbox.faults.add(path="/tooling/sobjects", first=2, drop=0)
    path, soql = "tooling/sobjects/CustomField", "SELECT COUNT() FROM CustomField"
    for made in (0, 1):
        with pytest.raises(requests.ConnectionError):
            api.call("POST", path, json=body)
        assert api.get("tooling/query", q=soql).json()["totalSize"] == made
    assert api.call("POST", path, json=body).json()[0]["errorCode"] == "DUPLICATE_DEVELOPER_NAME"


def test_a_change_is_seen_by_who_asks_for_changes(api: Api, org: Org) -> None:
    """A describe asked conditionally comes anew after a field was made, a list changed."""
    before = api.get("sobjects/Lead/describe").headers["Last-Modified"]
    create(api, "Lead.It__c", **{**PICKLIST, "trackHistory": False})
    again = api.call("GET", "sobjects/Lead/describe", headers={"If-Modified-Since": before})
    assert again.status_code == 200
    last = {"If-Modified-Since": again.headers["Last-Modified"]}
    assert api.call("GET", "sobjects/Lead/describe", headers=last).status_code == 304


def test_other_records(api: Api) -> None:
    """Value sets can be read by id and not be written; what does not exist is 404; malformed bodies are refused."""
    path = "tooling/sobjects/StandardValueSet/LeadStatus"
    assert len(api.get(path).json()["Metadata"]["standardValue"]) == 4
    refused = api.call("PATCH", path, json={"Metadata": {}})
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "INVALID_TYPE_FOR_OPERATION")
    assert api.get("tooling/sobjects/Shoe/1").status_code == 404
    assert api.get("tooling/sobjects/CustomField/00N000000000001AAA").status_code == 404
    bodies: list[tuple[Any, str]] = [
        ([], "JSON_PARSER_ERROR"),
        ({"Metadata": {}}, "REQUIRED_FIELD_MISSING"),
        ({"FullName": "Lead.A__c"}, "REQUIRED_FIELD_MISSING"),
        ({"FullName": "Lead.A__c", "Metadata": {}, "Colour": 1}, "INVALID_FIELD"),
    ]
    for body, code in bodies:
        answer = api.call("POST", "tooling/sobjects/CustomField", json=body)
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, code)
