"""Traps in limits and in answers that are none."""

from collections.abc import Callable

import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceGeneralError, SalesforceRefusedRequest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.usage import Usage
from connector.sandbox.server import Sandbox


@pytest.mark.trap("S27")
def test_polling_eats_the_daily_allowance(client: Salesforce, org: Org, lead: str) -> None:
    """Reads count like writes: a client that only looks uses up what everybody needs, and then all are refused."""
    org.usage = Usage(maximum=10)
    for _ in range(10):
        client.query("SELECT Id FROM Lead")
    assert client.api_usage["api-usage"].used == client.api_usage["api-usage"].total == 10
    with pytest.raises(SalesforceRefusedRequest, match=r"TotalRequests Limit exceeded\."):
        client.Lead.update(lead, {"Status": "Inquiry"})


@pytest.mark.trap("S28")
def test_one_code_for_wait_a_second_and_wait_a_day(client: Salesforce, sandbox: Sandbox[Org], org: Org) -> None:
    """Too many at once and too many today are the same exception, status and code; only the text differs."""
    text = "ConcurrentRequests (Concurrent API Requests) Limit exceeded."
    sandbox.faults.add(status=403, code="REQUEST_LIMIT_EXCEEDED", message=text)
    with pytest.raises(SalesforceRefusedRequest) as at_once:
        client.limits()
    org.usage = Usage(maximum=0)
    with pytest.raises(SalesforceRefusedRequest) as today:
        client.limits()
    for caught in (at_once, today):
        assert (caught.value.status, caught.value.content[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")
    assert at_once.value.content[0]["message"] != today.value.content[0]["message"]


@pytest.mark.trap("S29")
def test_an_answer_without_json(log_in: Callable[[], Salesforce], sandbox: Sandbox[Org]) -> None:
    """420 without a body, HTML on 503: errors without a code; HTML on 401 breaks the client itself."""
    client = log_in()
    sandbox.faults.add(status=420, body="")
    sandbox.faults.add(status=503, body="html", first=2)
    sandbox.faults.add(status=401, body="html", first=3)
    for status in (420, 503):
        with pytest.raises(SalesforceGeneralError) as caught:
            client.query("SELECT Id FROM Lead")
        assert caught.value.status == status
        assert not isinstance(caught.value.content, list)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        client.query("SELECT Id FROM Lead")


@pytest.mark.trap("S40")
def test_record_count_is_wrong(client: Salesforce, org: Org) -> None:
    """A client that reconciles with recordCount misses records that are there."""
    org.load("Lead", ["LastName", "Company"], [["a", "b"]] * 200)
    told = client.restful("limits/recordCount", params={"sObjects": "Lead"})["sObjects"][0]["count"]
    assert told < client.query("SELECT COUNT() FROM Lead")["totalSize"] == 200
