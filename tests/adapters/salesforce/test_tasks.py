"""Tasks of our own: found by their mark, made without repetition, deleted; whatever the CRM answers."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.adapters.salesforce.tasks import mark
from connector.model import LEAD, Ref
from connector.ports import FoundTask, Result, Table, Task
from connector.sandbox.salesforce.catalogue.types import FieldType
from connector.sandbox.salesforce.dml.results import Options
from tests.adapters.journal import Remembered
from tests.adapters.salesforce.world import SalesforceWorld

KEY = "1:worked:7:breach"
DUE = datetime(2026, 3, 3, 2, 30, tzinfo=UTC)


def task(world: SalesforceWorld, key: str = KEY, **more: Any) -> Task:
    """A task about a new lead."""
    lead = Ref(world.org, LEAD, world.add(Table.LEAD, last_name="Doe", company="A", status="Inquiry"))
    given = {"subject": "Promise broken: Doe, A", "text": "Due yesterday", "due": DUE, **more}
    return Task(key=key, about=lead, owner_id=world.colleague(), **given)


def stored(world: SalesforceWorld, id: str) -> dict[str, Any]:
    """A task as the org has it."""
    cursor = world.crm.storage.reader().execute('SELECT * FROM Task WHERE "Id" = ?', (id,))
    (row,) = cursor.fetchall()
    return dict(zip((column[0] for column in cursor.description), row, strict=True))


def test_what_a_rep_sees(world: SalesforceWorld) -> None:
    """Whom it is about, whose it is, what to do, and that it comes from connector; due on the day it is in the org."""
    world.crm.storage.db.execute("UPDATE Organization SET TimeZoneSidKey = 'America/New_York'")
    one = task(world)
    (made,) = world.adapter().add_tasks([one], Remembered())
    found = stored(world, made.id)
    assert (found["WhoId"], found["OwnerId"], found["Description"]) == (one.about.id, one.owner_id, "Due yesterday")
    assert found["Subject"] == f"Promise broken: Doe, A {mark(KEY)}"
    assert found["ActivityDate"] == "2026-03-02"
    assert (found["Status"], found["IsClosed"]) == ("Not Started", 0)


def test_a_long_subject_keeps_its_mark(world: SalesforceWorld) -> None:
    """Subjects take 255 characters; line breaks become spaces, and the mark is never cut off."""
    adapter = world.adapter()
    (made,) = adapter.add_tasks([task(world, subject="Köln \n" * 99, text="x" * 40_000)], Remembered())
    assert made.result is Result.WRITTEN, made.text
    found = stored(world, made.id)
    assert len(found["Subject"]) == 255
    assert found["Subject"].startswith("Köln Köln")
    assert len(found["Description"]) == 32_000
    assert [one.id for one in adapter.tasks([KEY])] == [made.id]


def test_the_type_is_written_where_there_is_one(world: SalesforceWorld) -> None:
    """An org that shows tasks' types gets the one that was wished for; another one is not asked to."""
    (plain,) = world.adapter().add_tasks([task(world, type="SLA")], Remembered())
    assert plain.result is Result.WRITTEN
    world.crm.add_field("Task", FieldType(name="Type", label="Type", type="string", length=40))
    (typed,) = world.adapter().add_tasks([task(world, "2:k", type="SLA")], Remembered())
    assert stored(world, typed.id)["Type"] == "SLA"


def test_only_our_own_are_found(world: SalesforceWorld) -> None:
    """A task that somebody copied, mark and all, is not ours to delete."""
    one = task(world)
    (made,) = world.adapter().add_tasks([one], Remembered())
    subject = stored(world, made.id)["Subject"]
    rep = Options(user_id=world.colleague(), auto_assign=False, system=True)
    world.crm.insert("Task", [{"WhoId": one.about.id, "Subject": subject}], rep)
    assert [found.id for found in world.adapter().tasks([KEY])] == [made.id]


@pytest.mark.parametrize(
    ("fault", "is_there"),
    [({"drop": 0}, True), ({"drop": 0, "carried_out": False}, False), ({"status": 500, "carried_out": True}, True)],
)
def test_an_unanswered_request_is_unknown_and_is_not_repeated(
    world: SalesforceWorld, fault: dict[str, Any], is_there: bool
) -> None:
    """Carried out or not: unknown, one request; by its key it is found out."""
    one, adapter = task(world), world.adapter()
    adapter.schema()
    watch = world.faults.add(path="composite/sobjects", times=0, latency=0.0)
    world.faults.add(path="composite/sobjects", **fault)
    (made,) = adapter.add_tasks([one], Remembered())
    assert (made.result, made.id) == (Result.UNKNOWN, "")
    assert watch.hits == 1
    assert bool(list(adapter.tasks([KEY]))) is is_there


def test_many_at_once(world: SalesforceWorld) -> None:
    """Requests of 200, queries of 100 keys; each task is found by its own key."""
    one = task(world)
    keys = [f"{number}:worked:7:breach" for number in range(230)]
    tasks = [Task(key=key, about=one.about, owner_id=one.owner_id, subject="s", text="t", due=DUE) for key in keys]
    journal = Remembered()
    made = {each.key: each.id for each in world.adapter().add_tasks(tasks, journal)}
    assert journal.asked == 2
    found = {each.key: each for each in world.adapter().tasks(keys)}
    assert {key: each.id for key, each in found.items()} == made
    journal = Remembered()
    gone = list(world.adapter().take_back_tasks(list(found.values()), journal))
    assert journal.asked == 2
    assert {each.result for each in gone} == {Result.WRITTEN}
    assert list(world.adapter().tasks(keys)) == []


def test_a_task_that_may_not_be_deleted(world: SalesforceWorld) -> None:
    """The CRM's words, for that task alone."""
    adapter = world.adapter()
    list(adapter.add_tasks([task(world)], Remembered()))
    (found,) = adapter.tasks([KEY])
    foreign = FoundTask("x", "00T5g000000ZZZZ", is_open=True, touched=False)
    outcomes = {each.key: each for each in adapter.take_back_tasks([found, foreign], Remembered())}
    assert outcomes[KEY].result is Result.WRITTEN
    assert outcomes["x"].result is Result.FAILED
    assert outcomes["x"].code
