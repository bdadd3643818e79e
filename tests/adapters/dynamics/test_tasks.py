"""Tasks of our own: one per key however often it is made, found by the key, cancelled and never completed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.adapters.dynamics.batches import Batches
from connector.adapters.dynamics.tasks import CATEGORY, Tasks, id_of
from connector.errors import CrmFailed
from connector.model import CONTACT, LEAD, Ref
from connector.ports import FoundTask, Result, Task, TaskOutcome
from tests.adapters.dynamics.batchserver import Asked, BatchServer, Reply, error

US = "00000000-0000-0000-0000-0000000000aa"
REP = "00000000-0000-0000-0000-0000000000bb"
RELATIONS = {
    "value": [
        {"ReferencedEntity": name, "ReferencingAttribute": on, "ReferencingEntityNavigationPropertyName": nav}
        for name, on, nav in (
            ("lead", "regardingobjectid", "regardingobjectid_lead_task"),
            ("contact", "regardingobjectid", "regardingobjectid_contact_task"),
            ("systemuser", "createdby", "createdby"),
        )
    ]
}
STATES = {
    "OptionSet": {
        "Options": [
            {"Value": value, "InvariantName": name, "DefaultStatus": default}
            for value, name, default in ((0, "Open", 2), (1, "Completed", 5), (2, "Canceled", 6))
        ]
    }
}


class Crm:
    """Tasks as the CRM keeps them."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.server = BatchServer(self.answer)
        self.server.got = {
            "/EntityDefinitions(LogicalName='task')/ManyToOneRelationships": RELATIONS,
            "/EntityDefinitions(LogicalName='task')/Attributes": STATES,
            "/tasks": None,
        }
        self.server.get = self.get  # type: ignore[method-assign]
        sets, tables = {LEAD: "leads", CONTACT: "contacts"}, {LEAD: "lead", CONTACT: "contact"}
        self.tasks = Tasks(self.server, Batches(self.server), sets, tables)

    def get(self, path: str) -> Any:
        if "/tasks?" in path:
            return {"value": [row for id, row in self.rows.items() if id in path]}
        return BatchServer.get(self.server, path)

    def answer(self, asked: Asked) -> Reply:
        id = asked.path.partition("(")[2].rstrip(")")
        if asked.headers.get("If-None-Match") == "*":
            if id in self.rows:
                return error(412, "0x80040237", "A record with matching key values already exists.")
            made = {"activityid": id, "statecode": 0, "statuscode": 2, "_modifiedby_value": US, "@odata.etag": 'W/"1"'}
            self.rows[id] = {**made, **asked.body}
            return 204, {}, None
        if asked.headers["If-Match"] != self.rows[id]["@odata.etag"]:
            return error(412, "0x80060882")
        self.rows[id] |= asked.body
        return 204, {}, None

    def add(self, *keys: str, about: str = LEAD) -> list[TaskOutcome]:
        due = datetime(2026, 1, 2, 17, tzinfo=UTC)
        text = "line one\nline two"
        given = {"owner_id": REP, "subject": "[SLA]  first\ncontact", "text": text, "due": due}
        ref = Ref("acme", about, "00000000-0000-0000-0000-000000000001")
        tasks = [Task(key=key, about=ref, **given) for key in keys]  # type: ignore[arg-type]
        return list(self.tasks.add(tasks, lambda: None))


def test_a_task_as_it_is_sent() -> None:
    """The body of the recorded exchange: category and key, bound to the person by the metadata's name."""
    crm = Crm()
    (outcome,) = crm.add("1:mql:7:breach")
    assert (outcome.result, outcome.id) == (Result.WRITTEN, id_of("1:mql:7:breach"))
    (asked,) = crm.server.asked
    assert (asked.method, asked.headers["If-None-Match"]) == ("PATCH", "*")
    assert asked.body == {
        "subject": "[SLA] first contact",
        "description": "line one\nline two",
        "category": CATEGORY,
        "subcategory": "1:mql:7:breach",
        "prioritycode": 2,
        "scheduledend": "2026-01-02T17:00:00Z",
        "regardingobjectid_lead_task@odata.bind": "/leads(00000000-0000-0000-0000-000000000001)",
        "ownerid@odata.bind": f"/systemusers({REP})",
    }
    crm.add("other", about=CONTACT)
    assert "regardingobjectid_contact_task@odata.bind" in crm.server.asked[-1].body


