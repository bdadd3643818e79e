"""Checked updates."""

from typing import Any

import pytest

from connector.sandbox.salesforce import permissions, record_types
from connector.sandbox.salesforce.base import ADMIN_ID, INTEGRATION_ID
from connector.sandbox.salesforce.catalogue import FieldType, PicklistValue
from connector.sandbox.salesforce.dml.results import BadRequestError, Options, RowResult
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.rules import DuplicateRule, RowFault, RowLock, ValidationRule

KEEP = Options(auto_assign=False)


def only(results: list[RowResult]) -> tuple[str, str, tuple[str, ...]]:
    """Code, message and fields of the only error of the only row."""
    assert len(results) == 1
    assert len(results[0].errors) == 1
    error = results[0].errors[0]
    return error.code, error.message, error.fields


def test_stamps_and_user_move(org: Org, lead: str, read: Any, hands: Any) -> None:
    """A change sets LastModifiedDate, LastModifiedById and SystemModstamp, to the second."""
    hands.pass_(minutes=5, microseconds=900_000)
    assert org.update("Lead", [{"Id": lead, "Title": "Countess"}], KEEP)[0].success
    row = read("Lead", lead)
    assert row["LastModifiedDate"] == row["SystemModstamp"] == "2026-03-02T09:05:00.000Z"
    assert (row["LastModifiedById"], row["CreatedById"], row["Title"]) == (INTEGRATION_ID, ADMIN_ID, "Countess")


def test_names_in_any_case_and_short_ids(org: Org, lead: str, read: Any) -> None:
    """Field names match in any case and a 15-character id will do; null clears a field."""
    assert org.update("Lead", [{"id": lead[:15], "tITLE": "x", "firstname": None}], KEEP)[0].success
    assert (read("Lead", lead)["Title"], read("Lead", lead)["FirstName"]) == ("x", None)


def test_status_takes_any_text(org: Org, lead: str, read: Any) -> None:
    """Lead.Status is an unrestricted picklist: a value that is in no list is stored as it is."""
    assert org.update("Lead", [{"Id": lead, "Status": "Left Vmail"}], KEEP)[0].success
    assert read("Lead", lead)["Status"] == "Left Vmail"


