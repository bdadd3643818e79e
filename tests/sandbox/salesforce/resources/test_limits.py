"""Limits and counts."""

from datetime import timedelta
from typing import Any

from connector.sandbox.salesforce import permissions
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.usage import Usage


def test_limits(api: Any, org: Org) -> None:
    """Every limit has Max and Remaining; the daily calls fall with use."""
    first, second = (api.get("limits/").json() for _ in range(2))
    assert all({"Max", "Remaining"} <= set(item) for item in first.values())
    assert {
        "DailyApiRequests",
        "DailyBulkApiBatches",
        "DailyBulkV2QueryJobs",
        "DataStorageMB",
        "PermissionSets",
    } <= set(first)
    assert first["DailyApiRequests"]["Remaining"] - second["DailyApiRequests"]["Remaining"] == 1
    assert first["DailyApiRequests"]["Max"] == 100_000


def test_exhausted_allowance(api: Any, org: Org) -> None:
    """Past the daily allowance every call is refused; a day later they are served again."""
    now = org.clock()
    org.usage = Usage(maximum=2)
    assert [api.get("limits").status_code for _ in range(3)] == [200, 200, 403]
    refused = api.get("limits")
    assert refused.json() == [{"message": "TotalRequests Limit exceeded.", "errorCode": "REQUEST_LIMIT_EXCEEDED"}]
    assert refused.headers["Sforce-Limit-Info"] == "api-usage=2/2"
    org.clock = lambda: now + timedelta(hours=25)
    assert api.get("limits").status_code == 200


def test_record_count_is_not_the_count(api: Any, org: Org) -> None:
    """recordCount lags behind; COUNT() does not."""
    org.load("Lead", ["LastName", "Company"], [["a", "b"]] * 100)
    body = api.get("limits/recordCount", sObjects="Lead,Contact").json()
    assert [item["name"] for item in body["sObjects"]] == ["Lead", "Contact"]
    assert body["sObjects"][0]["count"] < api.query("SELECT COUNT() FROM Lead")["totalSize"] == 100


def test_a_user_without_the_api(api: Any, org: Org) -> None:
    """Without the permission API Enabled every call is refused."""
    permissions.revoke(org, "ApiEnabled")
    answer = api.get("limits")
    assert (answer.status_code, answer.json()[0]["errorCode"]) == (403, "API_CURRENTLY_DISABLED")
