"""Reading metadata over the wire."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from tests.sandbox.dynamics.metadata.conftest import CRM
from tests.sandbox.dynamics.webapi import Api, refusal

LEAD = "EntityDefinitions(LogicalName='lead')"


def test_a_table(api: Api) -> None:
    """By logical name or MetadataId, whole or what is selected; MetadataId always comes with it."""
    found = api.row(f"{LEAD}?$select=LogicalName,EntitySetName,PrimaryIdAttribute,ObjectTypeCode,ChangeTrackingEnabled")
    id = found.pop("MetadataId")
    assert found.pop("@odata.context").endswith("$metadata#EntityDefinitions/$entity")
    assert found == {
        "LogicalName": "lead", "EntitySetName": "leads", "PrimaryIdAttribute": "leadid", "ObjectTypeCode": 4,
        "ChangeTrackingEnabled": True,
    }  # fmt: skip
    whole = api.row(f"EntityDefinitions({id})")
    assert whole["IsAuditEnabled"]["Value"] is True
    assert "prvReadLead" in {one["Name"] for one in whole["Privileges"]}
    assert "Attributes" not in whole


def test_tables_are_filtered(api: Api) -> None:
    """The collection form with a filter, percent-encoded as clients send it; several conditions, enums, functions."""
    path = "EntityDefinitions?%24select=LogicalName&%24filter=LogicalName+eq+%27lead%27"
    assert [one["LogicalName"] for one in api.row(path)["value"]] == ["lead"]

    def names(text: str) -> set[str]:
        return {one["LogicalName"] for one in api.row(f"EntityDefinitions?$select=LogicalName&$filter={text}")["value"]}

    assert names("IsBPFEntity eq true") == {"leadtoopportunitysalesprocess"}
    assert names("LogicalName eq 'lead' or startswith(LogicalName,'campaignr')") == {"lead", "campaignresponse"}
    assert "lead" in names("IsAuditEnabled/Value eq true and not (ObjectTypeCode ne 4)")
    assert names("ObjectTypeCode ge 4210 and ObjectTypeCode lt 4213") == {"phonecall", "task"}


@pytest.mark.parametrize("option", ["$top=2", "$orderby=LogicalName", "$skip=1"])
def test_metadata_has_no_pages(api: Api, option: str) -> None:
    """Options of pages are refused."""
    status, code, text = refusal(api.get(f"EntityDefinitions?{option}"))
    assert (status, code) == (400, "0x80060888")
    assert option.partition("=")[0] in text


def test_columns_by_type(api: Api) -> None:
    """Without a cast only what all columns have can be selected; with one, its own; with a wrong one nothing."""
    path = f"{LEAD}/Attributes"
    assert api.get(f"{path}?$select=LogicalName,MaxLength").status_code == 400
    texts = api.row(f"{path}/{CRM}.StringAttributeMetadata?$select=LogicalName,MaxLength,FormatName")["value"]
    assert {one["LogicalName"]: one["MaxLength"] for one in texts}["subject"] == 300
    enum = f"{CRM}.AttributeTypeCode'Picklist'"
    choices = api.row(f"{path}?$select=LogicalName&$filter=AttributeType eq {enum}")["value"]
    assert {"leadsourcecode", "industrycode"} <= {one["LogicalName"] for one in choices}
    assert {one["@odata.type"] for one in choices} == {f"#{CRM}.PicklistAttributeMetadata"}
    assert api.get(f"{path}/{CRM}.EnumAttributeMetadata").status_code == 404
    assert api.get(f"{path}(LogicalName='subject')/{CRM}.PicklistAttributeMetadata").status_code == 404


def test_options_of_a_status(api: Api) -> None:
    """Status reasons say their state, states their default reason and their name in no language."""
    path = f"{LEAD}/Attributes(LogicalName='{{}}')/{CRM}.{{}}AttributeMetadata?$expand=OptionSet"
    status = api.row(path.format("statuscode", "Status"))["OptionSet"]
    assert {one["Value"]: one["State"] for one in status["Options"]} == {1: 0, 2: 0, 3: 1, 4: 2, 5: 2, 6: 2, 7: 2}
    assert {one["@odata.type"] for one in status["Options"]} == {f"#{CRM}.StatusOptionMetadata"}
    assert (status["Name"], status["OptionSetType"], status["IsGlobal"]) == ("lead_statuscode", "Status", False)
    state = api.row(path.format("statecode", "State"))["OptionSet"]["Options"]
    assert [(one["InvariantName"], one["DefaultStatus"]) for one in state] == [
        ("Open", 1),
        ("Qualified", 3),
        ("Disqualified", 4),
    ]


@pytest.mark.trap("D34")
def test_inverted_labels_of_a_boolean(api: Api) -> None:
    """`confirminterest` is No when it is true: whoever takes 1 for Yes is wrong."""
    path = f"{LEAD}/Attributes(LogicalName='confirminterest')/{CRM}.BooleanAttributeMetadata"
    found = api.row(f"{path}?$select=DefaultValue&$expand=OptionSet,GlobalOptionSet")
    choice = found["OptionSet"] or found["GlobalOptionSet"]
    said = {
        value: choice[name]["Label"]["UserLocalizedLabel"]["Label"]
        for value, name in ((1, "TrueOption"), (0, "FalseOption"))
    }
    assert said == {1: "No", 0: "Yes"}


@pytest.mark.trap("D9")
def test_a_date_is_a_date_by_its_behaviour(api: Api) -> None:
    """Two columns of type DateTime and format DateOnly; only one of them holds dates, as its behaviour says."""
    path = (
        f"{LEAD}/Attributes/{CRM}.DateTimeAttributeMetadata?$select=LogicalName,AttributeType,Format,DateTimeBehavior"
    )
    found = {one["LogicalName"]: one for one in api.row(path)["value"]}
    naive, real = found["schedulefollowup_qualify"], found["estimatedclosedate"]
    assert (
        (naive["AttributeType"], naive["Format"]) == (real["AttributeType"], real["Format"]) == ("DateTime", "DateOnly")
    )
    assert (naive["DateTimeBehavior"]["Value"], real["DateTimeBehavior"]["Value"]) == ("UserLocal", "DateOnly")
    api.create(
        "leads", lastname="Date", estimatedclosedate="2026-03-04", schedulefollowup_qualify="2026-03-04T00:00:00Z"
    )
    row = api.row("leads?$select=estimatedclosedate,schedulefollowup_qualify&$filter=lastname eq 'Date'")["value"][0]
    assert (row["estimatedclosedate"], row["schedulefollowup_qualify"]) == ("2026-03-04", "2026-03-04T00:00:00Z")


@pytest.mark.trap("D10")
def test_lookups_come_in_several_types(api: Api) -> None:
    """Owner and Customer are lookups by another type name: asking for AttributeType Lookup misses them."""
    lookup = f"{CRM}.AttributeTypeCode'Lookup'"
    by_type = api.row(f"{LEAD}/Attributes?$select=LogicalName&$filter=AttributeType eq {lookup}")["value"]
    assert not {"ownerid", "customerid"} & {one["LogicalName"] for one in by_type}
    by_cast = api.row(f"{LEAD}/Attributes/{CRM}.LookupAttributeMetadata?$select=LogicalName,AttributeType,Targets")[
        "value"
    ]
    found = {one["LogicalName"]: (one["AttributeType"], one["Targets"]) for one in by_cast}
    assert found["ownerid"][0] == "Owner"
    assert found["customerid"] == ("Customer", ["account", "contact"])
    assert found["parentaccountid"] == ("Lookup", ["account"])


def test_navigation_properties(api: Api) -> None:
    """The name to bind by is that of the relationship, with its letter case, not the column's."""
    path = "EntityDefinitions(LogicalName='{}')/ManyToOneRelationships?$select=ReferencingAttribute,"
    path += "ReferencedEntity,ReferencingEntityNavigationPropertyName&$filter=ReferencedEntity eq 'lead'"
    task = api.row(path.format("task"))["value"]
    assert [one["ReferencingEntityNavigationPropertyName"] for one in task] == ["regardingobjectid_lead_task"]
    process = api.row(path.format("leadtoopportunitysalesprocess"))["value"]
    assert [one["ReferencingEntityNavigationPropertyName"] for one in process] == ["leadId"]
    assert process[0]["ReferencingAttribute"] == "leadid"
    ways = api.row(f"{LEAD}/OneToManyRelationships?$select=ReferencedEntityNavigationPropertyName,ReferencingEntity")[
        "value"
    ]
    assert {"ReferencedEntityNavigationPropertyName": "Lead_Tasks", "ReferencingEntity": "task"}.items() <= next(
        one for one in ways if one["ReferencingEntity"] == "task"
    ).items()


