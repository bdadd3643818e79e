"""What admins built around a value is there to be found, and acts as it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.errors import BadInput
from connector.sandbox.faults import Faults
from connector.sandbox.salesforce import customizations
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conftest import Api
from tests.sandbox.salesforce.soapcall import read

OLD = {"field": "Status", "value": "Open - Not Contacted"}
TABLES: dict[str, list[dict[str, Any]]] = {
    "list_view": [{"object": "Lead", "name": "My view", "filters": [OLD], "columns": ["Name", "Status"]}],
    "report": [{"name": "My report", "filters": [OLD, {"field": "LeadSource", "value": "Web"}]}],
    "workflow_rule": [{"object": "Lead", "name": "Old mail", "criteria": [OLD]}],
    "apex_trigger": [{"object": "Lead", "name": "OnLead", "body": 'trigger OnLead on Lead { "Open - Not Contacted" }'}],
    "validation_rule": [{"object": "Lead", "name": "Need_City", "message": "City?", "formula": "ISBLANK(City)"}],
    "duplicate_rule": [{"object": "Contact", "rule": "Same_Mail"}],
    "automation": [
        {
            "object": "Lead",
            "name": "Hot ones",
            "field": "Rating",
            "becomes": ["Hot"],
            "filters": [OLD],
            "set": {"Fax": "1"},
        }
    ],
    "assignment_entry": [{"owner": "admin@sandbox.example", "filters": [OLD]}],
}


@pytest.fixture
def org() -> Iterator[Org]:
    """An org with one of each."""
    made = Org()
    customizations.keep(made, TABLES)
    yield made
    made.close()


def first(api: Api, soql: str, path: str = "query") -> dict[str, Any]:
    """The only record of a query."""
    answer = api.get(path, q=soql)
    assert answer.status_code == 200, answer.text
    (record,) = answer.json()["records"]
    found: dict[str, Any] = record
    return found


def test_list_views(api: Api) -> None:
    """Listed per object; its describe gives the query, which can be run, and the conditions."""
    row = first(api, "SELECT Id, DeveloperName, SobjectType FROM ListView WHERE SobjectType = 'Lead'")
    assert row["DeveloperName"] == "My_view"
    listed = api.get("sobjects/Lead/listviews").json()
    assert (listed["size"], listed["listviews"][0]["id"], listed["sobjectType"]) == (1, row["Id"], "Lead")
    shown = api.call("GET", listed["listviews"][0]["describeUrl"]).json()
    assert shown["whereCondition"] == {
        "conditions": [{"field": "Status", "operator": "equals", "values": ["'Open - Not Contacted'"]}],
        "conjunction": "and",
    }
    assert [column["fieldNameOrPath"] for column in shown["columns"]] == ["Name", "Status"]
    api.call("POST", "sobjects/Lead", json={"LastName": "a", "Company": "b", "City": "c"})
    assert api.query(shown["query"])["totalSize"] == 1
    assert api.get("sobjects/Contact/listviews").json()["listviews"] == []
    assert api.get(f"sobjects/Lead/listviews/{row['Id'][:-4]}zAAA").status_code == 404


def test_reports(api: Api) -> None:
    """Queried by SOQL, described with its filters; running it is refused plainly."""
    row = first(api, "SELECT Id, Name, FolderName, Format FROM Report")
    assert (row["Name"], row["FolderName"], row["Format"]) == ("My report", "Public Reports", "Tabular")
    (listed,) = api.get("analytics/reports").json()
    assert listed["id"] == row["Id"]
    filters = api.call("GET", listed["describeUrl"]).json()["reportMetadata"]["reportFilters"]
    assert [(one["column"], one["operator"], one["value"]) for one in filters] == [
        ("STATUS", "equals", "Open - Not Contacted"),
        ("LEAD_SOURCE", "equals", "Web"),
    ]
    assert api.get(f"analytics/reports/{row['Id']}").status_code == 501
    assert api.get("analytics/reports/00O000000000001AAA/describe").status_code == 404


def test_rules_over_tooling(api: Api) -> None:
    """Validation, workflow and duplicate rules, flows and triggers, with the conditions that name values."""
    rule = first(api, "SELECT FullName, Active, Metadata FROM ValidationRule", "tooling/query")
    assert (rule["FullName"], rule["Metadata"]["errorConditionFormula"]) == ("Lead.Need_City", "ISBLANK(City)")
    rule = first(api, "SELECT Name, Metadata FROM WorkflowRule WHERE TableEnumOrId = 'Lead'", "tooling/query")
    assert rule["Metadata"]["active"] is False
    assert rule["Metadata"]["criteriaItems"] == [
        {"field": "Lead.Status", "operation": "equals", "value": OLD["value"], "valueField": None}
    ]
    flow = first(api, "SELECT Definition.DeveloperName, Status, Metadata FROM Flow", "tooling/query")
    assert (flow["Definition"]["DeveloperName"], flow["Status"]) == ("Hot_ones", "Active")
    named = {(one["field"], one["value"]["stringValue"]) for one in flow["Metadata"]["start"]["filters"]}
    assert named == {("Rating", "Hot"), ("Status", OLD["value"])}
    view = first(api, "SELECT ApiName, IsActive, TriggerObjectOrEventId FROM FlowDefinitionView")
    assert (view["ApiName"], view["IsActive"], view["TriggerObjectOrEventId"]) == ("Hot_ones", True, "Lead")
    for path in ("query", "tooling/query"):
        trigger = first(api, "SELECT Name, Status, Body FROM ApexTrigger WHERE TableEnumOrId = 'Lead'", path)
        assert (trigger["Status"], OLD["value"] in trigger["Body"]) == ("Active", True)
        assert first(api, "SELECT DeveloperName FROM DuplicateRule WHERE IsActive = true", path)["DeveloperName"]
    assert api.get("query", q="SELECT Id FROM ApexClass").json()["records"] == []


def test_they_act(api: Api, org: Org) -> None:
    """The rule refuses, the flow runs where its filters hold, the entry of the assignment rule takes who meets it."""
    body = {"LastName": "a", "Company": "b"}
    error = api.call("POST", "sobjects/Lead", json=body).json()[0]
    assert (error["errorCode"], error["message"]) == ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "City?")
    made = [
        api.call("POST", "sobjects/Lead", json={**body, "City": "c", "Rating": "Hot", "Status": status}).json()["id"]
        for status in ("open - not contacted", "Working - Contacted")
    ]
    query = 'SELECT o.Name, l.Fax FROM Lead AS l LEFT JOIN User AS o ON o."Id" = l.OwnerId WHERE l."Id" = ?'
    rows = [org.storage.reader().execute(query, (id18,)).fetchone() for id18 in made]
    assert rows == [("Avery Admin", "1"), (None, None)]


def test_the_entry_is_shown(sandbox: Sandbox[Org]) -> None:
    """Entries with criteria come first, the one for everybody last."""
    found = read(sandbox, "AssignmentRules", "Lead")
    assert found is not None
    first_entry, last = found["assignmentRule"]["ruleEntry"]
    assert first_entry["criteriaItems"]["value"] == OLD["value"]
    assert (first_entry["assignedToType"], last["assignedToType"]) == ("User", "Queue")
    assert "criteriaItems" not in last


def test_a_copy_has_them_and_a_faults_file_adds_to_them(org: Org, tmp_path: Path) -> None:
    """They belong to the org; what a faults file brings comes on top and is no part of it."""
    with Sandbox(org, faults=Faults(own={"report": [{"name": "Second"}]})) as sandbox:
        names = [one["name"] for one in Api(sandbox).get("analytics/reports").json()]
        assert names == ["My report", "Second"]
        assert Api(sandbox).get("query", q="SELECT COUNT() FROM Report").json()["totalSize"] == 2
    copy = Org.from_snapshot(org.snapshot(tmp_path / "copy.db"))
    with Sandbox(copy) as sandbox:
        assert [one["name"] for one in Api(sandbox).get("analytics/reports").json()] == ["My report"]
        assert Api(sandbox).get("query", q="SELECT COUNT() FROM Report").json()["totalSize"] == 1
    copy.close()


@pytest.mark.parametrize("formula", ["Nope__c = 1", "City", "ISBLANK(", "Name = 'a'"])
def test_bad_formula_of_a_rule(formula: str) -> None:
    """A faults file with a rule that cannot be understood is refused, naming it."""
    org = Org()
    own = {"validation_rule": [{"object": "Lead", "message": "m", "formula": formula}]}
    with pytest.raises(BadInput, match="validation rule of Lead: "):
        Sandbox(org, faults=Faults(own=own))
    org.close()
