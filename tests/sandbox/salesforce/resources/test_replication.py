"""getUpdated and getDeleted."""

from datetime import timedelta
from typing import Any

from connector.sandbox.salesforce.merge import merge
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.stamps import rest, stamp


def window(org: Org, before: timedelta, after: timedelta = timedelta(minutes=5)) -> dict[str, str]:
    now = org.clock()
    return {"start": rest(stamp(now - before)), "end": rest(stamp(now + after))}


def test_updated_and_deleted(api: Any, org: Org) -> None:
    """Live ids on one side, deleted and merged ones with their time on the other; never beyond now."""
    now = org.clock()
    made = [str(result.id) for result in org.insert("Lead", [{"LastName": "a", "Company": "b"}] * 3)]
    merge(org, "Lead", made[0], [made[1]])
    org.clock = lambda: now + timedelta(minutes=2)
    updated = api.get("sobjects/Lead/updated/", **window(org, timedelta(days=1))).json()
    assert updated["ids"] == [made[0], made[2]]
    assert updated["latestDateCovered"] <= rest(stamp(org.clock()))
    deleted = api.get("sobjects/Lead/deleted/", **window(org, timedelta(days=1))).json()
    assert [row["id"] for row in deleted["deletedRecords"]] == [made[1]]
    assert set(deleted) == {"deletedRecords", "earliestDateAvailable", "latestDateCovered"}


def test_windows_have_bounds(api: Any, org: Org) -> None:
    """30 days back for changes, 15 for deletions, at least a minute long, and dates that are dates."""
    for path, days in (("updated", 31), ("deleted", 16)):
        answer = api.get(f"sobjects/Lead/{path}", **window(org, timedelta(days=days)))
        assert (answer.status_code, answer.json()[0]["errorCode"]) == (400, "INVALID_REPLICATION_DATE")
    short = window(org, timedelta(seconds=10), timedelta(seconds=10))
    assert api.get("sobjects/Lead/updated", start=short["start"], end=short["start"]).status_code == 400
    assert api.get("sobjects/Lead/updated", start="soon", end="later").status_code == 400
