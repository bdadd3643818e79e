"""Automations."""

from typing import Any

from connector.sandbox.salesforce.base import AUTOMATION_ID, QUEUE_ID
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.rules import Automation

KEEP = Options(auto_assign=False)


def test_a_flow_reassigns_sets_and_creates(org: Org, lead: str, read: Any, rows: Any) -> None:
    """On the value it waits for, a flow changes owner and fields, opens a task and mails, as Automated Process."""
    org.rules.automation.append(
        Automation(
            object="Lead",
            field="Status",
            becomes=("Re-Market",),
            set={"Rating": "Cold"},
            owner="Unassigned Leads",
            task={"Subject": "Recycled"},
            email="We miss you",
        )
    )
    org.update("Lead", [{"Id": lead, "Status": "Inquiry"}], KEEP)
    assert rows("SELECT count(*) FROM Task") == [(0,)]
    org.update("Lead", [{"Id": lead, "Status": "Re-Market"}], KEEP)
    row = read("Lead", lead)
    assert (row["Rating"], row["OwnerId"], row["LastModifiedById"]) == ("Cold", QUEUE_ID, AUTOMATION_ID)
    tasks = rows('SELECT Subject, TaskSubtype, IsClosed FROM Task ORDER BY "Id"')
    assert tasks == [("Recycled", "Task", 0), ("Email: We miss you", "Email", 1)]
    assert rows("SELECT RelationId FROM EmailMessageRelation") == [(lead,)]
    assert rows("SELECT Subject, Status, Incoming FROM EmailMessage") == [("We miss you", "3", 0)]


def test_a_flow_waits_for_a_change(org: Org, lead: str, read: Any) -> None:
    """Writing the value that is there already sets nothing off."""
    org.rules.automation.append(Automation(object="Lead", field="Status", set={"Rating": "Cold"}))
    org.update("Lead", [{"Id": lead, "Status": "Open - Not Contacted"}], KEEP)
    assert read("Lead", lead)["Rating"] is None
