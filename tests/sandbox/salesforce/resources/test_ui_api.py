"""Picklist values per record type."""

from typing import Any

from connector.sandbox.salesforce import record_types
from connector.sandbox.salesforce.org import Org

PATH = "ui-api/object-info/Lead/picklist-values"


def test_master_offers_everything(api: Any) -> None:
    """All active values, with whether they convert, under the misspelt key of the real answer."""
    body = api.get(f"{PATH}/012000000000000AAA/Status").json()
    assert {item["value"]: item["attributes"]["converted"] for item in body["values"]} == {
        "Open - Not Contacted": False,
        "Working - Contacted": False,
        "Closed - Converted": True,
        "Closed - Not Converted": False,
    }
    assert body["values"][0]["attributes"]["picklistAtrributesValueType"] == "LeadStatus"
    assert body["defaultValue"]["value"] == "Open - Not Contacted"
    assert set(body) == {"controllerValues", "defaultValue", "eTag", "url", "values"}


def test_a_record_type_offers_its_list(api: Any, org: Org) -> None:
    """A record type with a list offers that; for other fields all."""
    made = record_types.add(org, "Lead", "Partner", {"Status": ["Working - Contacted"]})
    body = api.get(f"{PATH}/{made}/Status").json()
    assert [item["value"] for item in body["values"]] == ["Working - Contacted"]
    assert body["defaultValue"] is None
    assert len(api.get(f"{PATH}/{made}/Rating").json()["values"]) == 3


def test_unknown_parts(api: Any) -> None:
    """Unknown record types, fields and fields without values are 404."""
    for path in ("012000000000001AAA/Status", "012000000000000AAA/Shoe", "012000000000000AAA/LastName"):
        assert api.get(f"{PATH}/{path}").status_code == 404
