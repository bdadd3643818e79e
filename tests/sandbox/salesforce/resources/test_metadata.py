"""The Metadata API: calls, faults, and lead statuses."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from connector.sandbox.salesforce import permissions, record_types
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conftest import Api
from tests.sandbox.salesforce.soapcall import fault, metadata, read, save

VALUE = (
    "<standardValue><fullName>{0}</fullName><default>{1}</default><label>{0}</label><converted>{2}</converted>"
    "</standardValue>"
)
FIRST_DAY = [
    ("Open - Not Contacted", "true", "false"),
    ("Working - Contacted", "false", "false"),
    ("Closed - Converted", "false", "true"),
    ("Closed - Not Converted", "false", "false"),
]
READ = "<m:readMetadata><m:type>StandardValueSet</m:type><m:fullNames>LeadStatus</m:fullNames></m:readMetadata>"


def statuses(*values: tuple[str, str, str]) -> str:
    """The elements of a LeadStatus value set."""
    return "<fullName>LeadStatus</fullName><sorted>false</sorted>" + "".join(VALUE.format(*one) for one in values)


def listed(api: Api) -> list[tuple[str, bool, bool, int]]:
    soql = "SELECT ApiName, IsDefault, IsConverted, SortOrder FROM LeadStatus ORDER BY SortOrder"
    records = api.query(soql)["records"]
    return [(row["ApiName"], row["IsDefault"], row["IsConverted"], row["SortOrder"]) for row in records]


def test_the_whole_list_and_one_more(sandbox: Sandbox[Org], api: Api) -> None:
    """Read, one value appended, written: all are active, in order, and describe knows the new one at once."""
    found = read(sandbox, "StandardValueSet", "LeadStatus")
    assert found is not None
    assert [(one["fullName"], one["default"], one["converted"]) for one in found["standardValue"]] == FIRST_DAY
    before = api.query("SELECT Id, ApiName FROM LeadStatus ORDER BY SortOrder")["records"]
    result = save(sandbox, "StandardValueSet", statuses(*FIRST_DAY, ("Re-Market", "false", "false")))
    assert result == {"fullName": "LeadStatus", "success": "true"}
    assert listed(api) == [
        ("Open - Not Contacted", True, False, 1),
        ("Working - Contacted", False, False, 2),
        ("Closed - Converted", False, True, 3),
        ("Closed - Not Converted", False, False, 4),
        ("Re-Market", False, False, 5),
    ]
    after = api.query("SELECT Id, ApiName FROM LeadStatus ORDER BY SortOrder")["records"]
    assert [row["Id"] for row in after[:4]] == [row["Id"] for row in before]
    field = next(item for item in api.get("sobjects/Lead/describe").json()["fields"] if item["name"] == "Status")
    assert [item["value"] for item in field["picklistValues"]][-1] == "Re-Market"


def test_values_come_back(sandbox: Sandbox[Org], api: Api) -> None:
    """A deactivated value is listed as such with its mark, and is active again when it is sent as a plain one."""
    save(sandbox, "StandardValueSet", statuses(FIRST_DAY[0]))
    assert [name for name, *_ in listed(api)] == ["Open - Not Contacted"]
    found = read(sandbox, "StandardValueSet", "LeadStatus")
    assert found is not None
    marks = {one["fullName"]: (one.get("isActive"), one["converted"]) for one in found["standardValue"]}
    assert marks["Closed - Converted"] == ("false", "true")
    assert marks["Open - Not Contacted"] == (None, "false")
    off = VALUE.format("Working - Contacted", "false", "false").replace("<label>", "<isActive>false</isActive><label>")
    save(sandbox, "StandardValueSet", statuses(FIRST_DAY[0], FIRST_DAY[2]) + off)
    assert [name for name, *_ in listed(api)] == ["Open - Not Contacted", "Closed - Converted"]


def test_record_types_and_processes_do_not_offer_it(sandbox: Sandbox[Org], api: Api, org: Org) -> None:
    """A new status is not in the lead process of any record type until it is added there."""
    partner = record_types.add(org, "Lead", "Partner")
    save(sandbox, "StandardValueSet", statuses(*FIRST_DAY, ("Re-Market", "false", "false")))

    def offered(record_type: str) -> list[str]:
        path = f"ui-api/object-info/Lead/picklist-values/{record_type}/Status"
        return [item["value"] for item in api.get(path).json()["values"]]

    assert "Re-Market" not in offered(partner)
    assert "Re-Market" in offered("012000000000000AAA")
    process = read(sandbox, "BusinessProcess", "Lead.Partner Process")
    assert process is not None
    names = [one["fullName"] for one in process["values"]]
    assert names == [name for name, *_ in FIRST_DAY]
    values = "".join(
        f"<values><fullName>{name}</fullName><default>false</default></values>" for name in [*names, "Re-Market"]
    )
    inner = f"<fullName>Lead.Partner Process</fullName><isActive>true</isActive>{values}"
    assert save(sandbox, "BusinessProcess", inner)["success"] == "true"
    assert "Re-Market" in offered(partner)


@pytest.mark.parametrize(
    ("inner", "code"),
    [
        ("<fullName>LeadStatus</fullName><sorted>false</sorted>", "REQUIRED_FIELD_MISSING"),
        ("<fullName>Shoes</fullName><sorted>false</sorted>", "INVALID_CROSS_REFERENCE_KEY"),
        (statuses(*FIRST_DAY, FIRST_DAY[0]), "DUPLICATE_VALUE"),
        (statuses(*FIRST_DAY, ("working - contacted", "false", "false")), "DUPLICATE_VALUE"),
        (statuses(*FIRST_DAY, ("x", "true", "false")), "FIELD_INTEGRITY_EXCEPTION"),
        (statuses(*FIRST_DAY).replace("<converted>false</converted>", "", 1), "REQUIRED_FIELD_MISSING"),
    ],
)
def test_refused_lists(sandbox: Sandbox[Org], api: Api, inner: str, code: str) -> None:
    """An empty list, a foreign set, doubles, two defaults, no converted mark: success=false inside a 200."""
    before = listed(api)
    result = save(sandbox, "StandardValueSet", inner)
    assert (result["success"], result["errors"]["statusCode"]) == ("false", code)
    assert listed(api) == before


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        (
            "<sorted>false</sorted><fullName>LeadStatus</fullName>",
            "fullName invalid at this location in type StandardV",
        ),
        ("<fullName>LeadStatus</fullName><shoe>1</shoe>", "shoe invalid at this location in type StandardValueSet"),
        (
            "<fullName>LeadStatus</fullName><standardValue><label>a</label><fullName>a</fullName></standardValue>",
            "fullName invalid at this location in type StandardValue",
        ),
        (
            "<fullName>LeadStatus</fullName><sorted>maybe</sorted>",
            "'maybe' is not a valid value for the type xsd:boolean",
        ),
    ],
)
def test_the_order_of_elements_is_fixed(sandbox: Sandbox[Org], api: Api, inner: str, text: str) -> None:
    """An element out of the WSDL's order or unknown, and a value of the wrong type, are faults of the XML layer."""
    before = listed(api)
    qualified = inner.replace("</", "\0").replace("<", "<m:").replace("\0", "</m:")
    body = f'<m:updateMetadata><m:metadata xsi:type="m:StandardValueSet">{qualified}</m:metadata></m:updateMetadata>'
    status, root = metadata(sandbox, body)
    code, found = fault(root)
    assert (status, code) == (500, "soapenv:Client")
    assert text in str(found)
    assert listed(api) == before


