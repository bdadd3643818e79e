"""Fields that follow from others."""

from typing import Any

from connector.sandbox.salesforce.org import Org


def test_task_is_closed_by_its_status(org: Org, read: Any, hands: Any) -> None:
    """Completed closes a task and stamps it; reopening takes both back."""
    task = org.insert("Task", [{"Subject": "Call", "Priority": "High"}])[0].id
    assert (read("Task", task)["IsClosed"], read("Task", task)["IsHighPriority"]) == (0, 1)
    assert read("Task", task)["Status"] == "Not Started"
    org.update("Task", [{"Id": task, "Status": "Completed"}])
    row = read("Task", task)
    assert (row["IsClosed"], row["CompletedDateTime"]) == (1, "2026-03-02T09:00:00.000Z")
    org.update("Task", [{"Id": task, "Status": "In Progress"}])
    assert (read("Task", task)["IsClosed"], read("Task", task)["CompletedDateTime"]) == (0, None)


def test_event_times_agree(org: Org, read: Any) -> None:
    """Start and duration give the end and the day; start and end give the duration."""
    one = org.insert("Event", [{"StartDateTime": "2026-03-03T23:30:00Z", "DurationInMinutes": 60, "Subject": "m"}])[
        0
    ].id
    row = read("Event", one)
    assert (row["EndDateTime"], row["ActivityDate"]) == ("2026-03-04T00:30:00.000Z", "2026-03-03")
    other = org.insert("Event", [{"StartDateTime": "2026-03-03T10:00:00Z", "EndDateTime": "2026-03-03T10:45:00Z"}])[
        0
    ].id
    assert read("Event", other)["DurationInMinutes"] == 45


def test_opportunity_follows_its_stage(org: Org, read: Any) -> None:
    """Stage gives closed, won, probability, forecast and expected revenue; the close date the fiscal quarter."""
    new = {"Name": "o", "StageName": "Value Proposition", "CloseDate": "2026-05-31", "Amount": 200}
    made = org.insert("Opportunity", [new])[0].id
    row = read("Opportunity", made)
    assert (row["IsClosed"], row["Probability"], row["ExpectedRevenue"], row["Fiscal"]) == (0, 50.0, 100.0, "2026 2")
    org.update("Opportunity", [{"Id": made, "StageName": "Closed Won"}])
    row = read("Opportunity", made)
    assert (row["IsClosed"], row["IsWon"], row["ForecastCategoryName"], row["ExpectedRevenue"]) == (
        1,
        1,
        "Closed",
        200.0,
    )


def test_campaign_member_copies_the_person(org: Org, lead: str, read: Any) -> None:
    """A member carries the person's name and company; its status says whether they responded, and since when."""
    campaign = org.insert("Campaign", [{"Name": "c"}])[0].id
    labels = [{"CampaignId": campaign, "Label": "Came", "HasResponded": True}]
    assert org.insert("CampaignMemberStatus", labels)[0].success
    member = org.insert("CampaignMember", [{"CampaignId": campaign, "LeadId": lead, "Status": "Sent"}])[0].id
    row = read("CampaignMember", member)
    assert (row["Name"], row["CompanyOrAccount"], row["Type"], row["HasResponded"]) == (
        "Ada Byron",
        "Engines",
        "Lead",
        0,
    )
    org.update("CampaignMember", [{"Id": member, "Status": "Came"}])
    row = read("CampaignMember", member)
    assert (row["HasResponded"], row["FirstRespondedDate"]) == (1, "2026-03-02")


def test_bounce_flag_of_a_contact(org: Org, read: Any) -> None:
    """A bounce date makes a contact's e-mail a bounced one."""
    contact = org.insert("Contact", [{"LastName": "c", "EmailBouncedDate": "2026-03-01T00:00:00Z"}])[0].id
    assert read("Contact", contact)["IsEmailBounced"] == 1


def test_loads_are_completed_as_well(org: Org, rows: Any) -> None:
    """What a load does not give follows from what it gives; what it gives stays."""
    org.load("Task", ["Subject", "Status"], [["a", "Completed"], ["b", "Deferred"]])
    assert rows("SELECT Subject, IsClosed FROM Task ORDER BY Subject") == [("a", 1), ("b", 0)]
    columns = ["Name", "StageName", "CloseDate", "Amount", "Probability"]
    org.load("Opportunity", columns, [["o", "Closed Lost", "2026-01-31", 10, 7]])
    found = rows("SELECT IsClosed, IsWon, Probability, FiscalQuarter FROM Opportunity")
    assert found == [(1, 0, 7.0, 1)]
