"""What a user may not read is not there: rows out of reach, secured columns, tables without a privilege."""

from __future__ import annotations

from typing import Any

import pytest

from connector.sandbox.dynamics import roles
from connector.sandbox.dynamics.access import USER
from connector.sandbox.dynamics.base import INTEGRATION_ID
from tests.sandbox.dynamics.query.conftest import lead_id

MINE = 5


@pytest.fixture
def limited(fresh: Any) -> Any:
    """The integration user owns five leads and may read leads and activities of its own, accounts not at all."""
    db = fresh.org.storage.db
    for number in range(1, MINE + 1):
        db.execute("UPDATE lead SET ownerid = ? WHERE leadid = ?", (INTEGRATION_ID, lead_id(number)))
    roles.assign(fresh.org, INTEGRATION_ID, {"prvReadLead": USER, "prvReadActivity": USER})
    return fresh


def test_rows_out_of_reach_are_absent_without_a_word(limited: Any) -> None:
    """From pages, counts, groups, FetchXML and expansions alike."""
    assert len(limited.rows("leads", "$select=leadid", "odata.maxpagesize=2")) == MINE
    assert limited.body("leads", "$select=leadid&$count=true&$filter=statecode eq 0 or statecode eq 1")[
        "@odata.count"
    ] == MINE  # fmt: skip
    assert limited.body("leads", "$apply=aggregate($count as n)")["value"] == [{"n": MINE}]
    fetch = "<fetch><entity name='lead'><attribute name='lastname'/></entity></fetch>"
    assert len(limited.body("leads", f"fetchXml={fetch}")["value"]) == MINE
    with_tasks = limited.rows("leads", "$select=leadid&$expand=Lead_Tasks($select=subject)")
    assert [row["Lead_Tasks"] for row in with_tasks] == [[]] * MINE
    assert limited.rows("tasks") == []


def test_a_lookup_to_a_row_out_of_reach_expands_to_null(limited: Any) -> None:
    """The id is shown, the row is not."""
    task = limited.org.load(
        "task",
        ["subject", "regardingobjectid", "regardingobjectid__type", "ownerid", "ownerid__type"],
        [["t", lead_id(20), "lead", INTEGRATION_ID, "systemuser"]],
    )
    assert task == 1
    expand = "$select=subject,_regardingobjectid_value&$expand=regardingobjectid_lead_task($select=lastname)"
    [row] = limited.rows("tasks", expand)
    assert (row["_regardingobjectid_value"], row["regardingobjectid_lead_task"]) == (lead_id(20), None)


@pytest.mark.parametrize(
    "query",
    ["$expand=parentaccountid", "$apply=groupby((parentaccountid/name))", "$filter=parentaccountid/name eq 'x'"],
)
def test_a_table_without_its_privilege_is_refused(limited: Any, query: str) -> None:
    """403 that names the privilege, for the table itself and for one that is joined or expanded."""
    assert limited.refused("accounts", "")[:2] == (403, "0x80040220")
    status, _, message = limited.refused("leads", query)
    assert (status, "prvReadAccount" in message) == (403, True)


def test_changes_are_tracked_by_who_reads_the_whole_table_only(limited: Any) -> None:
    """Organization-level read, or 403."""
    assert limited.refused("leads", "", "odata.track-changes")[:2] == (403, "0x80040220")


def test_secured_columns_are_null_until_they_are_permitted(limited: Any) -> None:
    """In rows, in groups and for filters; a field permission shows them."""
    roles.secure(limited.org, "lead", "lastname")
    assert {row["lastname"] for row in limited.rows("leads", "$select=lastname")} == {None}
    assert limited.body("leads", "$apply=groupby((lastname))")["value"] == [{"lastname": None}]
    assert limited.rows("leads", "$filter=lastname eq 'Łoś1'") == []
    roles.permit(limited.org, INTEGRATION_ID, "lead", "lastname", read=True)
    assert None not in {row["lastname"] for row in limited.rows("leads", "$select=lastname")}
