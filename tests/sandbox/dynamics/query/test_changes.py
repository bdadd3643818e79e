"""Change tracking: a full read that ends in a delta link, then what changed and what went."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

NOT_WITH = {
    "$filter=statecode eq 0": "filter",
    "$orderby=createdon": "orderby",
    "$expand=owninguser": "expand",
    "$top=5": "top",
}
TRACK = "odata.track-changes"


def _delta(reader: Any, link: str, prefer: str = "") -> tuple[list[str], list[str], str, int]:
    """Names of rows, ids of deletions, the new delta link, and pages, behind a delta link."""
    rows, gone, pages = [], [], 0
    while True:
        page = reader.body("leads", link.partition("?")[2], prefer)
        pages += 1
        rows += [row["lastname"] for row in page["value"] if "reason" not in row]
        gone += [row["id"] for row in page["value"] if row.get("reason") == "deleted"]
        if "@odata.deltaLink" in page:
            return rows, gone, page["@odata.deltaLink"], pages
        link = page["@odata.nextLink"]


def _link(reader: Any, prefer: str = TRACK) -> str:
    query = "$select=lastname"
    while True:
        page = reader.body("leads", query, prefer)
        if "@odata.deltaLink" in page:
            link: str = page["@odata.deltaLink"]
            return link
        query = page["@odata.nextLink"].partition("?")[2]


def _change(reader: Any, number: int, name: str) -> None:
    lead = reader.org.entities["lead"]
    reader.org.update(lead, f"00000000-0000-0000-0000-{number:012x}", {"lastname": name})


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 100])
def test_a_delta_tells_each_change_once_in_pages_of_any_size(fresh: Any, size: int) -> None:
    """Rows in the order of their last change, with present values; then deletions, of rows never seen as well."""
    link = _link(fresh, f"{TRACK},odata.maxpagesize=7")
    lead = fresh.org.entities["lead"]
    for number in (3, 2, 3):
        _change(fresh, number, f"n{number}")
    fresh.org.delete(lead, "00000000-0000-0000-0000-000000000005")
    fleeting = fresh.org.create(lead, {"lastname": "fleeting"}).id
    fresh.org.delete(lead, fleeting)
    rows, gone, later, pages = _delta(fresh, link, f"odata.maxpagesize={size}")
    assert rows == ["n2", "n3"]
    assert gone == ["00000000-0000-0000-0000-000000000005", fleeting]
    assert pages == max(1, -(-4 // size))
    assert _delta(fresh, later)[:2] == ([], [])


def test_a_change_during_the_first_read_comes_again_in_the_delta(fresh: Any) -> None:
    """The delta link stands for the moment when the first page was asked for."""
    page = fresh.body("leads", "$select=lastname", f"{TRACK},odata.maxpagesize=20")
    _change(fresh, 1, "changed")
    last = fresh.body("leads", page["@odata.nextLink"].partition("?")[2], f"{TRACK},odata.maxpagesize=20")
    assert _delta(fresh, last["@odata.deltaLink"])[0] == ["changed"]


def test_a_next_link_of_a_tracked_read_needs_no_preference(fresh: Any) -> None:
    """Followed verbatim without Prefer it still ends in a delta link; the page size falls back."""
    page = fresh.body("leads", "$select=lastname", f"{TRACK},odata.maxpagesize=2")
    rest = fresh.body("leads", page["@odata.nextLink"].partition("?")[2])
    assert (len(rest["value"]), "@odata.deltaLink" in rest) == (23, True)


def test_the_delta_link_has_the_recorded_form(reader: Any) -> None:
    """`$deltatoken=<version>%21<month>%2f<day>%2f<year>%20…`, small letters, context with `/$delta`."""
    link = _link(reader)
    version = reader.org.storage.reader().execute("SELECT max(versionnumber) FROM lead").fetchone()[0]
    assert link.endswith(f"/leads?$select=lastname&$deltatoken={version}%2104%2f20%2f2023%2010%3a00%3a00")
    body = reader.body("leads", link.partition("?")[2])
    assert body["@odata.context"].endswith("$metadata#leads(lastname)/$delta")


@pytest.mark.parametrize("query", NOT_WITH)
def test_tracking_goes_with_no_other_option(reader: Any, query: str) -> None:
    """`$filter`, `$orderby`, `$expand` and `$top` are refused in Dataverse's words."""
    message = f'The "${NOT_WITH[query]}" query parameter isn\'t supported when Change Tracking is enabled.'
    assert reader.refused("leads", f"$select=lastname&{query}", TRACK)[2] == message


def test_a_table_without_tracking_refuses(reader: Any) -> None:
    """0x80072491."""
    assert reader.refused("audits", "", TRACK)[1] == "0x80072491"


def test_an_expired_token_is_refused(fresh: Any) -> None:
    """After the days that the environment keeps changes: 0x80044352 and the recorded text."""
    link = _link(fresh)
    now = fresh.org.clock()
    fresh.org.clock = lambda: now + timedelta(days=7)
    assert _delta(fresh, link)[0] == []
    fresh.org.clock = lambda: now + timedelta(days=7, seconds=1)
    status, code, message = fresh.refused("leads", link.partition("?")[2])
    assert (status, code) == (400, "0x80044352")
    assert message == "Version stamp associated with the client has expired. Please perform a full sync."


@pytest.mark.parametrize("token", ["", "7", "x!04/20/2023 10:00:00", "1!14/20/2023 10:00:00"])
def test_an_invented_token_is_refused(reader: Any, token: str) -> None:
    """Tokens are not to be derived; an empty one is none."""
    if token:
        assert "$deltatoken" in reader.refused("leads", f"$deltatoken={token}")[2]
    else:
        assert "@odata.deltaLink" not in reader.body("leads", "$deltatoken=")
