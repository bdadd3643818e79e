"""Who is due, and whom a record stands for, told by reading alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from connector.model import Judgement, Promise, PromiseState
from connector.ports import Table
from connector.store.mirror import Mirror
from tests.store.mirror.given import NOW, change, contact, judge, lead, load, opened, ref, row


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    """Three leads and a contact."""
    mirror = opened(tmp_path)
    load(mirror, Table.LEAD, *(lead(f"00Q{number}") for number in range(1, 4)))
    load(mirror, Table.CONTACT, contact("0031"))
    return mirror


def due(mirror: Mirror, later: timedelta = timedelta()) -> list[str]:
    """Who is due, as who only reads is told."""
    found = [one.person.ref.id for page in mirror.people.due(NOW + later) for one in page]
    assert mirror.people.anyone_due(NOW + later) == bool(found)
    return found


def test_everybody_is_due_before_the_first_judging(mirror: Mirror) -> None:
    """While everybody is marked, everybody is due; once judged, nobody is."""
    assert due(mirror) == ["00Q1", "00Q2", "00Q3", "0031"]
    judge(mirror)
    assert due(mirror) == []


def test_due_are_the_marked_and_those_whose_time_has_come(mirror: Mirror) -> None:
    """A change marks one, time another; looking marks nobody and changes nothing."""
    judge(mirror)
    change(mirror, Table.LEAD, lead("00Q2", title="VP"))
    judge(mirror, Judgement(until=NOW + timedelta(hours=1)))
    change(mirror, Table.LEAD, lead("00Q3", title="VP"))
    for _ in range(2):
        assert due(mirror) == ["00Q3"]
        assert due(mirror, timedelta(hours=1)) == ["00Q2", "00Q3"]
    assert mirror.dirty.count() == 1


def test_a_record_stands_for_itself(mirror: Mirror) -> None:
    """Whoever was neither converted nor merged is who they are; nobody stands for a record that was never there."""
    standing = mirror.people.standing_for(ref("00Q1"))
    assert standing is not None
    assert standing.person.ref == ref("00Q1")
    assert mirror.people.standing_for(ref("00Q9")) is None


def test_the_contact_stands_for_a_converted_lead(mirror: Mirror) -> None:
    """As long as the contact is there; else the lead itself."""
    converted = {"is_converted": 1, "converted_contact": "0031"}
    change(mirror, Table.LEAD, lead("00Q1", **converted), lead("00Q2", is_converted=1, converted_contact="0039"))
    standing = [mirror.people.standing_for(ref(id)) for id in ("00Q1", "00Q2")]
    assert [one.person.ref.id if one else None for one in standing] == ["0031", "00Q2"]


def test_the_winner_stands_for_a_merged_record(mirror: Mirror) -> None:
    """Through a chain of merges, and on to the contact."""
    change(mirror, Table.LEAD, gone=[lead("00Q1")], merged=[("00Q1", "00Q2")])
    change(mirror, Table.LEAD, gone=[lead("00Q2")], merged=[("00Q2", "00Q3")])
    standing = mirror.people.standing_for(ref("00Q2"))
    assert standing is not None
    assert standing.person.ref.id == "00Q3"


def test_promises_of_some(mirror: Mirror) -> None:
    """Promises can be asked for by person."""
    promise = Promise(name="mql", of="7", state=PromiseState.RUNNING, since=NOW)
    judge(mirror, Judgement(promises=(promise,)))
    found = mirror.verdicts.promises([ref("00Q2"), ref("0031", "contact")])
    assert {(who.id, one) for who, one in found} == {("00Q2", promise), ("0031", promise)}
    assert list(mirror.verdicts.promises([])) == []
    assert len(list(mirror.verdicts.promises())) == 4


def test_users_and_those_who_work_off_a_queue(mirror: Mirror) -> None:
    """Users are found by id, e-mail or name; who has left, and queues, are given no work."""
    load(
        mirror,
        Table.USER,
        row(Table.USER, id="u1", name="Ann Lee", email="Ann@acme.example", kind="user", manager_id="u2"),
        row(Table.USER, id="u2", name="Bob", kind="user", active=0),
        row(Table.USER, id="q1", name="Leads", kind="queue"),
    )
    load(mirror, Table.QUEUE_MEMBER, *(row(Table.QUEUE_MEMBER, queue_id="q1", user_id=id) for id in ("u1", "u2", "u9")))
    one = mirror.users.one("u1")
    assert one is not None
    assert (one.name, one.manager_id) == ("Ann Lee", "u2")
    assert mirror.users.one("u9") is None
    for word in ("u1", "ann@ACME.example", "ann lee"):
        assert mirror.users.called(word) == [one]
    assert mirror.users.called("Bob") == mirror.users.called("Leads") == []
    assert mirror.users.workers("q1") == [one]
