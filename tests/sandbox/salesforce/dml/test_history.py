"""Field history."""

from typing import Any

import pytest

from connector.sandbox.salesforce.base import ADMIN_ID, INTEGRATION_ID, QUEUE_ID
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.tracking import track

KEEP = Options(auto_assign=False)


def test_status_history(org: Org, lead: str, rows: Any, hands: Any) -> None:
    """A change of status leaves one row: who, when, from, to. Writing the same value again leaves none."""
    hands.pass_(hours=1)
    for value in ("Inquiry", "Inquiry"):
        org.update("Lead", [{"Id": lead, "Status": value, "Title": value}], KEEP)
    kept = rows("SELECT LeadId, Field, DataType, OldValue, NewValue, CreatedById, CreatedDate FROM LeadHistory")
    expected = (
        lead,
        "Status",
        "EnumOrId",
        "Open - Not Contacted",
        "Inquiry",
        INTEGRATION_ID,
        "2026-03-02T10:00:00.000Z",
    )
    assert kept == [expected]


def test_owner_history_is_two_rows(org: Org, lead: str, rows: Any) -> None:
    """An owner change is told by names and again by ids."""
    org.update("Lead", [{"Id": lead, "OwnerId": QUEUE_ID}], KEEP)
    assert rows('SELECT Field, OldValue, NewValue FROM LeadHistory ORDER BY "Id"') == [
        ("Owner", "Avery Admin", "Unassigned Leads"),
        ("Owner", ADMIN_ID, QUEUE_ID),
    ]


def test_tracking_is_switched_per_field(org: Org, lead: str, rows: Any) -> None:
    """A field leaves history only while it is tracked; FieldDefinition tells whether it is."""
    flag = "SELECT IsFieldHistoryTracked FROM FieldDefinition WHERE \"Id\" = 'Lead.Rating'"
    org.update("Lead", [{"Id": lead, "Rating": "Cold"}], KEEP)
    assert rows(flag) == [(0,)]
    track(org, "Lead", "Rating")
    assert rows(flag) == [(1,)]
    org.update("Lead", [{"Id": lead, "Rating": "Hot"}], KEEP)
    track(org, "Lead", "Rating", on=False)
    org.update("Lead", [{"Id": lead, "Rating": "Warm"}], KEEP)
    assert rows("SELECT Field, OldValue, NewValue FROM LeadHistory") == [("Rating", "Cold", "Hot")]


def test_long_text_leaves_no_values(org: Org, lead: str, rows: Any) -> None:
    """A long text area's change is noted without its text."""
    track(org, "Lead", "Description")
    org.update("Lead", [{"Id": lead, "Description": "long"}], KEEP)
    assert rows("SELECT Field, OldValue, NewValue FROM LeadHistory") == [("Description", None, None)]


def test_twenty_fields_at_most(org: Org) -> None:
    """The twenty-first field of an object cannot be tracked."""
    fields = [field.name for field in org.objects["Lead"].fields if field.updateable and not field.tracked]
    for name in fields[:18]:
        track(org, "Lead", name)
    with pytest.raises(ValueError, match="NUM_HISTORY_FIELDS_BY_SOBJECT_EXCEEDED"):
        track(org, "Lead", fields[18])


def test_other_objects_keep_theirs_elsewhere(org: Org, rows: Any) -> None:
    """Opportunities have OpportunityFieldHistory for fields, OpportunityHistory for their course."""
    track(org, "Opportunity", "StageName")
    new = {"Name": "o", "StageName": "Prospecting", "CloseDate": "2026-06-30", "Amount": 100}
    made = org.insert("Opportunity", [new])[0].id
    org.update("Opportunity", [{"Id": made, "StageName": "Closed Won"}])
    assert rows("SELECT OldValue, NewValue FROM OpportunityFieldHistory") == [("Prospecting", "Closed Won")]
    course = rows('SELECT StageName, Probability, ForecastCategory, Amount FROM OpportunityHistory ORDER BY "Id"')
    assert course == [("Prospecting", 10.0, "Pipeline", 100.0), ("Closed Won", 100.0, "Closed", 100.0)]
