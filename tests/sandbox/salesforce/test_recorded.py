"""The sandbox's answers against recorded ones of real orgs, key by key."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from connector.sandbox.salesforce.base import ORG_ID
from connector.sandbox.salesforce.org import Org

RECORDED = Path(__file__).parents[2] / "recorded" / "salesforce"
DESCRIBED = ("Lead", "Contact", "Opportunity", "Event")
KNOWN = {
    ("Opportunity", "Fiscal", "byteLength"): "one byte a character here only",
    ("Event", "WhatId", "referenceTo"): "most of the objects in the recorded list do not exist here",
    ("Event", "RecurrenceTimeZoneSidKey", "picklistValues"): "six time zones instead of hundreds",
}
"""Where the sandbox is known to differ from the recorded describe, and why."""


def recorded(name: str) -> list[tuple[dict[str, Any], Any]]:
    """Requests with the bodies that answered them; a body is decoded JSON."""
    tape = yaml.safe_load((RECORDED / f"{name}.yaml").read_text(encoding="utf-8"))
    steps = [step for step in tape.get("interactions", [tape]) if "request" in step]
    return [(step["request"], json.loads(step["response"]["body"]["string"])) for step in steps]


def described(name: str) -> dict[str, Any]:
    """A recorded describe."""
    body: dict[str, Any] = recorded(f"GET_sobjects_{name}_describe")[0][1]
    return body


@pytest.mark.parametrize("name", DESCRIBED)
def test_describe_has_the_recorded_keys_and_object_facts(api: Any, name: str) -> None:
    """A describe has the recorded top-level keys, in order, and no other; all but fields and URLs is equal."""
    mine, real = api.get(f"sobjects/{name}/describe").json(), described(name)
    assert list(mine) == list(real)
    apart = ("fields", "childRelationships", "urls", "recordTypeInfos")
    assert {key: mine[key] for key in mine if key not in apart} == {key: real[key] for key in real if key not in apart}
    assert set(mine["urls"]) == set(real["urls"])
    kinds = [{key: value for key, value in item.items() if key != "urls"} for item in real["recordTypeInfos"]]
    assert [{key: value for key, value in item.items() if key != "urls"} for item in mine["recordTypeInfos"]] == kinds


@pytest.mark.parametrize("name", DESCRIBED)
def test_fields_are_the_recorded_ones(api: Any, name: str) -> None:
    """Same fields in the same order, each with the same 57 keys and values; the known differences are named."""
    mine, real = (source["fields"] for source in (api.get(f"sobjects/{name}/describe").json(), described(name)))
    assert [field["name"] for field in mine] == [field["name"] for field in real]
    different = [
        (name, one["name"], key)
        for one, other in zip(mine, real, strict=True)
        for key in other
        if one[key] != other[key]
    ]
    assert all(list(one) == list(other) and len(one) == 57 for one, other in zip(mine, real, strict=True))
    assert different == [known for known in KNOWN if known[0] == name]


@pytest.mark.parametrize("name", DESCRIBED)
def test_child_relationships_are_the_recorded_ones(api: Any, org: Org, name: str) -> None:
    """Children that exist here are listed exactly as recorded, keys and all, and no other is claimed."""
    mine, real = (
        {(child["childSObject"], child["field"]): child for child in source["childRelationships"]}
        for source in (api.get(f"sobjects/{name}/describe").json(), described(name))
    )
    assert mine == {key: child for key, child in real.items() if key[0] in org.objects}


def test_organization_has_the_recorded_keys(api: Any) -> None:
    """A single record comes with attributes and every field, in order; a compound of nulls but one is an object."""
    mine = api.get(f"sobjects/Organization/{ORG_ID}").json()
    real = recorded("GET_sobjects_Organization")[0][1]
    assert list(mine) == list(real)
    assert set(mine["attributes"]) == set(real["attributes"])
    assert mine["Address"] == real["Address"]
    assert mine["CreatedDate"].endswith(".000+0000")
    same = [key for key in real if type(mine[key]) is type(real[key])]
    assert [key for key in real if key not in same] == ["TrialExpirationDate"]


def test_create_answers_as_recorded(api: Any) -> None:
    """POST of a record answers 201 with id, success and errors."""
    request, real = recorded("TestCompositeParallelSalesforce.test_composite_parallel_salesforce")[0]
    answer = api.call("POST", "sobjects/Account/", data=request["body"], headers=JSON)
    assert answer.status_code == 201
    assert {**answer.json(), "id": real["id"]} == real


def test_composite_answers_as_recorded(api: Any) -> None:
    """Four queries in one composite: same shape, same order, same status, no headers."""
    api.call("POST", "sobjects/Account", json={"Name": "Smith Corp."})
    request, real = recorded("TestCompositeParallelSalesforce.test_composite_parallel_salesforce")[1]
    mine = api.call("POST", "composite", data=request["body"].replace("vxx.0", "v59.0"), headers=JSON).json()
    account = mine["compositeResponse"][0]["body"]["records"][0]["Id"]
    assert mine == json.loads(json.dumps(real).replace("vxx.0", "v59.0").replace("0010xACCOUNTID0000", account))


def test_composite_error_is_as_recorded(api: Any) -> None:
    """An unknown object inside a composite is a 404 of its own."""
    request, real = recorded("TestCompositeParallelSalesforce.test_errors")[0]
    mine = api.call("POST", "composite", data=request["body"].replace("vxx.0", "v59.0"), headers=JSON).json()
    assert mine == real


def test_unchanged_metadata_is_304_as_recorded(api: Any, org: Org) -> None:
    """If-Modified-Since inside a composite: 304, a null body, ETag and Last-Modified, nothing else."""
    request, real = recorded("ManualEditTestCompositeParallelSalesforce.test_http_headers")[0]
    mine = api.call("POST", "composite", data=request["body"], headers=JSON).json()["compositeResponse"]
    for part, recorded_part in zip(mine, real["compositeResponse"], strict=True):
        assert set(part["httpHeaders"]) == set(recorded_part["httpHeaders"])
        assert {**part, "httpHeaders": {}} == {**recorded_part, "httpHeaders": {}}


def test_collections_update_answers_as_recorded(api: Any, org: Org) -> None:
    """A collection that changes six accounts answers six rows of id, success and errors; text is taken for an int."""
    steps = recorded("TestUpdatesIntegrationTests.test_updates_task")
    _, found = steps[1]
    records = found["records"]
    org.load("Account", ["Id", "Name"], [[row["Id"], row["Name"]] for row in records])
    request, real = steps[2]
    answer: requests.Response = api.call("PATCH", "composite/sobjects", data=request["body"], headers=JSON)
    assert answer.status_code == 200
    assert answer.json() == real
    row = api.get(f"sobjects/Account/{records[0]['Id']}", fields="BillingStreet,NumberOfEmployees").json()
    assert (row["BillingStreet"], row["NumberOfEmployees"]) == ("Account 4 Street", 10000)


def test_record_count_has_the_recorded_shape(api: Any, org: Org) -> None:
    """recordCount knows fewer accounts than there are, as it did when it was recorded."""
    steps = recorded("TestUpdatesIntegrationTests.test_updates_task")
    org.load("Account", ["Name"], [[str(number)] for number in range(6)])
    mine, real = api.get("limits/recordCount", sObjects="Account").json(), steps[0][1]
    assert list(mine["sObjects"][0]) == list(real["sObjects"][0])
    assert mine["sObjects"][0]["count"] < 6


JSON = {"Content-Type": "application/json"}