@pytest.mark.parametrize(
    ("change", "code", "message", "fields"),
    [
        ({"LastName": "x" * 81}, "STRING_TOO_LONG", f"Last Name: data value too large: {'x' * 81} (max length=80)",
         ("LastName",)),
        ({"Status": "x" * 256}, "STRING_TOO_LONG", f"Status: data value too large: {'x' * 256} (max length=255)",
         ("Status",)),
        ({"CleanStatus": "Dirty"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
         "Clean Status: bad value for restricted picklist field: Dirty", ("CleanStatus",)),
        ({"Email": "nobody"}, "INVALID_EMAIL_ADDRESS", "Email: invalid email address: nobody", ("Email",)),
        ({"LastName": None}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ("LastName",)),
        ({"LastName": ""}, "REQUIRED_FIELD_MISSING", "Required fields are missing: [LastName]", ("LastName",)),
        ({"OwnerId": None}, "INVALID_CROSS_REFERENCE_KEY", "Owner ID: owner cannot be blank", ("OwnerId",)),
        ({"OwnerId": "abc"}, "MALFORMED_ID", "Owner ID: id value of incorrect type: abc", ("OwnerId",)),
        ({"OwnerId": "00Q000000000001EAA"}, "FIELD_INTEGRITY_EXCEPTION",
         "Owner ID: id value of incorrect type: 00Q000000000001EAA", ("OwnerId",)),
        ({"OwnerId": "005000000000009AAA"}, "INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", ("OwnerId",)),
        ({"AnnualRevenue": 1e18}, "NUMBER_OUTSIDE_VALID_RANGE",
         "Annual Revenue: value outside of valid range on numeric field: 1e+18", ("AnnualRevenue",)),
    ],
)  # fmt: skip
def test_bad_values(
    org: Org, lead: str, read: Any, change: dict[str, Any], code: str, message: str, fields: tuple[str, ...]
) -> None:
    """Each bad value is refused in the platform's words, and the record stays untouched."""
    before = read("Lead", lead)
    assert only(org.update("Lead", [{"Id": lead, **change}], KEEP)) == (code, message, fields)
    assert read("Lead", lead) == before


def test_read_only_fields_are_named_together(org: Org, lead: str) -> None:
    """Fields that nobody may write, or not by update, are all named in one error."""
    code, message, fields = only(org.update("Lead", [{"Id": lead, "Name": "x", "IsConverted": True}], KEEP))
    assert code == "INVALID_FIELD_FOR_INSERT_UPDATE"
    assert message.startswith("Unable to create/update fields: Name, IsConverted. Please check the security settings")
    assert fields == ("Name", "IsConverted")


def test_unknown_field_refuses_the_request(org: Org, lead: str) -> None:
    """A field that does not exist, or that field access hides, refuses the whole request."""
    with pytest.raises(BadRequestError, match=r"^No such column 'Foo__c' on sobject of type Lead$"):
        org.update("Lead", [{"Id": lead, "Foo__c": 1}])
    permissions.hide_field(org, "Lead", "Industry")
    with pytest.raises(BadRequestError, match="No such column 'Industry'"):
        org.update("Lead", [{"Id": lead, "Industry": "Banking"}])


def test_field_access_read_only(org: Org, lead: str) -> None:
    """A field that the user may only read cannot be written."""
    permissions.lock_field(org, "Lead", "Industry")
    assert only(org.update("Lead", [{"Id": lead, "Industry": "Banking"}], KEEP))[0] == "INVALID_FIELD_FOR_INSERT_UPDATE"
    permissions.grant_field(org, "Lead", "Industry")
    assert org.update("Lead", [{"Id": lead, "Industry": "Banking"}], KEEP)[0].success


def test_object_right(org: Org, lead: str) -> None:
    """Without the right to edit leads no lead can be edited."""
    permissions.deny(org, "Lead", "Edit")
    expected = ("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", ())
    assert only(org.update("Lead", [{"Id": lead, "Title": "x"}], KEEP)) == expected


def test_gone_records(org: Org, lead: str) -> None:
    """A record that never was, one that was deleted, and an id of another object are told apart."""
    org.delete("Lead", [lead])
    absent = "00Q000000000002EAA"
    results = org.update("Lead", [{"Id": lead}, {"Id": absent}, {"Id": "003000000000001AAA"}, {"Title": "x"}])
    assert [result.errors[0].code for result in results] == [
        "ENTITY_IS_DELETED",
        "INVALID_CROSS_REFERENCE_KEY",
        "MALFORMED_ID",
        "MISSING_ARGUMENT",
    ]


def test_converted_lead_is_closed(org: Org, read: Any) -> None:
    """A converted lead refuses every change."""
    org.load("Lead", ["Id", "LastName", "Company", "IsConverted"], [["00Q000000000009EAA", "a", "b", True]])
    result = org.update("Lead", [{"Id": "00Q000000000009EAA", "Status": "x"}])
    assert only(result) == ("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", ())


def test_same_id_twice(org: Org, lead: str, read: Any) -> None:
    """Two rows with one id are both refused, however they write it; others go on."""
    other = org.insert("Lead", [{"LastName": "o", "Company": "o"}], KEEP)[0].id
    changes = [{"Id": lead, "Title": "1"}, {"Id": lead[:15], "Title": "2"}, {"Id": other, "Title": "3"}]
    results = org.update("Lead", changes, KEEP)
    assert [result.success for result in results] == [False, False, True]
    assert results[0].errors[0].message == f"Duplicate id specified: {lead}"
    assert read("Lead", lead)["Title"] is None


def test_all_or_none(org: Org, lead: str, read: Any) -> None:
    """One bad row undoes the good ones, and says so."""
    other = org.insert("Lead", [{"LastName": "o", "Company": "o"}], KEEP)[0].id
    options = Options(auto_assign=False, all_or_none=True)
    results = org.update("Lead", [{"Id": lead, "Title": "1"}, {"Id": other, "Email": "bad"}], options)
    assert [result.errors[0].code for result in results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "INVALID_EMAIL_ADDRESS",
    ]
    assert read("Lead", lead)["Title"] is None


def test_inactive_owner(org: Org, lead: str) -> None:
    """An inactive user cannot be given a lead; an old inactive owner does not hinder other changes."""
    user = "005000000000001AAA"
    org.load("User", ["Id", "Username", "LastName", "IsActive"], [[user, "x@y.example", "Gone", False]])
    code, message, _ = only(org.update("Lead", [{"Id": lead, "OwnerId": user}], KEEP))
    assert code == "INACTIVE_OWNER_OR_USER"
    assert message == f"operation performed with inactive user [{user}] as owner of lead"
    org.storage.db.execute("UPDATE Lead SET OwnerId = ?", (user,))
    assert org.update("Lead", [{"Id": lead, "OwnerId": user, "Title": "x"}], KEEP)[0].success


def test_row_locks(org: Org, lead: str) -> None:
    """A lock lasts for so many attempts at the row, then it is gone."""
    org.rules.row_lock.append(RowLock(object="Lead", ids=(lead,), times=2))
    outcomes = [org.update("Lead", [{"Id": lead, "Title": "x"}], KEEP)[0] for _ in range(3)]
    assert [outcome.success for outcome in outcomes] == [False, False, True]
    assert outcomes[0].errors[0].code == "UNABLE_TO_LOCK_ROW"


def test_row_faults(org: Org, lead: str) -> None:
    """Every second row fails, as told."""
    org.rules.row_fault.append(RowFault("UNKNOWN_EXCEPTION", "boom", object="Lead", every=2))
    ids = [result.id for result in org.insert("Task", [{"Subject": "x"}] * 3)]
    assert None not in ids
    outcomes = [org.update("Lead", [{"Id": lead, "Title": "x"}], KEEP)[0].success for _ in range(4)]
    assert outcomes == [True, False, True, False]


def test_validation_rules_look_at_the_whole_record(org: Org, lead: str) -> None:
    """A rule fires on any change of a record that breaks it, also when the change is elsewhere; blank is ""."""
    rule = ValidationRule(object="Lead", message="A phone, please.", when={"Phone": ""}, field="Phone")
    org.rules.validation_rule.append(rule)
    expected = ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "A phone, please.", ("Phone",))
    assert only(org.update("Lead", [{"Id": lead, "Title": "x"}], KEEP)) == expected
    assert org.update("Lead", [{"Id": lead, "Phone": "1"}], KEEP)[0].success


