"""Components that the Metadata API reads and changes, besides value sets."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.salesforce import record_types
from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.convert import Conversion, convert_lead
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.schema import fields
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.soapcall import metadata, read, save

MAPPING = (
    "<fullName>LeadConvertSettings</fullName><objectMapping><inputObject>Lead</inputObject><mappingFields><inputField>"
    "{0}</inputField><outputField>{1}</outputField></mappingFields><outputObject>Contact</outputObject></objectMapping>"
)


def ok(result: dict[str, Any]) -> bool:
    return bool(result["success"] == "true")


def code(result: dict[str, Any]) -> str:
    assert result["success"] == "false"
    return str(result["errors"]["statusCode"])


def test_a_custom_field(sandbox: Sandbox[Org], org: Org) -> None:
    """Made, read, changed, made again in vain, upserted, deleted: as over the Tooling API."""
    inner = (
        "<fullName>Lead.It__c</fullName><label>It</label><required>false</required><trackHistory>true</trackHistory>"
        "<type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted>"
        "<value><fullName>A</fullName><default>true</default><label>Letter A</label></value></valueSetDefinition>"
        "</valueSet>"
    )
    assert ok(save(sandbox, "CustomField", inner, "createMetadata"))
    found = read(sandbox, "CustomField", "Lead.It__c")
    assert found is not None
    assert (found["type"], found["trackHistory"]) == ("Picklist", "true")
    assert found["valueSet"]["valueSetDefinition"]["value"]["fullName"] == "A"
    assert code(save(sandbox, "CustomField", inner, "createMetadata")) == "DUPLICATE_DEVELOPER_NAME"
    longer = inner.replace("<label>It<", "<label>It is<")
    result = save(sandbox, "CustomField", longer, "upsertMetadata")
    assert (result["created"], result["success"]) == ("false", "true")
    assert org.objects["Lead"].by_name["it__c"].label == "It is"
    delete = "<m:deleteMetadata><m:type>CustomField</m:type><m:fullNames>Lead.It__c</m:fullNames></m:deleteMetadata>"
    assert metadata(sandbox, delete)[0] == 200
    assert read(sandbox, "CustomField", "Lead.It__c") is None
    assert code(save(sandbox, "CustomField", inner)) == "INVALID_CROSS_REFERENCE_KEY"
    result = save(sandbox, "CustomField", inner, "upsertMetadata")
    assert (result["created"], result["success"]) == ("true", "true")


def test_tracking_of_a_standard_field(sandbox: Sandbox[Org], org: Org) -> None:
    """History of a standard field is kept from the switch on, and what happened before stays unknown."""
    made = org.insert("Lead", [{"LastName": "a", "Company": "b", "LeadSource": "Web"}])[0].id
    org.update("Lead", [{"Id": made, "LeadSource": "Other"}])
    assert ok(save(sandbox, "CustomField", "<fullName>Lead.LeadSource</fullName><trackHistory>true</trackHistory>"))
    assert (read(sandbox, "CustomField", "Lead.LeadSource") or {})["trackHistory"] == "true"
    org.update("Lead", [{"Id": made, "LeadSource": "Web"}])
    rows = org.storage.reader().execute("SELECT Field, OldValue, NewValue FROM LeadHistory").fetchall()
    assert rows == [("LeadSource", "Other", "Web")]
    free = [field for field in org.objects["Lead"].fields if field.permissionable and not field.tracked]
    inner = "<fullName>Lead.{}</fullName><trackHistory>true</trackHistory>"
    results = [save(sandbox, "CustomField", inner.format(field.name)) for field in free[:20]]
    assert code(results[-1]) == "NUM_HISTORY_FIELDS_BY_SOBJECT_EXCEEDED"


@pytest.mark.parametrize(
    ("kind", "name", "element"),
    [
        ("CustomObject", "Lead", "enableHistory"),
        ("CustomObject", "Contact", "enableHistory"),
        ("LeadConfigSettings", "LeadConfig", "doesTrackHistory"),
    ],
)
def test_the_objects_own_switch(sandbox: Sandbox[Org], org: Org, kind: str, name: str, element: str) -> None:
    """Off, nothing is tracked and no field can be; on again, the fields have to be switched on anew."""
    object_name = "Lead" if name == "LeadConfig" else name
    inner = f"<fullName>{name}</fullName><{element}>{{}}</{element}>"
    assert (read(sandbox, kind, name) or {})[element] == "true"
    assert ok(save(sandbox, kind, inner.format("false")))
    assert (read(sandbox, kind, name) or {})[element] == "false"
    assert not any(field.tracked for field in org.objects[object_name].fields)
    track = f"<fullName>{object_name}.Email</fullName><trackHistory>true</trackHistory>"
    assert code(save(sandbox, "CustomField", track)) == "FIELD_INTEGRITY_EXCEPTION"
    new = f"<fullName>{object_name}.A__c</fullName><label>A</label><trackHistory>true</trackHistory><type>Date</type>"
    assert code(save(sandbox, "CustomField", new, "createMetadata")) == "FIELD_INTEGRITY_EXCEPTION"
    assert ok(save(sandbox, kind, inner.format("true")))
    assert ok(save(sandbox, "CustomField", track))


def test_conversion_mapping(sandbox: Sandbox[Org], org: Org) -> None:
    """What is mapped is carried over on conversion; into a contact that is there, only where it has nothing."""
    for object_name in ("Lead", "Contact"):
        fields.create(org, f"{object_name}.Reason__c", {"type": "Text", "length": 80, "label": "Reason"})
    assert ok(save(sandbox, "LeadConvertSettings", MAPPING.format("Reason__c", "Reason__c")))
    found = read(sandbox, "LeadConvertSettings", "LeadConvertSettings")
    assert found is not None
    assert found["objectMapping"]["mappingFields"] == {"inputField": "Reason__c", "outputField": "Reason__c"}
    columns = ["LastName", "Company", "Reason__c", "OwnerId"]
    org.load("Lead", columns, [["a", "b", "cold", ADMIN_ID], ["c", "d", "warm", ADMIN_ID], ["e", "f", "hot", ADMIN_ID]])
    leads = [row[0] for row in org.storage.reader().execute('SELECT "Id" FROM Lead ORDER BY "Id"')]
    known = org.insert("Contact", [{"LastName": "x"}, {"LastName": "y"}])
    org.storage.db.execute('UPDATE Contact SET Reason__c = ? WHERE "Id" = ?', ("kept", known[1].id))
    for lead, contact in zip(leads, (None, known[0].id, known[1].id), strict=True):
        wanted = Conversion(lead_id=lead, converted_status="Closed - Converted", contact_id=contact)
        assert convert_lead(org, wanted, ADMIN_ID).error is None
    rows = org.storage.reader().execute("SELECT LastName, Reason__c FROM Contact ORDER BY LastName").fetchall()
    assert rows == [("a", "cold"), ("x", "warm"), ("y", "kept")]
    assert ok(save(sandbox, "LeadConvertSettings", "<fullName>LeadConvertSettings</fullName>"))
    assert "objectMapping" not in (read(sandbox, "LeadConvertSettings", "LeadConvertSettings") or {})


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ("Nope__c", "Text__c", "INVALID_CROSS_REFERENCE_KEY"),
        ("Status", "Text__c", "INVALID_CROSS_REFERENCE_KEY"),
        ("Text__c", "Nope__c", "INVALID_CROSS_REFERENCE_KEY"),
        ("Text__c", "Date__c", "FIELD_INTEGRITY_EXCEPTION"),
        ("Text__c", "Short__c", "FIELD_INTEGRITY_EXCEPTION"),
    ],
)
def test_bad_mappings(sandbox: Sandbox[Org], org: Org, source: str, target: str, expected: str) -> None:
    """Both ends must be custom fields of the same kind of data, with room enough."""
    for object_name in ("Lead", "Contact"):
        fields.create(org, f"{object_name}.Text__c", {"type": "Text", "length": 80, "label": "T"})
        fields.create(org, f"{object_name}.Short__c", {"type": "Text", "length": 8, "label": "S"})
        fields.create(org, f"{object_name}.Date__c", {"type": "Date", "label": "D"})
    assert code(save(sandbox, "LeadConvertSettings", MAPPING.format(source, target))) == expected


def test_the_process_of_a_record_type_decides_what_converts(org: Org) -> None:
    """A status that converts, but is not in the process of the lead's record type, is refused."""
    partner = record_types.add(org, "Lead", "Partner", {"Status": ["Open - Not Contacted"]})
    org.load("Lead", ["LastName", "Company", "RecordTypeId", "OwnerId"], [["a", "b", partner, ADMIN_ID]])
    lead = org.storage.reader().execute('SELECT "Id" FROM Lead').fetchone()[0]
    wanted = Conversion(lead_id=lead, converted_status="Closed - Converted")
    refused = convert_lead(org, wanted, ADMIN_ID).error
    assert refused is not None
    assert refused.code == "INVALID_STATUS"
    fields_of = record_types.PROCESS_FIELDS["Lead"]
    process = org.storage.reader().execute('SELECT "Id" FROM BusinessProcess').fetchone()[0]
    record_types.set_list(org, process, fields_of, ["Closed - Converted"])
    assert convert_lead(org, wanted, ADMIN_ID).error is None


