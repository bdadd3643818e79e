"""Traps around who owns a record."""

from collections.abc import Callable

import pytest
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest

from connector.sandbox.salesforce.base import ADMIN_ID, QUEUE_ID
from connector.sandbox.salesforce.org import Org

KEEP = {"Sforce-Auto-Assign": "FALSE"}


def owner(org: Org, lead: str) -> str:
    found: str = org.storage.reader().execute('SELECT OwnerId FROM Lead WHERE "Id" = ?', (lead,)).fetchone()[0]
    return found


@pytest.mark.trap("S1")
def test_a_status_fix_gives_the_lead_away(client: Salesforce, org: Org, lead: str) -> None:
    """An update that says nothing of assignment runs the rule: the lead changes hands with its status."""
    client.Lead.update(lead, {"Status": "Working - Contacted"}, headers=KEEP)
    assert owner(org, lead) == ADMIN_ID
    client.Lead.update(lead, {"Status": "Inquiry"})
    assert owner(org, lead) == QUEUE_ID


@pytest.mark.trap("S1")
def test_the_header_is_lost_when_the_client_logs_in_again(
    log_in: Callable[[], Salesforce], org: Org, lead: str
) -> None:
    """The header was given, the session had expired, the client repeats the call without it: the rule fires."""
    client = log_in()
    org.sessions.end_all()
    client.Lead.update(lead, {"Status": "Inquiry"}, headers=KEEP)
    assert owner(org, lead) == QUEUE_ID


@pytest.mark.trap("S41")
def test_an_owner_may_be_a_queue(client: Salesforce, org: Org, lead: str) -> None:
    """Looking the owner up among users finds nobody; who is behind the queue stands in GroupMember."""
    org.update("Lead", [{"Id": lead, "Status": "Inquiry"}])
    found = client.query(f"SELECT OwnerId FROM Lead WHERE Id = '{lead}'")["records"][0]["OwnerId"]
    assert client.query(f"SELECT Id FROM User WHERE Id = '{found}'")["totalSize"] == 0
    members = client.query(f"SELECT UserOrGroupId FROM GroupMember WHERE GroupId = '{found}'")["records"]
    assert [member["UserOrGroupId"] for member in members] == [ADMIN_ID]


@pytest.mark.trap("S41")
def test_an_inactive_user_takes_no_lead(client: Salesforce, org: Org, lead: str) -> None:
    """Handing a lead back to a previous owner fails when that user has left."""
    user = "005000000000001AAA"
    org.load("User", ["Id", "Username", "LastName", "IsActive"], [[user, "gone@sandbox.example", "Gone", False]])
    with pytest.raises(SalesforceMalformedRequest, match="INACTIVE_OWNER_OR_USER"):
        client.Lead.update(lead, {"OwnerId": user}, headers=KEEP)