@pytest.mark.trap("D21")
def test_made_twice_is_made_once() -> None:
    """A process that died after making it makes it again: it is there already, and that is as good as made."""
    crm = Crm()
    crm.add("k")
    again = Crm()
    again.rows = crm.rows
    (outcome,) = again.add("k")
    assert outcome == TaskOutcome("k", Result.WRITTEN, id_of("k"))
    assert len(crm.rows) == 1


def test_found_by_key_and_touched_by_others() -> None:
    """Whoever else changed or completed it has taken it up; our own making and cancelling is no touch."""
    crm = Crm()
    crm.add("mine", "theirs", "done", "cancelled")
    crm.rows[id_of("theirs")]["_modifiedby_value"] = REP
    crm.rows[id_of("done")]["statecode"] = 1
    crm.rows[id_of("cancelled")]["statecode"] = 2
    found = {task.key: (task.is_open, task.touched) for task in crm.tasks.find(US, ["mine", "theirs", "done", "never"])}
    assert found == {"mine": (True, False), "theirs": (True, True), "done": (False, True)}
    (cancelled,) = crm.tasks.find(US, ["cancelled"])
    assert (cancelled.is_open, cancelled.touched) == (False, False)


def test_taken_back_by_cancelling() -> None:
    """State and status reason of a cancelled task come from the metadata; what is closed or gone is left alone."""
    crm = Crm()
    crm.add("open", "done")
    crm.rows[id_of("done")] |= {"statecode": 1, "statuscode": 5}
    tasks = [FoundTask(key, id_of(key), is_open=True, touched=False) for key in ("open", "done", "gone")]
    outcomes = {outcome.key: outcome.result for outcome in crm.tasks.take_back(tasks, lambda: None, US)}
    assert outcomes == dict.fromkeys(("open", "done", "gone"), Result.WRITTEN)
    assert (crm.rows[id_of("open")]["statecode"], crm.rows[id_of("open")]["statuscode"]) == (2, 6)
    assert crm.rows[id_of("done")]["statecode"] == 1
    assert len(crm.server.asked) == 3


def test_what_a_rep_wrote_into_since_is_left() -> None:
    """Between being found and being taken back somebody wrote into it: it is theirs now."""
    crm = Crm()
    crm.add("k")
    (found,) = crm.tasks.find(US, ["k"])
    crm.rows[id_of("k")] |= {"_modifiedby_value": REP, "@odata.etag": 'W/"2"'}
    (outcome,) = crm.tasks.take_back([found], lambda: None, US)
    assert outcome.result is Result.WRITTEN
    assert crm.rows[id_of("k")]["statecode"] == 0


def test_taken_up_while_it_is_taken_back() -> None:
    """Somebody who changes the task in this very moment keeps it."""
    crm = Crm()
    crm.add("k")
    real = crm.server.answer

    def answer(asked: Asked) -> Reply:
        crm.rows[id_of("k")]["@odata.etag"] = 'W/"2"'
        return real(asked)

    crm.server.answer = answer
    (outcome,) = crm.tasks.take_back([FoundTask("k", id_of("k"), is_open=True, touched=False)], lambda: None, US)
    assert outcome.result is Result.CONFLICT
    assert crm.rows[id_of("k")]["statecode"] == 0


def test_many_keys_are_asked_for_in_short_addresses() -> None:
    """However many keys, no URL grows beyond what the CRM takes, and each task is answered once."""
    crm = Crm()
    keys = [f"{number}:mql:7:warn" for number in range(120)]
    crm.add(*keys)
    assert sorted(len(request) for request in crm.server.requests) == [20, 50, 50]  # they go side by side
    assert sorted(task.key for task in crm.tasks.find(US, keys)) == sorted(keys)
    assert list(crm.tasks.find(US, [])) == []


def test_an_org_where_tasks_are_about_nobody() -> None:
    """Without the relationship it stops in words, before anything is sent."""
    crm = Crm()
    crm.server.got["/EntityDefinitions(LogicalName='task')/ManyToOneRelationships"] = {"value": []}
    with pytest.raises(CrmFailed, match="about a lead"):
        crm.add("k")
    assert not crm.rows
