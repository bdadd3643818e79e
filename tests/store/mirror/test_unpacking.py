"""Tests of connector.store.mirror.unpacking: a mail that the CRM keeps twice is one activity."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from pathlib import Path

import pytest

from connector.ports import Row, Table
from connector.store.mirror import Mirror
from tests.store.mirror.given import AT, change, contact, everybody, lead, load, opened, row

MINUTE = 60


def task(**columns: object) -> Row:
    """The task of a mail, closed a minute after it was sent."""
    told = {"id": "00T1", "lead_id": "00Q1", "at": AT + MINUTE, "kind": "mail", "direction": "", "outcome": "done"}
    return row(Table.TASK, **{**told, "by": "u1", "about": "", **columns})


def mail(**columns: object) -> Row:
    """The mail itself."""
    told = {"id": "0MR1", "lead_id": "00Q1", "at": AT, "kind": "mail", "direction": "out", "outcome": "done"}
    return row(Table.MAIL, **{**told, "by": "u2", "about": "", "task_id": "00T1", **columns})


@pytest.fixture
def mirror(tmp_path: Path) -> Mirror:
    """A lead of whom nothing is known yet, and a contact that was a lead."""
    mirror = opened(tmp_path)
    load(mirror, Table.LEAD, lead("00Q1"), lead("00Q2", is_converted=1, converted_contact="0031"))
    load(mirror, Table.CONTACT, contact("0031"))
    return mirror


def told(mirror: Mirror) -> list[tuple[str, str, int, str | None, str]]:
    """Id, direction, time, by whom and about what, of each activity of the lead."""
    found = everybody(mirror)["00Q1"].activities
    return [(one.id, one.direction, int(one.at.timestamp()), one.by, one.about) for one in found]


def test_a_mail_and_its_task_are_one_activity(mirror: Mirror) -> None:
    """Told as the mail tells it, by the task's id; what only the task tells, its topic, stays."""
    load(mirror, Table.TASK, task(about="quote"), task(id="00T2", at=AT - 5))
    load(mirror, Table.MAIL, mail(), mail(id="0MR2", task_id=None, at=AT + 5))
    assert told(mirror) == [
        ("00T2", "", AT - 5, "u1", ""),
        ("00T1", "out", AT, "u2", "quote"),
        ("0MR2", "out", AT + 5, "u2", ""),
    ]


def test_changes_and_full_reads_agree(tmp_path: Path) -> None:
    """Whichever comes first, and whether it comes at once or bit by bit."""
    seen = []
    for number, order in enumerate([*permutations((Table.TASK, Table.MAIL))] * 2):
        (tmp_path / str(number)).mkdir()
        mirror = opened(tmp_path / str(number))
        load(mirror, Table.LEAD, lead("00Q1"))
        for table in order:
            (load if number < 2 else change)(mirror, table, task() if table is Table.TASK else mail())
        seen.append(told(mirror))
    assert seen == [[("00T1", "out", AT, "u2", "")]] * 4


def test_either_may_be_deleted(mirror: Mirror) -> None:
    """Without the task the mail remains, without the mail the task; without both nothing."""
    load(mirror, Table.TASK, task())
    load(mirror, Table.MAIL, mail())
    change(mirror, Table.TASK, gone=[task()])
    assert told(mirror) == [("00T1", "out", AT, "u2", "")]
    change(mirror, Table.TASK, task())
    change(mirror, Table.MAIL, gone=[mail()])
    assert told(mirror) == [("00T1", "", AT + MINUTE, "u1", "")]
    change(mirror, Table.TASK, gone=[task()])
    assert told(mirror) == []


def test_two_roles_in_one_mail_are_one_activity(mirror: Mirror) -> None:
    """Who sent a mail and is among those copied wrote it once; so it says who wrote, whatever comes first."""
    for roles in permutations((("mail", "in"), ("other", ""))):
        rows = [mail(id=f"0MR{n}", kind=kind, direction=way) for n, (kind, way) in enumerate(roles)]
        load(mirror, Table.MAIL, *rows)
        assert [one[1] for one in told(mirror)] == ["in"]


def test_what_the_task_tells_stays_where_the_mail_tells_nothing(mirror: Mirror) -> None:
    """A form that arrives as a mail in which the person was copied is still a form."""
    load(mirror, Table.TASK, task(kind="form", direction="in", about="demo"))
    load(mirror, Table.MAIL, mail(kind="other", direction=""))
    (one,) = everybody(mirror)["00Q1"].activities
    assert (one.kind, one.about, one.id) == ("form", "demo", "00T1")


def test_it_is_one_after_a_conversion_too(mirror: Mirror) -> None:
    """The task goes over to the contact while the mail stays with the lead: both go by one id."""
    load(mirror, Table.TASK, task(lead_id=None, contact_id="0031"))
    load(mirror, Table.MAIL, mail(lead_id="00Q2"))
    one = everybody(mirror)["0031"]
    assert one.conversion is not None
    assert [a.id for a in one.activities] == [a.id for a in one.conversion.activities] == ["00T1"]
    assert one.conversion.activities[0].at == datetime.fromtimestamp(AT, UTC)
