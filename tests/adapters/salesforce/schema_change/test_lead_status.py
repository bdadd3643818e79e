"""The list of lead statuses: nothing is lost, and what cannot be sure is not written."""

from __future__ import annotations

import pytest

from connector.adapters.salesforce.schema_change import lead_status
from connector.errors import Skip
from connector.provisioning import SchemaStep, StepKind
from tests.adapters.salesforce.schema_change.bare import Process, made
from tests.adapters.salesforce.world import SalesforceWorld


def _step(*values: str, kind: StepKind = StepKind.STATUSES, converting: str = "") -> SchemaStep:
    given = {"object": "lead", "api": "Lead", "name": "Status", "what": "w", "why": "y", "how": "h"}
    return SchemaStep(kind=kind, values=values, converting=converting, **given)


@pytest.mark.trap("S24")
def test_two_sources_must_agree(bare: SalesforceWorld, process: Process) -> None:
    """What is in use but not in the list that would be sent back: nothing is written, an admin is told where."""
    bare.crm.storage.db.execute("UPDATE LeadStatus SET IsConverted = 1 WHERE ApiName = 'Working - Contacted'")
    bare.crm.storage.db.commit()
    session = process.adapter._session
    real = lead_status.read(session)
    before = made(bare)["statuses"]
    stale = [entry if entry["valueName"] != "Working - Contacted" else {**entry, "converted": False} for entry in real]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lead_status, "read", lambda session: stale)
        with pytest.raises(Skip, match="Working - Contacted; nothing was written") as refused:
            lead_status.change(session, _step("Re-Market"), lambda: None)
    assert "Setup" in refused.value.next
    assert made(bare)["statuses"] == before


def test_a_deactivated_value_comes_back_as_it_was(bare: SalesforceWorld, process: Process) -> None:
    """Retired, then wanted again: the same value, not a second one; the others do not move."""
    session = process.adapter._session
    lead_status.change(session, _step("Working - Contacted", kind=StepKind.RETIRE), lambda: None)
    by_name = {entry["valueName"]: entry for entry in lead_status.read(session)}
    assert not lead_status.is_active(by_name["Working - Contacted"])
    lead_status.change(session, _step("working - contacted"), lambda: None)
    again = {entry["valueName"]: entry for entry in lead_status.read(session)}
    assert again.keys() == by_name.keys()
    assert all(map(lead_status.is_active, again.values()))


def test_a_new_value_can_convert(bare: SalesforceWorld, process: Process) -> None:
    """Only where it is said, and the others stay as they are."""
    lead_status.change(process.adapter._session, _step("SQL", "Raw", converting="SQL"), lambda: None)
    converts = {row[1]: bool(row[2]) for row in made(bare)["statuses"]}
    assert converts["SQL"]
    assert converts["Closed - Converted"]
    assert not converts["Raw"]


def test_doing_it_twice_writes_once(bare: SalesforceWorld, process: Process) -> None:
    """What is done already is not sent again."""
    guards: list[int] = []
    for _ in range(2):
        lead_status.change(process.adapter._session, _step("Re-Market"), lambda: guards.append(1))
    assert len(guards) == 1
