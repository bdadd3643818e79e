"""Assignment rules."""

from typing import Any

import pytest

from connector.sandbox.salesforce.base import ADMIN_ID, QUEUE_ID, RULE_ID
from connector.sandbox.salesforce.dml.assignment import set_rule
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org


@pytest.mark.parametrize(
    ("auto_assign", "owner"),
    [(True, QUEUE_ID), (False, ADMIN_ID), (RULE_ID, QUEUE_ID), ("01Q000000000009EAA", ADMIN_ID)],
)
def test_update_reassigns_unless_told_not_to(
    org: Org, lead: str, read: Any, auto_assign: bool | str, owner: str
) -> None:
    """By default, and by the rule's id, the active rule gives the lead away; FALSE and unknown rules do not."""
    org.update("Lead", [{"Id": lead, "Status": "Inquiry"}], Options(auto_assign=auto_assign))
    assert read("Lead", lead)["OwnerId"] == owner


def test_rule_can_be_switched_off(org: Org, lead: str, read: Any) -> None:
    """Without an active rule nothing is reassigned; switched on again it assigns to whom it is told."""
    set_rule(org, "Lead", None)
    org.update("Lead", [{"Id": lead, "Status": "Inquiry"}])
    assert read("Lead", lead)["OwnerId"] == ADMIN_ID
    set_rule(org, "Lead", QUEUE_ID)
    org.update("Lead", [{"Id": lead, "Status": "x"}])
    assert read("Lead", lead)["OwnerId"] == QUEUE_ID
