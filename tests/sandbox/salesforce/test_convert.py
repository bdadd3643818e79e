"""Lead conversion in the org."""

from typing import Any

import pytest

from connector.sandbox.salesforce.base import ADMIN_ID, QUEUE_ID
from connector.sandbox.salesforce.convert import Conversion, convert_lead
from connector.sandbox.salesforce.org import Org

CONVERTED = "Closed - Converted"


@pytest.fixture
def lead(org: Org) -> str:
    columns = ["Id", "FirstName", "LastName", "Company", "Status", "Email", "City", "LeadSource"]
    org.load("Lead", columns, [["00Q000000000001EAA", "Ada", "Byron", "Engines", "Open", "a@b.example", "Bath", "Web"]])
    return "00Q000000000001EAA"


def one(org: Org, query: str) -> tuple[Any, ...]:
    found: tuple[Any, ...] = org.storage.reader().execute(query).fetchone()
    return found


def test_conversion_makes_three_records_and_closes_the_lead(org: Org, lead: str) -> None:
    """Account, contact and opportunity carry the lead's facts; the lead points at them and its status is history."""
    campaign = org.insert("Campaign", [{"Name": "c"}])[0].id
    org.insert("CampaignMember", [{"CampaignId": campaign, "LeadId": lead}])
    org.insert("Task", [{"WhoId": lead, "Subject": "Call"}])
    done = convert_lead(org, Conversion(lead_id=lead, converted_status=CONVERTED), ADMIN_ID)
    assert done.error is None
    assert one(org, "SELECT IsConverted, Status, ConvertedAccountId, ConvertedContactId FROM Lead") == (
        1, CONVERTED, done.account_id, done.contact_id,
    )  # fmt: skip
    assert one(org, "SELECT Name, BillingCity, AccountSource FROM Account") == ("Engines", "Bath", "Web")
    assert one(org, "SELECT Name, Email, AccountId FROM Contact") == ("Ada Byron", "a@b.example", done.account_id)
    assert one(org, "SELECT AccountId, StageName FROM Opportunity") == (done.account_id, "Prospecting")
    assert one(org, "SELECT ContactId, IsPrimary FROM OpportunityContactRole") == (done.contact_id, 1)
    assert one(org, "SELECT LeadId, ContactId FROM CampaignMember") == (lead, done.contact_id)
    assert one(org, "SELECT WhoId FROM Task") == (done.contact_id,)
    history = org.storage.reader().execute('SELECT Field, OldValue, NewValue FROM LeadHistory ORDER BY "Id"').fetchall()
    assert history == [("Status", "Open", CONVERTED), ("leadConverted", None, None)]


def test_existing_account_and_no_opportunity(org: Org, lead: str) -> None:
    """Into a named account, without an opportunity."""
    account = org.insert("Account", [{"Name": "Known"}])[0].id
    wanted = Conversion(lead_id=lead, converted_status=CONVERTED, account_id=account, do_not_create_opportunity=True)
    done = convert_lead(org, wanted, ADMIN_ID)
    assert (done.account_id, done.opportunity_id) == (account, None)
    assert one(org, "SELECT count(*) FROM Account") == (1,)


def test_what_cannot_be_converted(org: Org, lead: str) -> None:
    """A status that does not convert, a queue as owner, a second time: each refused in its own words."""
    refused = convert_lead(org, Conversion(lead_id=lead, converted_status="Open"), ADMIN_ID).error
    assert refused is not None
    assert (refused.code, refused.message) == ("INVALID_STATUS", "invalid convertedStatus: Open")
    org.storage.db.execute("UPDATE Lead SET OwnerId = ?", (QUEUE_ID,))
    refused = convert_lead(org, Conversion(lead_id=lead, converted_status=CONVERTED), ADMIN_ID).error
    assert refused is not None
    assert refused.message.startswith("Converted objects can only be owned by users.")
    assert (
        convert_lead(org, Conversion(lead_id=lead, converted_status=CONVERTED, owner_id=ADMIN_ID), ADMIN_ID).error
        is None
    )
    again = convert_lead(org, Conversion(lead_id=lead, converted_status=CONVERTED), ADMIN_ID).error
    assert again is not None
    assert again.code == "CANNOT_UPDATE_CONVERTED_LEAD"


def test_custom_fields_follow_the_orgs_mapping(org: Org, lead: str) -> None:
    """What the org maps from lead to contact is carried over, nothing else."""
    org.settings["lead mapping"] = {"Contact": {"Status": "Department"}}
    convert_lead(org, Conversion(lead_id=lead, converted_status=CONVERTED), ADMIN_ID)
    assert one(org, "SELECT Department FROM Contact") == ("Open",)
