"""What is written: API names and values, by REST and by CSV, and nothing that may not be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.salesforce.targets import Target, Targets, fits_csv
from connector.errors import NotPermitted
from connector.mapping import load
from connector.model import FIELDS, LEAD, Kind, Ref
from connector.ports import Update

MAPPING = load("salesforce").object(LEAD)
TARGETS = Targets("Lead", {name: Target(MAPPING.field(name).api, kind) for name, kind in FIELDS.items()})
REF = Ref("acme", LEAD, "00Q5g0000000001EAA")


def test_values_have_their_json_types() -> None:
    """Numbers are numbers, checkboxes booleans, times text in UTC; None clears, and unticks a checkbox."""
    update = Update(
        REF,
        {
            "status": "SQL",
            "score": "12.5",
            "cycle": "3",
            "status_since_is_estimate": "true",
            "wake_up_date": "2026-01-31",
            "sla_due_at": "2026-01-31T09:00:00Z",
            "disposition": None,
        },
    )
    record = TARGETS.record(update)
    assert record == {
        "attributes": {"type": "Lead"},
        "Id": REF.id,
        "Status": "SQL",
        "Lead_Score__c": 12.5,
        "Funnel_Cycle__c": 3,
        "Status_Since_Is_Estimate__c": True,
        "Wake_Up_Date__c": "2026-01-31",
        "SLA_Due_At__c": "2026-01-31T09:00:00Z",
        "Last_Call_Disposition__c": None,
    }
    assert TARGETS.record(Update(REF, {"status_since_is_estimate": None}))["Status_Since_Is_Estimate__c"] is False


def test_a_field_that_may_not_be_written_is_named() -> None:
    """What the org lacks or protects is refused before anything is sent."""
    with pytest.raises(NotPermitted) as caught:
        Targets("Lead", {}).record(Update(REF, {"score": "1"}))
    assert "score" in caught.value.what
    with pytest.raises(NotPermitted):
        Targets("Lead", {}).header(["score"])


def test_the_header_and_the_cells_agree() -> None:
    """Columns stand in one fixed order, whatever the order in the updates."""
    updates = [Update(REF, {"disposition": "x", "status": "y"}), Update(REF, {"status": "z"})]
    columns = TARGETS.columns(updates)
    assert columns == ["status", "disposition"]
    assert TARGETS.header(columns) == ["Id", "Status", "Last_Call_Disposition__c"]
    assert [TARGETS.cells(update, columns) for update in updates] == [[REF.id, "y", "x"], [REF.id, "z", ""]]


@pytest.mark.parametrize(
    ("text", "fits"), [("#N/A", False), (" #n/a ", False), ("#N/A!", True), (None, True), ("", True)]
)
def test_texts_that_csv_cannot_say(text: str | None, fits: bool) -> None:
    """`#N/A` in any dress would clear the field."""
    assert fits_csv(Update(REF, {"status": text})) is fits


@given(st.sampled_from(sorted(FIELDS)), st.text(min_size=1))
def test_a_text_is_never_taken_for_clearing(name: str, text: str) -> None:
    """Whatever text fits CSV, its cell is neither empty nor the mark that clears."""
    update = Update(REF, {name: text})
    if FIELDS[name] is Kind.TEXT and fits_csv(update):
        assert TARGETS.cells(update, [name])[1] == text