@pytest.mark.trap("D8")
def test_everything_at_once_is_huge(api: Api) -> None:
    """`$expand=Attributes` over all tables weighs fifty times what a table does that is asked for what it needs."""
    everything = len(api.get("EntityDefinitions?$expand=Attributes").content)
    one = len(api.get(f"{LEAD}/Attributes?$select=LogicalName,AttributeType").content)
    assert everything > 3_000_000
    assert one * 50 < everything


def test_one_table_with_its_columns(api: Api) -> None:
    """$expand takes options of its own."""
    inner = "$select=LogicalName;$filter=LogicalName eq 'statuscode'"
    found = api.row(
        f"{LEAD}?$select=LogicalName&$expand=Attributes({inner}),Keys,ManyToOneRelationships($select=SchemaName)"
    )
    assert [one["LogicalName"] for one in found["Attributes"]] == ["statuscode"]
    assert found["Keys"] == []
    assert "lead_parent_account" in {one["SchemaName"] for one in found["ManyToOneRelationships"]}


def test_global_choices(api: Api) -> None:
    """By name, by id, and as a list; a column that uses one shows it as GlobalOptionSet."""
    need = api.row("GlobalOptionSetDefinitions(Name='need')")
    assert [one["Value"] for one in need["Options"]] == [0, 1, 2, 3]
    assert api.row(f"GlobalOptionSetDefinitions({need['MetadataId']})/{CRM}.OptionSetMetadata")["Name"] == "need"
    path = f"{LEAD}/Attributes(LogicalName='need')/{CRM}.PicklistAttributeMetadata"
    found = api.row(f"{path}?$select=LogicalName&$expand=OptionSet,GlobalOptionSet($select=Name)")
    assert found["OptionSet"] is None
    assert found["GlobalOptionSet"]["Name"] == "need"