def test_faults(sandbox: Sandbox[Org], org: Org) -> None:
    """What is wrong with the call as a whole is a 500 with the platform's code."""
    status_set = '<m:metadata xsi:type="m:StandardValueSet"><m:fullName>LeadStatus</m:fullName></m:metadata>'
    cases: list[tuple[str, dict[str, Any], str]] = [
        (READ, {"token": "nobody"}, "sf:INVALID_SESSION_ID"),
        (READ, {"version": "29.0"}, "sf:UNSUPPORTED_API_VERSION"),
        ("<m:explode/>", {}, "sf:INVALID_OPERATION"),
        (READ.replace("StandardValueSet", "Layout"), {}, "sf:INVALID_TYPE"),
        ("<m:updateMetadata><m:metadata/></m:updateMetadata>", {}, "sf:INVALID_TYPE"),
        (f"<m:updateMetadata>{status_set * 11}</m:updateMetadata>", {}, "sf:LIMIT_EXCEEDED"),
    ]
    for body, keys, code in cases:
        status, root = metadata(sandbox, body, **keys)
        assert (status, fault(root)[0]) == (500, code)
    permissions.revoke(org, "CustomizeApplication")
    result = save(sandbox, "StandardValueSet", statuses(*FIRST_DAY))
    assert (result["success"], result["errors"]["statusCode"]) == ("false", "INSUFFICIENT_ACCESS")
    permissions.revoke(org, "ModifyAllData")
    status, root = metadata(sandbox, READ)
    code, text = fault(root)
    assert (status, code) == (500, "sf:INSUFFICIENT_ACCESS")
    assert "requires a user with the ModifyAllData or ModifyMetadata permissions" in str(text)


def test_calls_count(sandbox: Sandbox[Org], api: Api, org: Org) -> None:
    """SOAP calls use the daily allowance, and are refused when it is gone."""
    before = int(api.get("limits").json()["DailyApiRequests"]["Remaining"])
    metadata(sandbox, READ)
    assert int(api.get("limits").json()["DailyApiRequests"]["Remaining"]) == before - 2
    org.usage.count(org.clock(), before - 2)
    status, root = metadata(sandbox, READ)
    assert (status, fault(root)[0]) == (500, "sf:REQUEST_LIMIT_EXCEEDED")


def test_each_component_stands_for_itself(sandbox: Sandbox[Org], org: Org) -> None:
    """One refused component does not undo the others; each has its result, in order."""
    field = (
        '<m:metadata xsi:type="m:CustomField"><m:fullName>Lead.{}</m:fullName><m:label>It</m:label>'
        "<m:type>Date</m:type></m:metadata>"
    )
    body = "".join(field.format(name) for name in ("A__c", "B", "C__c"))
    _, root = metadata(sandbox, f"<m:createMetadata>{body}</m:createMetadata>")
    results = [item for item in root.iter() if item.tag.endswith("}success")]
    assert [item.text for item in results] == ["true", "false", "true"]
    assert {"A__c", "C__c"} <= {field.name for field in org.objects["Lead"].fields}


def test_an_answer_that_was_lost(sandbox: Sandbox[Org], api: Api) -> None:
    """A change whose answer never came has been made, and can be sent again."""
    sandbox.faults.add(path="/services/Soap/m/", drop=0)
    inner = statuses(*FIRST_DAY, ("Re-Market", "false", "false"))
    with pytest.raises(requests.ConnectionError):
        save(sandbox, "StandardValueSet", inner)
    assert listed(api)[-1][0] == "Re-Market"
    assert save(sandbox, "StandardValueSet", inner)["success"] == "true"
    assert len(listed(api)) == 5