def test_a_record_type(sandbox: Sandbox[Org], org: Org) -> None:
    """Its lists are read and set partly URL-encoded; the status is the business of its process."""
    record_types.add(org, "Lead", "Partner", {"LeadSource": ["Web"]})
    values = "<value><fullName>A (b/c)</fullName><default>false</default><label>x</label></value>"
    field = (
        "<fullName>Lead.It__c</fullName><label>It</label><type>Picklist</type><valueSet><valueSetDefinition><sorted>"
        f"false</sorted>{values}</valueSetDefinition></valueSet>"
    )
    assert ok(save(sandbox, "CustomField", field, "createMetadata"))
    found = read(sandbox, "RecordType", "Lead.Partner")
    assert found is not None
    lists = {one["picklist"]: one["values"] for one in found["picklistValues"]}
    assert lists["LeadSource"]["fullName"] == "Web"
    assert lists["It__c"]["fullName"] == "A %28b%2Fc%29"
    assert "Status" not in lists
    assert found["businessProcess"] == "Partner Process"
    offer = (
        "<picklistValues><picklist>{}</picklist><values><fullName>{}</fullName><default>false</default></values>"
        "</picklistValues>"
    )
    inner = "<fullName>Lead.Partner</fullName><active>true</active><label>Partners</label>"
    assert ok(save(sandbox, "RecordType", inner + offer.format("It__c", "A %28b%2Fc%29")))
    assert code(save(sandbox, "RecordType", inner + offer.format("It__c", "Nope"))) == "FIELD_INTEGRITY_EXCEPTION"
    assert code(save(sandbox, "RecordType", inner + offer.format("Status", "x"))) == "FIELD_INTEGRITY_EXCEPTION"
    assert code(save(sandbox, "RecordType", inner.replace("Partner<", "Nobody<"))) == "INVALID_CROSS_REFERENCE_KEY"
    assert (read(sandbox, "RecordType", "Lead.Partner") or {})["label"] == "Partners"


