"""Tests of connector.store.mirror.happenings."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.ports import Table
from connector.store.mirror import Mirror, entries, happenings, packing
from tests.store.mirror.given import AT, call, change, contact, everybody, judge, lead, load, opened


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    """Two leads and a contact; the first lead has a call from the first load."""
    mirror = opened(tmp_path)
    load(mirror, Table.LEAD, lead("00Q1"), lead("00Q2"), lead("00Q3", is_converted=1, converted_contact="0031"))
    load(mirror, Table.CONTACT, contact("0031"))
    load(mirror, Table.TASK, call("t1", lead_id="00Q1"))
    judge(mirror)
    return mirror


def ids(mirror: Mirror, who: str) -> list[str]:
    """The ids of a person's activities."""
    return [one.id for one in everybody(mirror)[who].activities]


def test_a_new_activity_marks_its_person(mirror: Mirror) -> None:
    """A new call is in its lead's list, in order of time, and marks that lead only."""
    assert change(mirror, Table.TASK, call("t0", lead_id="00Q1", at=AT - 5)) == 1
    assert ids(mirror, "00Q1") == ["t0", "t1"]
    assert judge(mirror) == ["00Q1"]


def test_an_activity_that_comes_again_is_no_news(mirror: Mirror) -> None:
    """What the overlap brings again changes nothing and marks nobody."""
    assert change(mirror, Table.TASK, call("t1", lead_id="00Q1")) == 0
    assert judge(mirror) == []


def test_a_changed_activity_takes_the_place_of_the_old(mirror: Mirror) -> None:
    """A call that got an outcome stands once, with it."""
    change(mirror, Table.TASK, call("t1", lead_id="00Q1", outcome="connected"))
    assert [one.outcome for one in everybody(mirror)["00Q1"].activities] == ["connected"]
    assert judge(mirror) == ["00Q1"]


def test_an_activity_given_to_somebody_else_leaves_the_first(mirror: Mirror) -> None:
    """A task moved to another lead names only the new one; the old one loses it, and both are judged again."""
    change(mirror, Table.TASK, call("t1", lead_id="00Q2"))
    assert (ids(mirror, "00Q1"), ids(mirror, "00Q2")) == ([], ["t1"])
    assert judge(mirror) == ["00Q1", "00Q2"]
    change(mirror, Table.TASK, call("t1", contact_id="0031"))
    assert (ids(mirror, "00Q2"), ids(mirror, "0031")) == ([], ["t1"])


def test_a_deleted_activity_leaves_whoever_has_it(mirror: Mirror) -> None:
    """A deleted row may name nobody any more, and have no time."""
    change(mirror, Table.TASK, gone=[call("t1", at=None)])
    assert ids(mirror, "00Q1") == []
    assert judge(mirror) == ["00Q1"]


def test_ids_with_the_same_hash_are_told_apart(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where two ids share a hash, only the one that was meant moves or goes."""
    for module in (entries, happenings, packing):
        monkeypatch.setattr(module, "digest", lambda _: 7)
    monkeypatch.setattr(entries, "crc32", lambda _: 7)
    change(mirror, Table.TASK, call("t2", lead_id="00Q1"), call("t3", lead_id="00Q2"), call("t4", lead_id="nobody"))
    change(mirror, Table.TASK, call("t2", lead_id="00Q2"), gone=[call("t3")])
    assert (ids(mirror, "00Q1"), ids(mirror, "00Q2")) == (["t1"], ["t2"])
    change(mirror, Table.LEAD, lead("nobody"))
    assert ids(mirror, "nobody") == ["t4"]


def test_what_comes_before_its_person_waits(mirror: Mirror) -> None:
    """An activity and a status change of a lead that is not here yet are the lead's when it comes."""
    change(mirror, Table.TASK, call("t9", lead_id="00Q9"), call("t8", lead_id="00Q9"))
    change(mirror, Table.TASK, call("t8", lead_id="00Q9", outcome="connected"), gone=[call("t9", lead_id="00Q9")])
    change(mirror, Table.LEAD_HISTORY, ("h1", "00Q9", AT, None, None, "Inquiry"))
    change(mirror, Table.LEAD_HISTORY, ("h1", "00Q9", AT, None, None, "Inquiry"))
    change(mirror, Table.LEAD, lead("00Q9"))
    assert [one.outcome for one in everybody(mirror)["00Q9"].activities] == ["connected"]
    assert len(everybody(mirror)["00Q9"].changes) == 1


def test_what_waits_may_find_another_person(mirror: Mirror) -> None:
    """A task of somebody who never came, given to a lead who is here, waits for nobody any more."""
    change(mirror, Table.TASK, call("t9", lead_id="00Q9"))
    change(mirror, Table.TASK, call("t9", lead_id="00Q2"))
    change(mirror, Table.LEAD, lead("00Q9"))
    assert (ids(mirror, "00Q9"), ids(mirror, "00Q2")) == ([], ["t9"])


def test_a_first_load_keeps_what_has_no_person_yet(mirror: Mirror) -> None:
    """The same holds for what a first load brings: a lead made while tasks were read gets them later."""
    load(mirror, Table.MAIL, (*call("m1", lead_id="00Q9"), None), (*call("m2", lead_id="00Q1"), None))
    change(mirror, Table.LEAD, lead("00Q9"))
    assert (ids(mirror, "00Q9"), ids(mirror, "00Q1")) == (["m1"], ["m2", "t1"])


def test_what_happens_to_a_converted_lead_marks_its_contact(mirror: Mirror) -> None:
    """A contact's evidence holds what happened to the lead it came from."""
    change(mirror, Table.TASK, call("t5", lead_id="00Q3"))
    assert judge(mirror) == ["00Q3", "0031"]
    conversion = everybody(mirror)["0031"].conversion
    assert conversion is not None
    assert [one.id for one in conversion.activities] == ["t5"]


def test_a_changed_campaign_marks_its_members(mirror: Mirror) -> None:
    """Members, and contacts whose lead was one, are judged again when the campaign ends, and see it."""
    members = [("m1", "701A", "00Q1", None, 1, AT, AT), ("m2", "701B", "00Q2", None, 0, AT, None)]
    load(mirror, Table.CAMPAIGN, ("701A", "Spring", "Web", 1), ("701B", "Fair", "Event", 1))
    load(mirror, Table.CAMPAIGN_MEMBER, *members)
    change(mirror, Table.CAMPAIGN_MEMBER, ("m3", "701A", "00Q3", None, 0, AT, None))
    judge(mirror)
    change(mirror, Table.CAMPAIGN, ("701A", "Spring", "Web", 0))
    assert judge(mirror) == ["00Q1", "00Q3", "0031"]
    assert [(one.campaign, one.active) for one in everybody(mirror)["00Q1"].memberships] == [("Spring", False)]
