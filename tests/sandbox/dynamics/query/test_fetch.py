"""FetchXML."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, unquote
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

import pytest

from connector.sandbox.dynamics.base import ADMIN_ID

BOTH = 'odata.include-annotations="Microsoft.Dynamics.CRM.fetchxmlpagingcookie,Microsoft.Dynamics.CRM.morerecords"'
COOKIE = "@Microsoft.Dynamics.CRM.fetchxmlpagingcookie"
MORE = "@Microsoft.Dynamics.CRM.morerecords"


def fetch(reader: Any, inner: str, outer: str = "", prefer: str = BOTH) -> dict[str, Any]:
    """The body that answers a fetch of leads."""
    xml = f"<fetch {outer}><entity name='lead'>{inner}</entity></fetch>"
    body: dict[str, Any] = reader.body("leads", f"fetchXml={quote(xml)}", prefer)
    return body


def test_pages_by_cookie_give_every_row_once(reader: Any) -> None:
    """The cookie's inner part, decoded twice, in `paging-cookie`: every row, the last page without a cookie."""
    seen, page, given = [], 1, ""
    while True:
        inner = (
            "<attribute name='lastname'/><order attribute='createdon' descending='true'/><order attribute='leadid'/>"
        )
        body = fetch(reader, inner, f"count='10' page='{page}' {given}")
        seen += [row["leadid"] for row in body["value"]]
        assert body[MORE] is (COOKIE in body)
        if not body[MORE]:
            break
        cookie = ElementTree.fromstring(body[COOKIE])
        page = int(cookie.attrib["pagenumber"])
        given = f"paging-cookie={quoteattr(unquote(unquote(cookie.attrib['pagingcookie'])))}"
    assert page == 3
    assert seen == [row["leadid"] for row in reader.rows("leads", "$orderby=createdon desc,leadid")]


def test_page_numbers_alone_reach_50000_rows_only(reader: Any) -> None:
    """Simple paging works for the first pages and is refused beyond."""
    assert len(fetch(reader, "<attribute name='lastname'/>", "count='10' page='3'")["value"]) == 5
    xml = "<fetch count='5000' page='11'><entity name='lead'/></fetch>"
    assert "Paging cookie required" in reader.refused("leads", f"fetchXml={quote(xml)}")[2]


CONDITIONS = {
    "<condition attribute='statuscode' operator='eq' value='1'/>": 12,
    "<condition attribute='firstname' operator='null'/>": 5,
    "<condition attribute='lastname' operator='like' value='łoś1%'/>": 11,
    "<condition attribute='lastname' operator='not-like' value='łoś1%'/>": 14,
    "<condition attribute='statuscode' operator='in'><value>1</value><value>7</value></condition>": 12,
    "<condition attribute='createdon' operator='last-x-days' value='3'/>": 3,
    "<condition attribute='createdon' operator='on-or-before' value='2023-04-03'/>": 3,
    "<condition attribute='ownerid' operator='eq-userid'/>": 0,
    f"<condition attribute='ownerid' operator='eq' value='{ADMIN_ID}'/>": 25,
    "<filter type='or'><condition attribute='statuscode' operator='eq' value='1'/>"
    "<condition attribute='firstname' operator='begins-with' value='a1'/></filter>": 16,
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_conditions_find_so_many_leads(reader: Any, condition: str) -> None:
    """Operators of FetchXML, nested filters."""
    body = fetch(reader, f"<attribute name='lastname'/><filter>{condition}</filter>")
    assert len(body["value"]) == CONDITIONS[condition]


def test_links_join_and_show_columns_of_their_own(reader: Any) -> None:
    """An inner link drops leads without an account, an outer one keeps them; its filter stays with the link."""
    inner = "<attribute name='lastname'/><link-entity name='account' from='accountid' to='parentaccountid' alias='a'"
    rows = fetch(reader, f"{inner}><attribute name='name'/></link-entity>")["value"]
    assert (len(rows), {row["a.name"] for row in rows}) == (13, {"Åcme"})
    wanted = "<filter><condition attribute='name' operator='eq' value='nobody'/></filter>"
    rows = fetch(reader, f"{inner} link-type='outer'><attribute name='name'/>{wanted}</link-entity>")["value"]
    assert (len(rows), {row["a.name"] for row in rows}) == (25, {None})
    null = "<filter><condition entityname='a' attribute='accountid' operator='null'/></filter>"
    rows = fetch(reader, f"{inner} link-type='outer'></link-entity>{null}")["value"]
    assert len(rows) == 12


def test_aggregates_come_under_their_aliases(reader: Any) -> None:
    """Count and groups; a date may be grouped by its year here."""
    inner = (
        "<attribute name='leadid' aggregate='count' alias='n'/>"
        "<attribute name='statuscode' groupby='true' alias='status'/>"
        "<attribute name='createdon' groupby='true' dategrouping='year' alias='year'/>"
    )
    body = fetch(reader, inner, "aggregate='true'")
    assert body["value"] == [{"status": 1, "year": 2023, "n": 12}, {"status": 2, "year": 2023, "n": 13}]


def test_groups_may_be_ordered_by_their_aliases(reader: Any) -> None:
    """The largest first."""
    inner = (
        "<attribute name='leadid' aggregate='count' alias='n'/>"
        "<attribute name='firstname' groupby='true' alias='name'/>"
        "<order alias='n' descending='true'/><order alias='name'/>"
    )
    rows = fetch(reader, inner, "aggregate='true'")["value"]
    assert [(row["name"], row["n"]) for row in rows] == [("A0", 7), ("A1", 7), ("A2", 6), (None, 5)]


@pytest.mark.parametrize(
    ("xml", "code"),
    [
        ("<fetch", "0x80041111"),
        ("<fetch><entity name='account'/></fetch>", "0x80041111"),
        ("<fetch><entity name='lead'><attribute name='Name'/></entity></fetch>", "0x80041103"),
        ("<fetch top='5' count='5'><entity name='lead'/></fetch>", "0x80041111"),
        ("<fetch><entity name='lead'><link-entity name='nope' from='a' to='b'/></entity></fetch>", "0x80041102"),
    ],
)
def test_wrong_fetches_are_refused(reader: Any, xml: str, code: str) -> None:
    """No XML, another table, unknown names."""
    assert reader.refused("leads", f"fetchXml={quote(xml)}")[:2] == (400, code)


def test_a_view_is_run_by_its_id(fresh: Any) -> None:
    """`?savedQuery=<guid>`: its FetchXML, of that table only."""
    view = "00000000-0000-0000-0000-0000000000bb"
    xml = "<fetch><entity name='lead'><attribute name='lastname'/><filter><condition attribute='statuscode'"
    text = f"{xml} operator='eq' value='1'/></filter></entity></fetch>"
    fresh.org.load("savedquery", ["savedqueryid", "name", "returnedtypecode", "fetchxml"], [[view, "v", "lead", text]])
    assert len(fresh.body("leads", f"savedQuery={view}")["value"]) == 12
    assert fresh.refused("contacts", f"savedQuery={view}")[:2] == (404, "0x80040217")
    assert fresh.refused("leads", f"userQuery={view}")[:2] == (404, "0x80040217")
