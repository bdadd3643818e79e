"""Changing metadata over the wire: columns, options, switches, keys, and what waits for being published."""

from __future__ import annotations

import pytest

from tests.sandbox.dynamics.metadata.conftest import CRM, column, label, reasons
from tests.sandbox.dynamics.webapi import Api, refusal

CONTACT = "EntityDefinitions(LogicalName='contact')"
LEAD = "EntityDefinitions(LogicalName='lead')"
HERE = {"MSCRM.SolutionUniqueName": "connector"}


def publish(api: Api, *tables: str) -> None:
    named = "".join(f"<entity>{name}</entity>" for name in tables)
    xml = f"<importexportxml><entities>{named}</entities></importexportxml>"
    assert api.call("POST", "PublishXml", json={"ParameterXml": xml}).status_code == 204


def test_a_choice_column(fresh: Api) -> None:
    """A new column is in force at once, options and all; options without a number get the publisher's."""
    options = {
        "Options": [{"Label": label("Active")}, {"Label": label("Raw"), "Value": 727000005}, {"Label": label("SQL")}]
    }
    made = fresh.call(
        "POST", f"{CONTACT}/Attributes", json=column("Picklist", "ctso_ContactStatus", OptionSet=options), headers=HERE
    )
    assert made.status_code == 204
    assert made.headers["OData-EntityId"].startswith(f"{fresh.root}/EntityDefinitions(")
    cast = f"{CONTACT}/Attributes(LogicalName='ctso_contactstatus')/{CRM}.PicklistAttributeMetadata"
    found = fresh.row(f"{cast}?$expand=OptionSet")
    assert [one["Value"] for one in found["OptionSet"]["Options"]] == [727000000, 727000005, 727000001]
    assert (found["IsCustomAttribute"], found["OptionSet"]["Name"]) == (True, "contact_ctso_contactstatus")
    contact = fresh.create("contacts", lastname="New", ctso_contactstatus=727000001)
    assert fresh.row(f"{contact}?$select=ctso_contactstatus")["ctso_contactstatus"] == 727000001
    assert fresh.patch(contact, {"ctso_contactstatus": 9}).status_code == 400
    again = fresh.call("POST", f"{CONTACT}/Attributes", json=column("Integer", "ctso_ContactStatus"))
    assert refusal(again)[:2] == (400, "0x80047013")


@pytest.mark.parametrize(
    ("kind", "more", "good", "bad"),
    [
        ("Integer", {"MinValue": 0, "MaxValue": 100}, 100, 101),
        ("Decimal", {"Precision": 2, "MinValue": 0, "MaxValue": 10}, 9.5, 11),
        ("String", {"MaxLength": 5}, "12345", "123456"),
        ("Memo", {"MaxLength": 5}, "12345", "123456"),
        ("Boolean", {"DefaultValue": True}, False, "perhaps"),
        ("DateTime", {"Format": "DateOnly", "DateTimeBehavior": {"Value": "DateOnly"}}, "2026-03-04", "soon"),
        ("DateTime", {"DateTimeBehavior": {"Value": "UserLocal"}}, "2026-03-04T09:00:00Z", "soon"),
    ],
)
def test_columns_of_every_type(fresh: Api, kind: str, more: dict[str, object], good: object, bad: object) -> None:
    """Each type takes what fits its definition and refuses what does not."""
    body = column(kind, "ctso_Mine", **more)
    assert fresh.call("POST", f"{CONTACT}/Attributes", json=body, headers=HERE).status_code == 204
    contact = fresh.create("contacts", lastname="Typed", ctso_mine=good)
    assert fresh.row(f"{contact}?$select=ctso_mine")["ctso_mine"] == good
    assert fresh.patch(contact, {"ctso_mine": bad}).status_code == 400


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (column("Integer", "other_Score"), "publisher's prefix"),
        (column("Integer", "Score"), "publisher's prefix"),
        ({"SchemaName": "ctso_Score", "DisplayName": label("Score")}, "abstract"),
        ({**column("Integer", "ctso_Score"), "DisplayName": None}, "DisplayName"),
        (column("Integer", "ctso_Score", MinValue=5, MaxValue=1), "no range"),
        (column("String", "ctso_Word", MaxLength=100_000), "MaxLength"),
        (column("DateTime", "ctso_Day", Format="DateAndTime", DateTimeBehavior={"Value": "DateOnly"}), "does not go"),
        (column("Picklist", "ctso_Pick", OptionSet={"Options": [{"Value": 1, "Label": label("a")}] * 2}), "twice"),
    ],
)
def test_bad_definitions(fresh: Api, body: dict[str, object], why: str) -> None:
    """Refused with a reason, and nothing is left behind."""
    answer = fresh.call("POST", f"{CONTACT}/Attributes", json=body)
    assert answer.status_code == 400
    assert why in refusal(answer)[2]
    custom = "IsCustomAttribute eq true"
    assert fresh.row(f"{CONTACT}/Attributes?$select=LogicalName&$filter={custom}")["value"] == []