@pytest.mark.parametrize(
    "path",
    [
        "EntityDefinitions(LogicalName='nonsense')",
        "EntityDefinitions(00000000-0000-0000-0000-000000000000)",
        f"{LEAD}/Attributes(LogicalName='nonsense')",
        f"{LEAD}/Nonsense",
        "GlobalOptionSetDefinitions(Name='nonsense')",
        "entitydefinitions",
    ],
)
def test_what_is_not_there(api: Api, path: str) -> None:
    """404; and letter case matters."""
    assert api.get(path).status_code == 404


def test_the_service_document(api: Api) -> None:
    """`$metadata` is well-formed CSDL in which every table, column and navigation property can be found."""
    tree = ElementTree.fromstring(api.get("$metadata").content)
    edm = "{http://docs.oasis-open.org/odata/ns/edm}"
    lead = next(one for one in tree.iter(f"{edm}EntityType") if one.get("Name") == "lead")
    types = {one.get("Name"): one.get("Type") for one in lead.iter(f"{edm}Property")}
    assert types["statuscode"] == "Edm.Int32"
    assert types["_ownerid_value"] == "Edm.Guid"
    assert types["estimatedclosedate"] == "Edm.Date"
    assert "owneridname" not in types
    assert "Lead_Tasks" in {one.get("Name") for one in lead.iter(f"{edm}NavigationProperty")}
    assert "leads" in {one.get("Name") for one in tree.iter(f"{edm}EntitySet")}


def test_several_tables_at_once(api: Api) -> None:
    """RetrieveMetadataChanges gives the tables and columns that its query names, with what only their type has."""

    def named(*names: str) -> dict[str, object]:
        value = {"Type": "System.String[]", "Value": json.dumps(names)}
        return {"Conditions": [{"PropertyName": "LogicalName", "ConditionOperator": "In", "Value": value}]}

    query = {
        "Criteria": named("lead", "contact"),
        "Properties": {"PropertyNames": ["LogicalName", "Attributes"]},
        "AttributeQuery": {
            "Criteria": named("statuscode", "lastname"),
            "Properties": {"PropertyNames": ["MaxLength", "OptionSet"]},
        },
    }
    path = "RetrieveMetadataChanges(Query=@p1,ClientVersionStamp=@p2)"
    found = api.call("GET", path, params={"@p1": json.dumps(query)}).json()
    lead, contact = sorted(found["EntityMetadata"], key=lambda one: -len(one["LogicalName"]))[::-1]
    columns = {one["LogicalName"]: one for one in lead["Attributes"]}
    assert (lead["LogicalName"], contact["LogicalName"]) == ("lead", "contact")
    assert columns["lastname"]["MaxLength"] == 50
    assert len(columns["statuscode"]["OptionSet"]["Options"]) == 7
    stale = api.call("GET", path, params={"@p1": json.dumps(query), "@p2": f"'{found['ServerVersionStamp']}'"})
    assert refusal(stale)[1] == "0x80044352"