def test_duplicate_rules(org: Org, lead: str) -> None:
    """A duplicate is refused with the misspelt body, unless the header and the rule let it through."""
    org.rules.duplicate_rule.append(DuplicateRule(object="Lead"))
    org.update("Lead", [{"Id": lead, "Email": "a@b.example"}], KEEP)
    twin = {"LastName": "t", "Company": "t", "Email": "A@B.example"}
    refused = org.insert("Lead", [twin], KEEP)[0].errors[0]
    assert refused.code == "DUPLICATES_DETECTED"
    match = refused.more["duplicateResut"]["matchResults"][0]["matchRecords"][0]
    assert match["record"]["Id"] == lead
    assert org.insert("Lead", [twin], Options(auto_assign=False, allow_duplicates=True))[0].success


def test_restricted_custom_picklist(org: Org, lead: str) -> None:
    """A restricted custom picklist takes its active values only."""
    values = (PicklistValue("Active", "Active"), PicklistValue("Old", "Old", active=False))
    field = FieldType(
        name="State__c", label="State", type="picklist", length=255, restricted=True, picklist=values, custom=True
    )
    org.add_field("Lead", field)
    results = [org.update("Lead", [{"Id": lead, "State__c": value}], KEEP)[0] for value in ("Active", "Old", None)]
    assert [result.success for result in results] == [True, False, True]


def test_unique_external_ids(org: Org, lead: str) -> None:
    """A unique value cannot be taken twice, neither from another record nor within one request."""
    field = FieldType(name="Key__c", label="Key", type="string", length=20, external_id=True, unique=True, custom=True)
    org.add_field("Lead", field)
    new = {"LastName": "n", "Company": "n"}
    first = org.insert("Lead", [{**new, "Key__c": "a"}, {**new, "Key__c": "A"}], KEEP)
    assert [result.success for result in first] == [True, False]
    code, message, _ = only(org.update("Lead", [{"Id": lead, "Key__c": "a"}], KEEP))
    assert code == "DUPLICATE_VALUE"
    assert message.startswith("duplicate value found: Key__c duplicates value on record with id: 00Q")


def test_record_type_limits_nothing_in_the_api(org: Org, lead: str) -> None:
    """A record type's list is for people: the API writes a value outside it."""
    kind = record_types.add(org, "Lead", "Partner", {"Status": ["Working - Contacted"]})
    result = org.update("Lead", [{"Id": lead, "RecordTypeId": kind, "Status": "Closed - Not Converted"}], KEEP)
    assert result[0].success


def test_wrong_json_types_refuse_the_request(org: Org, lead: str) -> None:
    """From JSON a wrong type is a parser error of the whole request, from CSV an error of the row."""
    change = [{"Id": lead, "NumberOfEmployees": "many"}]
    with pytest.raises(BadRequestError, match="Cannot deserialize instance of int from VALUE_STRING value many"):
        org.update("Lead", change, Options(from_json=True))
    assert only(org.update("Lead", change)) == (
        "INVALID_TYPE_ON_FIELD_IN_RECORD",
        "Employees: value not of required type: many",
        ("NumberOfEmployees",),
    )