def test_an_unknown_solution(fresh: Api) -> None:
    """A part cannot go into a solution that is not there; parts of ours are its components."""
    body = column("Integer", "ctso_Score")
    unknown = {"MSCRM.SolutionUniqueName": "nonsense"}
    assert fresh.call("POST", f"{CONTACT}/Attributes", json=body, headers=unknown).status_code == 404
    fresh.call("POST", f"{CONTACT}/Attributes", json=body, headers=HERE)
    assert [one["componenttype"] for one in fresh.row("solutioncomponents?$select=componenttype")["value"]] == [2]


def test_a_status_reason_waits_for_publishing(fresh: Api) -> None:
    """It gets the publisher's number, belongs to its state, and is in force once the table is published."""
    body = {
        "EntityLogicalName": "lead", "AttributeLogicalName": "statuscode", "StateCode": 2, "Label": label("Re-Market"),
        "SolutionUniqueName": "connector",
    }  # fmt: skip
    made = fresh.call("POST", "InsertStatusValue", json=body)
    assert (made.status_code, made.json()["NewOptionValue"]) == (200, 727000000)
    assert made.json()["@odata.context"].endswith(f"#{CRM}.InsertStatusValueResponse")
    lead = fresh.create("leads", lastname="Waiting")
    assert 727000000 not in reasons(fresh)
    assert fresh.patch(lead, {"statecode": 2, "statuscode": 727000000}).status_code == 400
    publish(fresh, "contact")
    assert 727000000 not in reasons(fresh)
    publish(fresh, "lead")
    assert reasons(fresh)[727000000] == ("Re-Market", 2)
    assert refusal(fresh.patch(lead, {"statuscode": 727000000}))[1] == "0x80048408"
    assert fresh.patch(lead, {"statecode": 2, "statuscode": 727000000}).status_code == 204


def test_options_added_changed_and_deleted(fresh: Api) -> None:
    """Insert, relabel, order and delete; a row keeps the number of a deleted option."""
    fresh.call(
        "POST", f"{CONTACT}/Attributes", json=column("Picklist", "ctso_Pick", OptionSet={"Options": []}), headers=HERE
    )
    at = {"EntityLogicalName": "contact", "AttributeLogicalName": "ctso_pick", "SolutionUniqueName": "connector"}
    numbers = [
        fresh.call("POST", "InsertOptionValue", json={**at, "Label": label(text)}).json()["NewOptionValue"]
        for text in ("One", "Two")
    ]
    assert numbers == [727000000, 727000001]
    taken = fresh.call("POST", "InsertOptionValue", json={**at, "Label": label("Three"), "Value": 727000001})
    assert refusal(taken)[1] == "0x80048403"
    publish(fresh, "contact")
    contact = fresh.create("contacts", lastname="Keeps", ctso_pick=727000001)
    relabel = {**at, "Value": 727000000, "Label": label("First"), "MergeLabels": False}
    assert fresh.call("POST", "UpdateOptionValue", json=relabel).status_code == 204
    assert fresh.call("POST", "OrderOption", json={**at, "Values": [727000001, 727000000]}).status_code == 204
    assert fresh.call("POST", "DeleteOptionValue", json={**at, "Value": 727000001}).status_code == 204
    assert fresh.call("POST", "PublishAllXml").status_code == 204
    cast = f"{CONTACT}/Attributes(LogicalName='ctso_pick')/{CRM}.PicklistAttributeMetadata/OptionSet"
    options = fresh.row(f"{cast}?$select=Options")["Options"]
    assert [(one["Value"], one["Label"]["UserLocalizedLabel"]["Label"]) for one in options] == [(727000000, "First")]
    assert fresh.row(f"{contact}?$select=ctso_pick")["ctso_pick"] == 727000001


