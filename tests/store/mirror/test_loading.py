"""Tests of connector.store.mirror.loading and packing: full reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.ports import Batch, Mark, Table
from connector.store.mirror import loading
from tests.store.mirror.given import AT, call, change, contact, everybody, judge, lead, load, opened


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transactions of two rows, so that a few rows take several."""
    monkeypatch.setattr(loading, "CHUNK", 2)


def test_a_first_load_that_was_killed_starts_again(tmp_path: Path) -> None:
    """What a killed load left is cleared: nobody is there twice, and nobody who has gone meanwhile."""
    with opened(tmp_path) as mirror:
        mirror.put(Batch(Table.LEAD, [lead(f"00Q{n}") for n in range(5)]), first=True)
    with opened(tmp_path) as mirror:
        load(mirror, Table.LEAD, *(lead(f"00Q{n}") for n in range(1, 5)))
        mirror.put(Batch(Table.TASK, [call("t1", lead_id="00Q1")]), first=True)
    with opened(tmp_path) as mirror:
        load(mirror, Table.TASK, call("t1", lead_id="00Q1"), call("t2", lead_id="00Q1"))
        assert sorted(everybody(mirror)) == ["00Q1", "00Q2", "00Q3", "00Q4"]
        assert [one.id for one in everybody(mirror)["00Q1"].activities] == ["t1", "t2"]


def test_a_killed_pass_of_packing_starts_again(tmp_path: Path) -> None:
    """Lists that a killed load had already packed are made anew."""
    with opened(tmp_path) as mirror:
        load(mirror, Table.LEAD, lead("00Q1"), lead("00Q2"))
        mirror.intake.begin(Table.TASK)
        mirror.put(Batch(Table.TASK, [call("t1", lead_id="00Q1"), call("t9", lead_id="00Q9")]), first=True)
        assert mirror.intake._loading is not None
        mirror.intake._loading[1].finish()
    with opened(tmp_path) as mirror:
        assert not mirror.notes.is_known(Table.TASK)
        load(mirror, Table.TASK, call("t2", lead_id="00Q2"))
        change(mirror, Table.LEAD, lead("00Q9"))
        people = everybody(mirror)
        assert [len(people[id].activities) for id in ("00Q1", "00Q2", "00Q9")] == [0, 1, 0]


def test_one_history_is_loaded_without_the_other(tmp_path: Path) -> None:
    """Leads' and contacts' status history are packed alike, and loading one leaves the other."""
    mirror = opened(tmp_path)
    load(mirror, Table.LEAD, lead("00Q1"))
    load(mirror, Table.CONTACT, contact("0031"))
    load(mirror, Table.LEAD_HISTORY, ("h1", "00Q1", AT, None, "A", "B"))
    load(mirror, Table.CONTACT_HISTORY, ("h2", "0031", AT, None, "C", "D"))
    assert [len(one.changes) for one in everybody(mirror).values()] == [1, 1]
    load(mirror, Table.CONTACT_HISTORY)
    assert [len(one.changes) for one in everybody(mirror).values()] == [1, 0]


def test_rows_that_come_twice_in_a_first_load_count_once(tmp_path: Path) -> None:
    """A row that changed while it was read may come in two versions: the later one stays."""
    mirror = opened(tmp_path)
    load(mirror, Table.LEAD, lead("00Q1", title="old"), lead("00Q2"), lead("00Q1", title="new"))
    old, new = call("t1", lead_id="00Q1", at=AT + 5), call("t1", lead_id="00Q1", outcome="done")
    load(mirror, Table.TASK, old, call("t2", lead_id="00Q2"), new)
    people = everybody(mirror)
    assert sorted(people) == ["00Q1", "00Q2"]
    assert people["00Q1"].person.title == "new"
    assert [one.outcome for one in people["00Q1"].activities] == ["done"]
    assert mirror.counts.people() == {"lead": 2}


