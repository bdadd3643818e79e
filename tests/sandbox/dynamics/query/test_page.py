"""Paging: every row once, whatever the order, as long as it is unique."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.sandbox.dynamics.query import cookie

COLUMNS = ("firstname", "lastname", "createdon", "revenue", "statuscode", "donotemail", "_parentaccountid_value")
ORDERS = st.lists(st.tuples(st.sampled_from(COLUMNS), st.booleans()), max_size=3, unique_by=lambda one: one[0])


@given(order=ORDERS, down=st.booleans(), size=st.integers(1, 30))
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_unique_order_gives_every_row_once_in_that_order(
    reader: Any, order: list[tuple[str, bool]], down: bool, size: int
) -> None:
    """With the primary key as last sort key, pages of any size join to what one page would hold; nulls sort lowest."""
    keys = [*order, ("leadid", down)]
    clause = ",".join(f"{name}{' desc' if descending else ''}" for name, descending in keys)
    query = f"$select={','.join(COLUMNS)}&$orderby={clause}"
    paged = reader.rows("leads", query, f"odata.maxpagesize={size}")
    assert paged == reader.body("leads", query)["value"]
    expected = list(paged)
    for name, descending in reversed(keys):
        expected.sort(key=lambda row, name=name: _rank(row[name]), reverse=descending)  # type: ignore[misc]
    assert [row["leadid"] for row in paged] == [row["leadid"] for row in expected]


def _rank(value: Any) -> tuple[bool, Any]:
    return (value is not None, value.lower() if isinstance(value, str) else value or 0)


def test_without_order_pages_follow_the_key(reader: Any) -> None:
    """No `$orderby`: every row once, by primary key; a write in between moves nothing."""
    rows = reader.rows("leads", "$select=leadid", "odata.maxpagesize=4")
    assert [row["leadid"] for row in rows] == sorted(row["leadid"] for row in rows)
    assert len(rows) == 25


def test_an_order_that_is_not_unique_repeats_rows_and_loses_others(reader: Any) -> None:
    """25 rows come, but not 25 different ones: equal rows do not keep their places from page to page."""
    rows = reader.rows("leads", "$select=leadid&$orderby=statuscode", "odata.maxpagesize=4")
    assert len(rows) == 25
    assert len({row["leadid"] for row in rows}) < 25


def test_the_next_link_has_the_recorded_form(reader: Any) -> None:
    """Original options, then `$skiptoken` with a cookie within a cookie, percent-encoded as in the recording."""
    link = reader.body("leads", "$select=lastname", "odata.maxpagesize=2")["@odata.nextLink"]
    first, last = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002"
    assert link == (
        "https://sandbox.crm.dynamics.com/api/data/v9.2/leads?$select=lastname&$skiptoken=%3Ccookie%20pagenumber="
        "%222%22%20pagingcookie=%22%253ccookie%2520page%253d%25221%2522%253e%253cleadid%2520last%253d%2522%257b"
        f"{last}%257d%2522%2520first%253d%2522%257b{first}%257d%2522%2520%252f%253e%253c%252fcookie%253e%22%20"
        "istracking=%22False%22%20/%3E"
    )


def test_the_largest_page_is_5000_rows(fresh: Any) -> None:
    """No preference, or a larger one: 5,000 rows and a nextLink."""
    fresh.org.load("lead", ["lastname"], ([f"n{number}"] for number in range(4_976)))
    for prefer in ("", "odata.maxpagesize=9000"):
        page = fresh.body("leads", "$select=leadid", prefer)
        assert (len(page["value"]), "@odata.nextLink" in page) == (5_000, True)
    assert len(fresh.rows("leads", "$select=leadid")) == 5_001


def test_top_knows_no_pages(reader: Any) -> None:
    """`$top` with a page size: that many rows, no nextLink."""
    page = reader.body("leads", "$select=leadid&$top=7", "odata.maxpagesize=2")
    assert (len(page["value"]), "@odata.nextLink" in page) == (7, False)


def test_a_cookie_of_another_query_or_none_is_refused(reader: Any) -> None:
    """What is appended to a link, or taken from another, is an error rather than another page."""
    link = reader.body("leads", "$select=lastname", "odata.maxpagesize=2")["@odata.nextLink"]
    query = link.partition("?")[2]
    assert reader.refused("leads", query + "/")[1:] == ("0x8004111e", "Malformed XML in the Paging Cookie")
    assert "more than once" in reader.refused("leads", query + "&$select=lastname")[2]
    assert "does not belong" in reader.refused("leads", query + "&$orderby=createdon desc,leadid")[2]


NAMES = st.lists(st.sampled_from(["leadid", "lastname", "createdon"]), min_size=1, max_size=3, unique=True)
TEXT = st.text(st.characters(blacklist_categories=("Cs", "Cc")))
VALUES = st.one_of(st.none(), TEXT, st.just("00000000-0000-0000-0000-00000000000a"))


@pytest.mark.parametrize("tracking", ["", "1!08/22/2017 08:10:44"])
@given(names=NAMES, data=st.data())
@settings(max_examples=50, deadline=None)
def test_a_cookie_comes_back_as_it_was_written(tracking: str, names: list[str], data: st.DataObject) -> None:
    """Whatever the values hold, the token decoded once gives page, columns and last values again."""
    first, last = (data.draw(st.lists(VALUES, min_size=len(names), max_size=len(names))) for _ in range(2))
    token = cookie.write(3, names, first, last, tracking)
    read = cookie.read(unquote(token))
    assert (read.page, read.tracking) == (3, tracking)
    assert dict(read.last) == dict(zip(names, last, strict=True))


@pytest.mark.long
def test_memory_stays_flat_however_many_rows_there_are(fresh: Any) -> None:
    """The last pages of 150,000 rows need no more than the first; each row comes once."""
    import tracemalloc

    fresh.org.load("lead", ["lastname"], ([f"n{number}"] for number in range(150_000)))
    query, peaks, seen = "$select=fullname,statuscode,createdon,_ownerid_value", [], 0
    tracemalloc.start()
    try:
        while query:
            tracemalloc.reset_peak()
            page = fresh.body("leads", query)
            seen += len(page["value"])
            query = page.get("@odata.nextLink", "").partition("?")[2]
            peaks.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()
    assert seen == 150_025
    assert max(peaks[-4:-1]) < 1.2 * max(peaks[:3])