def test_processes_take_active_values_only(sandbox: Sandbox[Org], org: Org) -> None:
    """A value that is not in the value set cannot be put into a process, nor can all be taken out."""
    record_types.add(org, "Lead", "Partner")
    inner = "<fullName>Lead.Partner Process</fullName><isActive>true</isActive>"
    foreign = "<values><fullName>Re-Market</fullName><default>false</default></values>"
    assert code(save(sandbox, "BusinessProcess", inner + foreign)) == "FIELD_INTEGRITY_EXCEPTION"
    assert code(save(sandbox, "BusinessProcess", inner)) == "REQUIRED_FIELD_MISSING"
    assert read(sandbox, "BusinessProcess", "Lead.Nobody") is None


def test_assignment_rules(sandbox: Sandbox[Org]) -> None:
    """The lead rule with the entry that takes everything; there are no other kinds of rules, and none is changed."""
    found = read(sandbox, "AssignmentRules", "Lead")
    assert found is not None
    rule = found["assignmentRule"]
    assert (rule["fullName"], rule["active"]) == ("Standard", "true")
    assert (rule["ruleEntry"]["assignedTo"], rule["ruleEntry"]["assignedToType"]) == ("Unassigned Leads", "Queue")
    assert read(sandbox, "AutoResponseRules", "Lead") == {"fullName": "Lead"}
    assert read(sandbox, "EscalationRules", "Shoe") is None
    assert code(save(sandbox, "AssignmentRules", "<fullName>Lead</fullName>")) == "INVALID_OPERATION"