def test_an_option_is_no_status_reason(fresh: Api) -> None:
    """InsertOptionValue is refused on a status column, InsertStatusValue without a state of the table."""
    at = {"EntityLogicalName": "lead", "AttributeLogicalName": "statuscode", "Label": label("X")}
    assert refusal(fresh.call("POST", "InsertOptionValue", json=at))[1] == "0x80044320"
    assert fresh.call("POST", "InsertStatusValue", json={**at, "StateCode": 9}).status_code == 400
    unknown = {**at, "EntityLogicalName": "nonsense"}
    assert refusal(fresh.call("POST", "InsertStatusValue", json={**unknown, "StateCode": 0}))[1] == "0x80041102"


def test_global_choices_reach_every_column(fresh: Api) -> None:
    """A choice is made once, bound by two columns, and grows in both."""
    body = {
        "Name": "ctso_funnel",
        "DisplayName": label("Funnel"),
        "Options": [{"Label": label("Top")}],
        "@odata.type": f"{CRM}.OptionSetMetadata",
    }
    made = fresh.call("POST", "GlobalOptionSetDefinitions", json=body, headers=HERE)
    assert made.status_code == 204
    id = made.headers["OData-EntityId"].rpartition("(")[2].rstrip(")")
    bind = {"GlobalOptionSet@odata.bind": f"/GlobalOptionSetDefinitions({id})"}
    for table in (CONTACT, LEAD):
        answer = fresh.call("POST", f"{table}/Attributes", json=column("Picklist", "ctso_Funnel", **bind), headers=HERE)
        assert answer.status_code == 204
    more = {"OptionSetName": "ctso_funnel", "Label": label("Bottom"), "SolutionUniqueName": "connector"}
    assert fresh.call("POST", "InsertOptionValue", json=more).json()["NewOptionValue"] == 727000001
    publish(fresh, "contact", "lead")
    for table in (CONTACT, LEAD):
        cast = f"{table}/Attributes(LogicalName='ctso_funnel')/{CRM}.PicklistAttributeMetadata/GlobalOptionSet"
        assert len(fresh.row(f"{cast}?$select=Options")["Options"]) == 2


def test_audit_switches_wait_for_publishing(fresh: Api) -> None:
    """The whole definition is sent back with the switch turned, of a column and of a table."""
    path = f"{LEAD}/Attributes(LogicalName='jobtitle')"
    body = fresh.row(path)
    body["IsAuditEnabled"]["Value"] = False
    assert fresh.call("PUT", path, json=body, headers={"MSCRM.MergeLabels": "true"}).status_code == 204
    assert fresh.row(f"{path}?$select=IsAuditEnabled")["IsAuditEnabled"]["Value"] is True
    publish(fresh, "lead")
    assert fresh.row(f"{path}?$select=IsAuditEnabled")["IsAuditEnabled"]["Value"] is False
    lead = fresh.create("leads", lastname="Quiet")
    fresh.patch(lead, {"jobtitle": "unseen"})
    fresh.patch(lead, {"firstname": "seen"})
    masks = fresh.row("audits?$select=attributemask,operation&$filter=operation eq 2")["value"]
    number = fresh.row(f"{LEAD}/Attributes(LogicalName='firstname')?$select=ColumnNumber")["ColumnNumber"]
    assert [one["attributemask"] for one in masks] == [str(number)]
    table = fresh.row(LEAD)
    table["IsAuditEnabled"]["Value"] = False
    assert fresh.call("PUT", LEAD, json=table).status_code == 204
    publish(fresh, "lead")
    assert fresh.row(f"{LEAD}?$select=IsAuditEnabled")["IsAuditEnabled"]["Value"] is False


def test_change_tracking_stays_on(fresh: Api) -> None:
    """Once on, it cannot be switched off."""
    table = fresh.row(LEAD)
    table["ChangeTrackingEnabled"] = False
    assert fresh.call("PUT", LEAD, json=table).status_code == 400


