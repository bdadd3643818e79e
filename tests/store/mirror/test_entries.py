"""Tests of connector.store.mirror.entries."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.model import Activity, StatusChange
from connector.ports import Table
from connector.store.mirror.entries import SPLIT, digest, id_of, in_order, join_list, people_of, split_list
from connector.store.mirror.unpacking import activities, member_entries, status_changes

TIMES = st.integers(-(10**9), 10**10)
"""1938 to 2286: people type all sorts of dates."""
TEXTS = st.text(max_size=300)
BLANKS = st.one_of(st.none(), TEXTS)
IDS = st.text(min_size=1, max_size=40)


def when(at: int) -> datetime:
    """Epoch seconds as a time."""
    return datetime.fromtimestamp(at, UTC)


@given(st.lists(st.tuples(IDS, TIMES, TEXTS, TEXTS, TEXTS, BLANKS, TEXTS, st.none() | TIMES), max_size=40))
def test_activities_come_out_as_they_went_in(
    rows: list[tuple[str, int, str, str, str, str | None, str, int | None]],
) -> None:
    """Any activity is packed and read back whole; the list is in the order of time, then of ids, each row once."""
    given_rows = [(id, "00Q1", None, *rest) for id, *rest in rows]
    packed = join_list(entry for _, _, _, entry in SPLIT[Table.TASK](given_rows))
    wanted = {
        Activity(when(at), k, way, out, id, by or None, about, None if made is None else made - at)
        for id, at, k, way, out, by, about, made in rows
    }
    found = activities(packed)
    assert set(found) == wanted
    assert len(found) == len(wanted)
    assert [(one.at, one.id) for one in found] == sorted((one.at, one.id) for one in wanted)
    assert {one.created_at for one in found} == {None if row[-1] is None else when(row[-1]) for row in rows}


@given(st.lists(st.tuples(IDS, TIMES, BLANKS, BLANKS, BLANKS), max_size=20))
def test_status_changes_come_out_as_they_went_in(
    rows: list[tuple[str, int, str | None, str | None, str | None]],
) -> None:
    """Any status change is packed and read back whole; an empty text is no value."""
    given_rows = [(id, "00Q1", at, by, before, after) for id, at, by, before, after in rows]
    packed = join_list(entry for _, _, _, entry in SPLIT[Table.LEAD_HISTORY](given_rows))
    wanted = {(id, StatusChange(when(at), by or None, a or None, b or None)) for id, at, by, a, b in rows}
    assert sorted(map(repr, status_changes(packed))) == sorted(repr(change) for _, change in wanted)


def test_a_membership_comes_out_as_it_went_in() -> None:
    """A membership keeps campaign, response and times."""
    (entry,) = SPLIT[Table.CAMPAIGN_MEMBER]([("00v1", "701A", None, "0031", 1, 1_750_000_000, None)])
    (found,) = member_entries(join_list([entry[3]]))
    assert entry[:3] == (0, "0031", digest("00v1"))
    assert (found.campaign_id, found.responded, found.created_at) == ("701A", True, when(1_750_000_000))
    assert (found.responded_at, found.id) == (None, "00v1")


def test_a_row_of_a_lead_and_a_contact_is_in_both_lists() -> None:
    """A row that names a lead and a contact belongs to both; one that names nobody to none."""
    rows = [("00v1", "701A", "00Q1", "0031", 0, 1, None), ("00v2", "701A", None, None, 0, 1, None)]
    assert [entry[:2] for entry in SPLIT[Table.CAMPAIGN_MEMBER](rows)] == [(1, "00Q1"), (0, "0031")]
    assert people_of(Table.CAMPAIGN_MEMBER, rows[0]) == [(1, "00Q1"), (0, "0031")]
    assert people_of(Table.CONTACT_HISTORY, ("h", "0031", None, None, None, None)) == [(0, "0031")]


def test_the_same_second_is_ordered_by_id() -> None:
    """Changes in one second stand in the order in which the CRM numbered them, not in that of the alphabet."""
    rows = [("h2", "00Q1", 5, None, "A", "Z"), ("h1", "00Q1", 5, None, "Z", "A"), ("h3", "00Q1", 4, None, "-", "Z")]
    entries = [entry for _, _, _, entry in SPLIT[Table.LEAD_HISTORY](rows)]
    assert [id_of(entry) for entry in in_order(entries)] == ["h3", "h1", "h2"]


@pytest.mark.parametrize("count", [0, 1, 15, 16, 300, 65_535, 65_536])
def test_lists_of_any_length_can_be_split_again(count: int) -> None:
    """Short, long and very long lists are told apart as MessagePack wants it."""
    rows = [(f"t{n:06}", "00Q1", None, n, "call", "", "", None, "", n) for n in range(count)]
    entries = [entry for _, _, _, entry in SPLIT[Table.TASK](rows)]
    assert split_list(join_list(entries)) == entries


def test_a_very_long_list_can_be_read() -> None:
    """An address that gets every mail may have more than 65,535 entries."""
    rows = [(f"t{n:06}", "00Q1", None, n, "mail", "in", "", None, "", n, None) for n in range(66_000)]
    assert len(activities(None, None, join_list(entry for _, _, _, entry in SPLIT[Table.MAIL](rows)))) == 66_000


def test_several_lists_are_one_in_order_of_time() -> None:
    """Tasks, meetings and mails are read as one list."""
    lists = [
        join_list(
            entry for _, _, _, entry in SPLIT[table]([(id, "00Q1", None, at, "call", "", "", None, "", at, *rest)])
        )
        for table, id, at, rest in ((Table.TASK, "b", 5, ()), (Table.EVENT, "a", 5, ()), (Table.MAIL, "c", 1, (None,)))
    ]
    assert [one.id for one in activities(*lists)] == ["c", "a", "b"]
