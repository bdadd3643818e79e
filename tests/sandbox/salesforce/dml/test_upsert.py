"""Upsert by external id."""

from typing import Any

import pytest

from connector.sandbox.salesforce.catalogue import FieldType
from connector.sandbox.salesforce.dml.results import BadRequestError, Options
from connector.sandbox.salesforce.org import Org

KEEP = Options(auto_assign=False)
NEW = {"LastName": "n", "Company": "n"}


@pytest.fixture(autouse=True)
def key(org: Org) -> None:
    """Leads with an external id that is not unique."""
    org.add_field(
        "Lead",
        FieldType(
            name="Key__c", label="Key", type="string", length=20, external_id=True, custom=True, permissionable=True
        ),
    )


def test_creates_or_changes(org: Org, lead: str, read: Any) -> None:
    """Known keys change their record, unknown ones create one; the order of the request is kept."""
    org.update("Lead", [{"Id": lead, "Key__c": "a"}], KEEP)
    results = org.upsert("Lead", "key__c", [{**NEW, "Key__c": "b"}, {"Key__c": "A", "Title": "x"}], KEEP)
    assert [(result.success, result.created) for result in results] == [(True, True), (True, False)]
    assert results[1].id == lead
    assert (read("Lead", lead)["Title"], read("Lead", results[0].id)["Key__c"]) == ("x", "b")


def test_ambiguous_and_repeated_keys(org: Org) -> None:
    """A key that two records have, one that two rows have, and a missing one are refused."""
    org.insert("Lead", [{**NEW, "Key__c": "twice"}] * 2, KEEP)
    rows = [{"Key__c": "twice"}, {"Key__c": "r"}, {"Key__c": "R"}, {"Title": "x"}]
    codes = [result.errors[0].code for result in org.upsert("Lead", "Key__c", rows, KEEP)]
    assert codes == ["DUPLICATE_EXTERNAL_ID", "DUPLICATE_VALUE", "DUPLICATE_VALUE", "MISSING_ARGUMENT"]


def test_all_or_none_undoes_created_rows(org: Org, rows: Any) -> None:
    """One failure undoes what was created and what was changed."""
    options = Options(auto_assign=False, all_or_none=True)
    results = org.upsert("Lead", "Key__c", [{**NEW, "Key__c": "a"}, {"Key__c": "b"}], options)
    assert [result.errors[0].code for result in results] == [
        "ALL_OR_NONE_OPERATION_ROLLED_BACK",
        "REQUIRED_FIELD_MISSING",
    ]
    assert rows("SELECT count(*) FROM Lead") == [(0,)]


def test_only_external_ids_are_keys(org: Org) -> None:
    """A field that is no external id refuses the request."""
    with pytest.raises(BadRequestError, match="Provided external ID field does not exist or is not accessible: Title"):
        org.upsert("Lead", "Title", [{**NEW, "Title": "x"}])
