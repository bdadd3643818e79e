"""Formula fields, wherever a record can be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.sandbox.salesforce.conftest import Api
from tests.sandbox.salesforce.resources.test_tooling_rows import create, described, grant, refusal

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
AGE = {
    "type": "Number", "label": "Age In Stage", "precision": 18, "scale": 0,
    "formula": "FLOOR(NOW() - Since__c)", "formulaTreatBlanksAs": "BlankAsBlank",
}  # fmt: skip


class Now:
    """A clock that stands where it is put."""

    def __init__(self) -> None:
        self.instant = NOON

    def __call__(self) -> datetime:
        return self.instant


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def org(now: Now) -> Iterator[Org]:
    made = Org(clock=now)
    yield made
    made.close()


@pytest.fixture
def leads(api: Api, sandbox: Sandbox[Org]) -> list[str]:
    """Two leads with an age, one with half a day over three days, one without a start."""
    create(api, "Lead.Since__c", type="DateTime", label="Since")
    create(api, "Lead.Age__c", **AGE)
    grant(api, "Lead.Since__c")
    assert grant(api, "Lead.Age__c")["errorCode"] == "FIELD_INTEGRITY_EXCEPTION"
    grant(api, "Lead.Age__c", edit=False)
    rows: list[dict[str, Any]] = [{"Since__c": "2026-02-27T00:00:00Z"}, {}]
    made = [api.call("POST", "sobjects/Lead", json={"LastName": "a", "Company": "b", **row}).json() for row in rows]
    return [str(row["id"]) for row in made]


def ages(api: Api, where: str = "") -> list[Any]:
    found = api.query(f"SELECT Age__c FROM Lead{where} ORDER BY Age__c NULLS LAST")["records"]
    return [record["Age__c"] for record in found]


def test_every_way_of_reading(api: Api, leads: list[str]) -> None:
    """REST query, single record, collection, FIELDS(CUSTOM) and bulk: the same value; a blank stays one."""
    assert ages(api) == [3.0, None]
    assert api.get(f"sobjects/Lead/{leads[0]}").json()["Age__c"] == 3.0
    assert api.get(f"sobjects/Lead/{leads[0]}", fields="Age__c").json()["Age__c"] == 3.0
    several = api.get("composite/sobjects/Lead", ids=",".join(leads), fields="Age__c").json()
    assert [record["Age__c"] for record in several] == [3.0, None]
    custom = api.query("SELECT FIELDS(CUSTOM) FROM Lead ORDER BY Id LIMIT 5")["records"]
    assert [record["Age__c"] for record in custom] == [3.0, None]
    job = api.call("POST", "jobs/query", json={"operation": "query", "query": "SELECT Id, Age__c FROM Lead"}).json()
    while api.get(f"jobs/query/{job['id']}").json()["state"] != "JobComplete":
        pass
    answer = api.get(f"jobs/query/{job['id']}/results")
    rows = {row["Id"]: row["Age__c"] for row in csv.DictReader(io.StringIO(answer.text))}
    assert rows == {leads[0]: "3.0", leads[1]: ""}


@pytest.mark.parametrize(
    ("where", "found"),
    [("Age__c = 3", [3.0]), ("Age__c > 3", []), ("Age__c = null", [None]), ("Age__c != 3", [None])],
)
def test_conditions(api: Api, leads: list[str], where: str, found: list[Any]) -> None:
    """It can be filtered by, blanks too, and aggregated."""
    assert ages(api, f" WHERE {where}") == found
    assert api.query("SELECT MAX(Age__c) m FROM Lead")["records"][0]["m"] == 3.0


def test_it_ages_by_itself(api: Api, org: Org, now: Now, leads: list[str]) -> None:
    """A day later it is a day more, and no stamp of the record has moved."""
    stamps = "SELECT LastModifiedDate, SystemModstamp FROM Lead ORDER BY Id"
    before = org.storage.reader().execute(stamps).fetchall()
    now.instant += timedelta(days=1)
    assert ages(api) == [4.0, None]
    assert org.storage.reader().execute(stamps).fetchall() == before
    changed = api.query("SELECT Id FROM Lead WHERE SystemModstamp > 2026-03-02T12:00:00Z")
    assert changed["totalSize"] == 0


def test_describe(api: Api, leads: list[str]) -> None:
    """Described as calculated, with its formula and how blanks are treated; nobody can write it."""
    shown = described(api, "Lead", "Age__c")
    assert shown is not None
    expected = {
        "calculated": True, "calculatedFormula": AGE["formula"], "formulaTreatNullNumberAsZero": False,
        "createable": False, "updateable": False, "type": "double", "precision": 18, "scale": 0, "nillable": True,
    }  # fmt: skip
    assert {key: shown[key] for key in expected} == expected
    error = api.call("PATCH", f"sobjects/Lead/{leads[0]}", json={"Age__c": 1}).json()[0]
    assert error["errorCode"] == "INVALID_FIELD_FOR_INSERT_UPDATE"


def test_a_formula_on_a_formula_and_on_parents(api: Api, leads: list[str]) -> None:
    """Formulas build on each other and reach over lookups; a changed one changes what rests on it."""
    weeks = create(api, "Lead.Weeks__c", type="Number", label="W", precision=5, scale=1, formula="Age__c / 7")
    create(api, "Lead.Late__c", type="Checkbox", label="L", formula="Age__c > 2")
    create(api, "Contact.Firm__c", type="Text", label="F", formula='UPPER(Account.Name) & " " & TEXT(LeadSource)')
    for field in ("Lead.Weeks__c", "Lead.Late__c", "Contact.Firm__c"):
        grant(api, field, edit=False)
    found = api.query("SELECT Weeks__c, Late__c FROM Lead ORDER BY Id")["records"]
    assert [(record["Weeks__c"], record["Late__c"]) for record in found] == [(0.4, True), (0.0, False)]
    path = "tooling/sobjects/CustomField"
    age = api.get("tooling/query", q="SELECT Id FROM CustomField WHERE DeveloperName = 'Age'").json()["records"][0][
        "Id"
    ]
    changed = {"Metadata": {**AGE, "formula": "FLOOR(NOW() - Since__c) * 10"}}
    assert api.call("PATCH", f"{path}/{age}", json=changed).status_code == 204
    assert api.query("SELECT Weeks__c FROM Lead ORDER BY Id LIMIT 1")["records"][0]["Weeks__c"] == 4.3
    circle = {"Metadata": {**AGE, "formula": "Weeks__c + 1"}}
    refused = api.call("PATCH", f"{path}/{age}", json=circle).json()[0]
    assert refused["errorCode"] == "CIRCULAR_DEPENDENCY"
    assert api.call("DELETE", f"{path}/{weeks}").status_code == 204
    account = api.call("POST", "sobjects/Account", json={"Name": "Engines"}).json()["id"]
    contact = {"LastName": "a", "AccountId": account, "LeadSource": "Web"}
    made = api.call("POST", "sobjects/Contact", json=contact).json()["id"]
    assert api.get(f"sobjects/Contact/{made}").json()["Firm__c"] == "ENGINES Web"
    api.call("POST", "sobjects/Task", json={"WhoId": made, "Subject": "Call"})
    through = api.query("SELECT (SELECT Firm__c FROM Contacts) FROM Account")["records"][0]["Contacts"]["records"]
    assert through[0]["Firm__c"] == "ENGINES Web"


@pytest.mark.parametrize(
    ("metadata", "text"),
    [
        ({"formula": "Nope__c"}, "Field Nope__c does not exist. Check spelling."),
        (
            {"formula": "Status"},
            "Formula result is data type (Picklist), incompatible with expected data type (Number).",
        ),
        ({"formula": "Company"}, "Formula result is data type (Text), incompatible with expected data type (Number)."),
        ({"formula": "It__c + 1"}, "Field It__c does not exist. Check spelling."),
        ({"formula": "1", "formulaTreatBlanksAs": "Zero"}, "'Zero' is not a TreatBlanksAs"),
        ({"formula": "1", "trackHistory": True}, "Can not specify 'trackHistory'"),
        ({"formula": "1", "unique": True}, "Can not specify 'unique'"),
        ({"formula": "1", "required": True}, "Can not specify 'required'"),
        ({"formula": "1", "type": "Email"}, "Can not specify 'formula' for a CustomField of type Email"),
        ({"formula": "1", "scale": None}, "Must specify 'scale' for a CustomField of type Number"),
    ],
)
def test_bad_formulas(api: Api, metadata: dict[str, Any], text: str) -> None:
    """A formula that cannot be worked out is refused when the field is made."""
    whole = {"type": "Number", "label": "It", "precision": 5, "scale": 0, **metadata}
    status, _, message = refusal(api, "Lead.It__c", **{key: value for key, value in whole.items() if value is not None})
    assert status == 400
    assert text in message