def test_a_first_load_marks_everybody(tmp_path: Path) -> None:
    """People are judged after their first load, and again when a table is read for the first time later on."""
    mirror = opened(tmp_path)
    load(mirror, Table.LEAD, lead("00Q1"), lead("00Q2"))
    assert mirror.dirty.everybody() == "first load of lead"
    assert judge(mirror) == ["00Q1", "00Q2"]
    assert judge(mirror) == []
    load(mirror, Table.MAIL, (*call("m1", lead_id="00Q1"), None))
    assert judge(mirror) == ["00Q1", "00Q2"]


def test_reading_again_marks_only_what_differs(tmp_path: Path) -> None:
    """A second full read writes and marks what differs, and takes out what did not come again."""
    mirror = opened(tmp_path)
    load(mirror, Table.LEAD, *(lead(f"00Q{n}") for n in range(5)))
    load(mirror, Table.TASK, call("t1", lead_id="00Q1"), call("t2", lead_id="00Q2"), call("t3", lead_id="00Q3"))
    judge(mirror)
    load(mirror, Table.LEAD, lead("00Q0"), lead("00Q1", title="VP"), lead("00Q2"), lead("00Q3"))
    assert judge(mirror) == ["00Q1"]
    assert sorted(everybody(mirror)) == ["00Q0", "00Q1", "00Q2", "00Q3"]
    load(mirror, Table.TASK, call("t1", lead_id="00Q1"), call("t2", lead_id="00Q0"))
    assert judge(mirror) == ["00Q0", "00Q2", "00Q3"]
    assert [len(one.activities) for _, one in sorted(everybody(mirror).items())] == [1, 1, 0, 0]


def test_a_second_full_read_that_breaks_off_takes_nothing_out(tmp_path: Path) -> None:
    """Rows are only missed at the end of a whole read."""
    with opened(tmp_path) as mirror:
        load(mirror, Table.LEAD, lead("00Q1"), lead("00Q2"))
        mirror.intake.begin(Table.LEAD)
        mirror.put(Batch(Table.LEAD, [lead("00Q1")]), first=True)
    with opened(tmp_path) as mirror:
        assert sorted(everybody(mirror)) == ["00Q1", "00Q2"]
        assert mirror.notes.mark(Table.LEAD) == Mark("1")


def test_small_tables_are_read_again_too(tmp_path: Path) -> None:
    """Users and roles that do not come again are gone, and mark the people they concerned."""
    mirror = opened(tmp_path)
    load(mirror, Table.USER, ("u1", "Ann", None, 1, "user", None, None, None, None))
    load(mirror, Table.QUEUE_MEMBER, ("q1", "u1"), ("q1", "u2"))
    load(mirror, Table.LEAD, lead("00Q1", owner_id="u1"), lead("00Q2"))
    judge(mirror)
    load(mirror, Table.QUEUE_MEMBER, ("q1", "u2"))
    assert judge(mirror) == []
    assert mirror._connection.rows("SELECT * FROM queue_members") == [("q1", "u2")]
    load(mirror, Table.USER)
    assert judge(mirror) == ["00Q1"]
    assert everybody(mirror)["00Q1"].owner is None


def test_people_may_be_loaded_into_a_mirror_that_is_in_use(tmp_path: Path) -> None:
    """Contacts that a policy comes to need later join leads that have been there for long."""
    mirror = opened(tmp_path)
    load(mirror, Table.LEAD, lead("00Q1", email="a@x.org", is_converted=1, converted_contact="0031"))
    judge(mirror)
    load(mirror, Table.CONTACT, contact("0031", email="b@x.org", created_at=AT + 1), contact("0032", email="a@x.org"))
    people = everybody(mirror)
    assert people["0031"].person.converted_from == "00Q1"
    assert people["0031"].person.person_id == people["00Q1"].person.person_id
    assert [twin.ref.id for twin in people["00Q1"].twins] == ["0032"]