@pytest.mark.trap("D25")
def test_definitions_are_replaced_not_patched(fresh: Api) -> None:
    """PATCH is refused, and so is a PUT that does not say which type of column it speaks of, or holds half of it."""
    path = f"{LEAD}/Attributes(LogicalName='jobtitle')"
    body = fresh.row(path)
    assert fresh.call("PATCH", path, json={"DisplayName": label("Role")}).status_code == 405
    typeless = {name: value for name, value in body.items() if name != "@odata.type"}
    assert refusal(fresh.call("PUT", path, json=typeless))[1] == "0x80048d19"
    half = {"@odata.type": body["@odata.type"], "DisplayName": label("Role")}
    assert fresh.call("PUT", path, json=half).status_code == 400
    assert fresh.call("PUT", path, json={**body, "DisplayName": label("Role")}).status_code == 204


@pytest.mark.trap("D26")
def test_metadata_lags_behind(fresh: Api) -> None:
    """After a change the first reads still show what was: whoever asks at once does not find their own column."""
    fresh.sandbox.org.rules.metadata_lag = 2
    path = f"{CONTACT}/Attributes(LogicalName='ctso_score')?$select=LogicalName"
    fresh.call("POST", f"{CONTACT}/Attributes", json=column("Integer", "ctso_Score"), headers=HERE)
    assert [fresh.get(path).status_code for _ in range(3)] == [404, 404, 200]
    fresh.call("POST", f"{CONTACT}/Attributes", json=column("Integer", "ctso_Other"), headers=HERE)
    other = path.replace("score", "other")
    assert fresh.get(other).status_code == 404
    assert fresh.get(other, Consistency="Strong").status_code == 200


def test_columns_are_deleted(fresh: Api) -> None:
    """One's own with everything in it; stock ones not at all."""
    fresh.call("POST", f"{CONTACT}/Attributes", json=column("Integer", "ctso_Score"), headers=HERE)
    fresh.create("contacts", lastname="Scored", ctso_score=5)
    assert fresh.call("DELETE", f"{CONTACT}/Attributes(LogicalName='ctso_score')").status_code == 204
    assert fresh.get("contacts?$select=ctso_score").status_code == 400
    assert fresh.call("DELETE", f"{CONTACT}/Attributes(LogicalName='jobtitle')").status_code == 403


def test_alternate_keys(fresh: Api) -> None:
    """A key addresses rows; one over values that rows share is refused; keys can be listed and deleted."""
    fresh.call("POST", f"{CONTACT}/Attributes", json=column("String", "ctso_ExtId", MaxLength=40), headers=HERE)
    body = {"SchemaName": "ctso_ExtKey", "DisplayName": label("Ext"), "KeyAttributes": ["ctso_extid"]}
    for name in ("a", "b"):
        fresh.create("contacts", lastname=name, ctso_extid="same")
    assert refusal(fresh.call("POST", f"{CONTACT}/Keys", json=body))[1] == "0x80060892"
    first = fresh.row("contacts?$select=contactid&$filter=lastname eq 'a'")["value"][0]["contactid"]
    fresh.patch(f"contacts({first})", {"ctso_extid": "other"})
    assert fresh.call("POST", f"{CONTACT}/Keys", json=body).status_code == 204
    assert fresh.row("contacts(ctso_extid='other')?$select=lastname")["lastname"] == "a"
    found = fresh.row(f"{CONTACT}/Keys?$select=LogicalName,EntityKeyIndexStatus,KeyAttributes")["value"]
    assert (found[0]["EntityKeyIndexStatus"], found[0]["KeyAttributes"]) == ("Active", ["ctso_extid"])
    assert fresh.call("DELETE", f"{CONTACT}/Keys({found[0]['MetadataId']})").status_code == 204
    assert fresh.row(f"{CONTACT}/Keys")["value"] == []


def test_who_may_change_it(fresh: Api) -> None:
    """Without the right to create columns or publish, both are refused; reading goes on."""
    org = fresh.sandbox.org
    with org.storage.transaction() as db:
        role = "SELECT roleid FROM role WHERE name = 'System Administrator'"
        taken = "SELECT privilegeid FROM privilege WHERE name IN ('prvCreateAttribute', 'prvPublishCustomization')"
        db.execute(f"DELETE FROM roleprivileges WHERE roleid = ({role}) AND privilegeid IN ({taken})")
        db.execute("UPDATE role SET name = 'Operator'")
    org.after_write("role")
    body = column("Integer", "ctso_Score")
    assert refusal(fresh.call("POST", f"{CONTACT}/Attributes", json=body))[:2] == (403, "0x80040220")
    assert fresh.call("POST", "PublishAllXml").status_code == 403
    assert fresh.get(f"{CONTACT}?$select=LogicalName").status_code == 200
