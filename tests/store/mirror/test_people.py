"""Tests of connector.store.mirror.people."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.ports import Table
from connector.store.mirror import Mirror
from tests.store.mirror.given import AT, call, change, contact, everybody, judge, lead, load, opened, ref


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    """Two leads and a contact, judged."""
    mirror = opened(tmp_path)
    load(mirror, Table.LEAD, lead("00Q1", email="A@x.org"), lead("00Q2", email="b@x.org"))
    load(mirror, Table.CONTACT, contact("0031", email="a@X.org"))
    load(mirror, Table.TASK)
    judge(mirror)
    return mirror


def test_moved_stamps_are_no_news(mirror: Mirror) -> None:
    """A record of which only the stamps moved marks nobody; the stamps are kept."""
    stamps = {"version": "2", "modified_at": AT + 5, "modified_by": "u"}
    assert change(mirror, Table.LEAD, lead("00Q1", email="A@x.org", **stamps)) == 0
    assert judge(mirror) == []
    assert everybody(mirror)["00Q1"].person.version == "2"


def test_a_changed_value_marks_the_person(mirror: Mirror) -> None:
    """A lead whose title changed is judged again, and nobody else."""
    assert change(mirror, Table.LEAD, lead("00Q2", email="b@x.org", title="VP")) == 1
    assert judge(mirror) == ["00Q2"]
    assert everybody(mirror)["00Q2"].person.title == "VP"


def test_a_changed_status_marks_twins_too(mirror: Mirror) -> None:
    """Who has the same e-mail on the other object, whatever its case, is judged again."""
    change(mirror, Table.CONTACT, contact("0031", email="a@X.org", status="SQL"))
    assert judge(mirror) == ["00Q1", "0031"]
    assert [twin.status for twin in everybody(mirror)["00Q1"].twins] == ["SQL"]


def test_a_twin_that_comes_or_goes_is_news(mirror: Mirror) -> None:
    """A new contact with a lead's e-mail, and one that is deleted, mark the lead."""
    change(mirror, Table.CONTACT, contact("0032", email="B@x.org"))
    assert judge(mirror) == ["00Q2", "0032"]
    change(mirror, Table.CONTACT, gone=[contact("0032")])
    assert judge(mirror) == ["00Q2"]


def test_an_empty_text_is_no_value(mirror: Mirror) -> None:
    """The empty text and no value are the same, in a first load and in changes."""
    assert change(mirror, Table.LEAD, lead("00Q2", email="b@x.org", title="")) == 0
    change(mirror, Table.LEAD, lead("00Q3", status=""))
    assert everybody(mirror)["00Q3"].person.status is None
    load(mirror, Table.CONTACT, contact("0031", email="", status=""))
    assert everybody(mirror)["0031"].person.email is None


def test_our_own_writes_once_noted_are_no_news(mirror: Mirror) -> None:
    """What the CRM confirmed as written by us is judged once more; when sync reads it, nobody is marked."""
    assert mirror.wrote([(ref("00Q1"), {"status": "Raw", "wake_up_date": "2026-05-01", "cycle": "2"})]) == 1
    assert judge(mirror) == ["00Q1", "0031"]
    person = everybody(mirror)["00Q1"].person
    assert (person.status, str(person.wake_up_date), person.cycle) == ("Raw", "2026-05-01", 2)
    written = {"status": "Raw", "wake_up_date": "2026-05-01", "cycle": 2, "version": "2", "modified_by": "us"}
    assert change(mirror, Table.LEAD, lead("00Q1", email="A@x.org", **written)) == 0
    assert judge(mirror) == []


@pytest.mark.parametrize(
    ("field", "text", "stored"),
    [
        ("status_entered_at", "2025-06-15T15:06:40Z", AT),
        ("status_since_is_estimate", "true", 1),
        ("score", "12.5", 12.5),
        ("disposition", "Busy", "Busy"),
        ("status", None, None),
    ],
)
def test_every_kind_of_value_is_noted_as_sync_would_read_it(
    mirror: Mirror, field: str, text: str | None, stored: object
) -> None:
    """A written value of any kind equals what the adapter brings for it."""
    mirror.wrote([(ref("00Q2"), {field: text})])
    judge(mirror)
    assert change(mirror, Table.LEAD, lead("00Q2", **{"email": "b@x.org", field: stored})) == 0


def test_a_row_that_comes_twice_counts_once(mirror: Mirror) -> None:
    """Of two versions of a record in one batch the last one stays."""
    rows = [lead("00Q9", title="old"), lead("00Q9", title="new")]
    change(mirror, Table.LEAD, *rows)
    assert everybody(mirror)["00Q9"].person.title == "new"
    assert mirror.counts.people()["lead"] == 3


def test_a_merge_gives_what_happened_to_the_winner(mirror: Mirror) -> None:
    """The loser is gone; its activities are the winner's, whether or not the CRM tells of each; it is marked."""
    change(mirror, Table.TASK, call("t1", lead_id="00Q1"), call("t2", lead_id="00Q2"))
    judge(mirror)
    change(mirror, Table.LEAD, gone=[lead("00Q1")], merged=[("00Q1", "00Q2")])
    assert "00Q2" in judge(mirror)
    people = everybody(mirror)
    assert set(people) == {"00Q2", "0031"}
    assert [one.id for one in people["00Q2"].activities] == ["t1", "t2"]


def test_merges_in_a_row_end_at_the_last_winner(mirror: Mirror) -> None:
    """A into B and B into C, told together: what happened to A is C's."""
    change(mirror, Table.LEAD, lead("00Q3"))
    change(mirror, Table.TASK, call("t1", lead_id="00Q1"), call("t2", lead_id="00Q2"))
    merged = [("00Q1", "00Q2"), ("00Q2", "00Q3")]
    change(mirror, Table.LEAD, gone=[lead("00Q1"), lead("00Q2")], merged=merged)
    assert [one.id for one in everybody(mirror)["00Q3"].activities] == ["t1", "t2"]


def test_a_deleted_person_leaves_nothing_standing(mirror: Mirror) -> None:
    """Marks and verdicts of a deleted person go with them."""
    change(mirror, Table.LEAD, lead("00Q1", title="x"))
    change(mirror, Table.LEAD, gone=[lead("00Q1")])
    assert "00Q1" not in judge(mirror)
    assert set(everybody(mirror)) == {"00Q2", "0031"}


def test_a_restored_person_has_their_past(mirror: Mirror) -> None:
    """Deleted and restored, a person has the history and the activities they had."""
    change(mirror, Table.LEAD_HISTORY, ("h1", "00Q1", AT, "u", "Raw", "Inquiry"))
    change(mirror, Table.TASK, call("t1", lead_id="00Q1"))
    before = everybody(mirror)["00Q1"]
    change(mirror, Table.LEAD, gone=[lead("00Q1")])
    change(mirror, Table.LEAD, lead("00Q1", email="A@x.org"))
    after = everybody(mirror)["00Q1"]
    assert (after.changes, after.activities) == (before.changes, before.activities)
    assert len(after.changes) == len(after.activities) == 1
    assert after.person.person_id == before.person.person_id
