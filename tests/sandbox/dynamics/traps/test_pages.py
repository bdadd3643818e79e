"""Traps in what a reader takes for everything, and for true."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.dynamics import base, roles
from connector.sandbox.dynamics.org import Org
from tests.sandbox.dynamics.webapi import refusal


@pytest.fixture
def many(new_org: Org) -> int:
    """More leads than a page holds."""
    return new_org.load("lead", ["lastname"], ([f"n{number}"] for number in range(5_100)))


@pytest.mark.trap("D4")
def test_a_reader_who_follows_no_link_misses_rows(web: Any, many: int) -> None:
    """5,000 rows look like everything; only the link says otherwise."""
    page = web.body("leads", "$select=lastname")
    assert len(page["value"]) == 5_000
    rest = web.call("GET", page["@odata.nextLink"]).json()
    assert len(page["value"]) + len(rest["value"]) == many


@pytest.mark.trap("D31")
def test_top_and_counts_stop_at_5000_without_a_word(web: Any, many: int) -> None:
    """`$top=6000` gives 5,000 rows and no link; `/$count` says 5000; `$count=true` tells the cap by annotation only."""
    page = web.body("leads", "$select=lastname&$top=6000")
    assert (len(page["value"]), "@odata.nextLink" in page) == (5_000, False)
    assert web.ask("leads/$count").text == "5000"
    body = web.body("leads", "$select=lastname&$count=true", 'odata.maxpagesize=1,odata.include-annotations="*"')
    assert body["@odata.count"] == 5_000
    assert body["@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded"] is True
    assert "@odata.nextLink" not in web.body("leads", "$select=lastname&$top=6000", "odata.maxpagesize=10")


@pytest.mark.trap("D5")
def test_a_link_that_leads_nowhere_new_is_followed_for_ever(web: Any, new_org: Org) -> None:
    """The cookie of the second page leads to the second page again: whoever counts on its end never stops."""
    new_org.rules.stuck_paging = ("lead",)
    for name in "abcdef":
        web.made("leads", {"lastname": name})
    seen = [web.body("leads", "$select=lastname", "odata.maxpagesize=2")["@odata.nextLink"]]
    for _ in range(5):
        page = web.call("GET", seen[-1], headers={"Prefer": "odata.maxpagesize=2"}).json()
        assert len(page["value"]) == 2
        seen.append(page["@odata.nextLink"])
    assert len(set(seen)) == 1


@pytest.mark.trap("D15")
def test_a_link_that_is_touched_breaks(web: Any, new_org: Org) -> None:
    """Options appended again, or a slash at its end: 400; as it stands it works."""
    for name in "abc":
        web.made("leads", {"lastname": name})
    link = web.body("leads", "$select=lastname", "odata.maxpagesize=2")["@odata.nextLink"]
    assert web.call("GET", link, params={"$select": "lastname"}).status_code == 400
    assert refusal(web.call("GET", link + "/"))[:2] == (400, "0x8004111e")
    assert len(web.call("GET", link).json()["value"]) == 1


@pytest.mark.trap("D15")
def test_a_link_without_its_prefer_falls_back(web: Any) -> None:
    """Page size and annotations are in the header, not in the link."""
    for name in "abcde":
        web.made("leads", {"lastname": name})
    prefer = 'odata.maxpagesize=2,odata.include-annotations="*"'
    page = web.body("leads", "$select=lastname,statuscode", prefer)
    label = "statuscode@OData.Community.Display.V1.FormattedValue"
    plain = web.call("GET", page["@odata.nextLink"]).json()
    assert (len(plain["value"]), label in plain["value"][0]) == (3, False)
    same = web.call("GET", page["@odata.nextLink"], headers={"Prefer": prefer}).json()
    assert (len(same["value"]), label in same["value"][0]) == (2, True)


@pytest.mark.trap("D27")
def test_the_columns_that_metadata_lists_cannot_all_be_selected(web: Any) -> None:
    """A reader who selects every attribute of the metadata runs into the virtual `…name` columns."""
    listed = web.value("EntityDefinitions(LogicalName='lead')/Attributes", "$select=LogicalName,AttributeOf")
    names = {one["LogicalName"]: one["AttributeOf"] for one in listed}
    assert names["owneridname"] == "ownerid"
    status, code, message = refusal(web.ask("leads", "$select=fullname,owneridname"))
    assert (status, code) == (400, "0x0")
    assert message == "Could not find a property named 'owneridname' on type 'Microsoft.Dynamics.CRM.lead'."


@pytest.mark.trap("D36")
def test_a_secured_column_reads_as_empty(web: Any, new_org: Org) -> None:
    """Who may not read the column sees null where there is a value, expanded and alone as well."""
    import msgspec

    lead = new_org.entities["lead"]
    secured = msgspec.structs.replace(lead.by_name["mobilephone"], secured=True)
    new_org.define(lead.with_attribute(secured))
    id = web.made("leads", {"lastname": "a", "mobilephone": "+1"})
    task = web.made("tasks", {"subject": "t", "regardingobjectid_lead_task@odata.bind": f"/leads({id})"})
    roles.assign(new_org, base.INTEGRATION_ID, ["prvReadLead", "prvReadActivity"])
    assert web.value("leads", "$select=mobilephone")[0]["mobilephone"] is None
    assert web.body(f"leads({id})", "$select=mobilephone")["mobilephone"] is None
    expand = "$select=subject&$expand=regardingobjectid_lead_task($select=mobilephone)"
    assert web.body(f"tasks({task})", expand)["regardingobjectid_lead_task"]["mobilephone"] is None
    stored = new_org.storage.reader().execute("SELECT mobilephone FROM lead").fetchone()
    assert stored == ("+1",)
