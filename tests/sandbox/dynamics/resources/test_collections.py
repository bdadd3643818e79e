"""Collections over HTTP: paths, headers, counts, rows behind a row."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.dynamics.org import Org
from tests.sandbox.dynamics.webapi import refusal


@pytest.fixture
def lead(web: Any) -> str:
    """A lead with three tasks, beside one without any."""
    id = str(web.made("leads", {"lastname": "with tasks"}))
    web.made("leads", {"lastname": "without"})
    for subject in "abc":
        web.made("tasks", {"subject": subject, "regardingobjectid_lead_task@odata.bind": f"/leads({id})"})
    return id


def test_a_page_says_what_it_followed(web: Any, lead: str) -> None:
    """`Preference-Applied` with page size and annotations, as asked."""
    prefer = 'odata.maxpagesize=1,odata.include-annotations="*"'
    answer = web.ask("leads", "$select=lastname", prefer)
    assert answer.headers["Preference-Applied"] == prefer
    assert answer.headers["OData-Version"] == "4.0"
    assert answer.headers["content-type"] == "application/json; odata.metadata=minimal"
    following = web.call("GET", answer.json()["@odata.nextLink"], headers={"Prefer": prefer}).json()
    assert (len(following["value"]), "@odata.nextLink" in following) == (1, False)


def test_rows_behind_a_row(web: Any, lead: str) -> None:
    """`leads(<guid>)/Lead_Tasks` with options and pages of its own, and its count."""
    path = f"leads({lead})/Lead_Tasks"
    page = web.body(path, "$select=subject&$orderby=subject,activityid", "odata.maxpagesize=2")
    rest = web.call("GET", page["@odata.nextLink"]).json()
    assert [row["subject"] for row in page["value"] + rest["value"]] == ["a", "b", "c"]
    assert web.ask(f"{path}/$count").text == "3"
    assert web.ask(f"{path}/$count", "$filter=subject eq 'a'").text == "1"
    assert refusal(web.ask(f"leads({lead})/lead_tasks"))[0] == 404


def test_a_count_is_text(web: Any, lead: str) -> None:
    """`/leads/$count`, filtered or not."""
    answer = web.ask("leads/$count", "$filter=startswith(lastname,'without')")
    assert (answer.text, answer.headers["content-type"].partition(";")[0]) == ("1", "text/plain")


def test_the_count_of_changes_waits_behind_a_delta_token(web: Any, lead: str) -> None:
    """`leads/$count?$deltatoken=…`."""
    link = web.body("leads", "$select=lastname", "odata.track-changes")["@odata.deltaLink"]
    assert web.ask("leads/$count", link.partition("?")[2]).text == "0"
    web.call("PATCH", f"leads({lead})", json={"lastname": "x"})
    web.call("DELETE", f"leads({lead})")
    web.made("leads", {"lastname": "new"})
    assert web.ask("leads/$count", link.partition("?")[2]).text == "2"


def test_sets_are_case_sensitive(web: Any) -> None:
    """404 0x8006088a for `Leads`."""
    assert refusal(web.ask("Leads"))[:2] == (404, "0x8006088a")
    assert "'Leads'" in refusal(web.ask("Leads"))[2]


def test_activities_are_read_together(web: Any, lead: str) -> None:
    """`activitypointers` shows tasks with their type as text."""
    rows = web.value("activitypointers", f"$select=subject,activitytypecode&$filter=_regardingobjectid_value eq {lead}")
    assert [row["activitytypecode"] for row in rows] == ["task"] * 3


def test_total_record_counts_are_a_day_old(web: Any, new_org: Org, lead: str) -> None:
    """Counted once in 24 hours; the recorded shape of the collection."""
    from datetime import timedelta

    def counts() -> list[int]:
        body = web.body("RetrieveTotalRecordCount(EntityNames=['lead','task'])")
        assert list(body["EntityRecordCountCollection"]) == ["Count", "IsReadOnly", "Keys", "Values"]
        assert body["EntityRecordCountCollection"]["Keys"] == ["lead", "task"]
        found: list[int] = body["EntityRecordCountCollection"]["Values"]
        return found

    now = new_org.clock()
    new_org.clock = lambda: now
    assert counts() == [2, 3]
    web.made("leads", {"lastname": "third"})
    assert counts() == [2, 3]
    new_org.clock = lambda: now + timedelta(hours=24)
    assert counts() == [3, 3]
    assert refusal(web.ask("RetrieveTotalRecordCount(EntityNames=['nope'])"))[0] == 400
