"""Validation rules by formula."""

from __future__ import annotations

import pytest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.rules import ValidationRule
from connector.sandbox.salesforce.schema import fields


def refused(org: Org, formula: str, change: dict[str, object], *, active: bool = True) -> bool:
    """Whether a change of a lead (a blank City, Status Open - Not Contacted, ten employees) is refused."""
    made = org.insert("Lead", [{"LastName": "a", "Company": "b", "NumberOfEmployees": 10}])[0].id
    org.rules.validation_rule.append(ValidationRule("Lead", "No.", formula=formula, active=active))
    result = org.update("Lead", [{"Id": made, **change}])[0]
    assert [error.message for error in result.errors] in ([], ["No."])
    return not result.success


@pytest.mark.parametrize(
    ("formula", "change", "expected"),
    [
        ("ISBLANK(City)", {"LastName": "c"}, True),
        ("ISBLANK(City)", {"City": "c"}, False),
        ("ISCHANGED(Status)", {"LastName": "c"}, False),
        ("ISCHANGED(Status)", {"Status": "Open - Not Contacted"}, False),
        ("ISCHANGED(Status)", {"Status": "Working - Contacted"}, True),
        ("AND(ISCHANGED(Status), ISPICKVAL(PRIORVALUE(Status), 'Open - Not Contacted'))", {"Status": "x"}, True),
        ("ISNEW()", {"LastName": "c"}, False),
        ("NumberOfEmployees < 11", {"LastName": "c"}, True),
        ("NumberOfEmployees < 11", {"NumberOfEmployees": 12}, False),
        ("NumberOfEmployees < 11", {"NumberOfEmployees": None}, False),
        ("CreatedDate < NOW() - 1", {"LastName": "c"}, False),
        ("LastName = 'c' && ISCHANGED(LastName)", {"LastName": "c"}, True),
    ],
)
def test_conditions(org: Org, formula: str, change: dict[str, object], expected: bool) -> None:
    """The formula looks at the record as it will be, and where asked at how it was."""
    assert refused(org, formula, change) is expected


def test_new_records_and_inactive_rules(org: Org) -> None:
    """A rule bites new records as well; one that is switched off bites nothing."""
    assert not refused(org, "true", {"LastName": "c"}, active=False)
    org.rules.validation_rule.append(ValidationRule("Lead", "New?", formula="ISNEW()"))
    result = org.insert("Lead", [{"LastName": "a", "Company": "b"}])[0]
    assert [error.message for error in result.errors] == ["New?"]


def test_a_rule_on_a_formula_field(org: Org) -> None:
    """What a formula field would be after the change counts."""
    metadata = {"type": "Number", "label": "D", "precision": 5, "scale": 0, "formula": "NumberOfEmployees * 2"}
    fields.create(org, "Lead.Double__c", metadata)
    assert refused(org, "Double__c > 30", {"NumberOfEmployees": 16})
    assert not refused(org, "Double__c > 30", {"NumberOfEmployees": 14})
