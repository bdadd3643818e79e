"""Tasks of ours in the org: found by a mark in their subject, made, and deleted.

The mark stands at the end of the subject: `[connector-alert 3fa9c1d2e4b70a55]`, the first 16 hex digits of the SHA-256
of the alert's key. It needs no field of its own, people see where the task comes from, and the mapping tells by it that
the task is nobody's activity. CreatedById makes the search selective: every user field is indexed.

Salesforce runs no assignment rules for tasks, and notifies nobody of a task made by API unless it is asked to.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from connector.adapters.salesforce import soql
from connector.adapters.salesforce.collections import SIZE
from connector.adapters.salesforce.session import Guard, Session
from connector.adapters.salesforce.visible import Visible
from connector.errors import Unanswered
from connector.ports import FoundTask, Result, Task, TaskOutcome

MARK: Final = "[connector-alert "
"""How a task of ours is known; `[tables.task.ours]` of the mapping names it too."""
NOT_OURS: Final = f"(Subject = null OR (NOT Subject LIKE '%{MARK}%'))"
"""The condition for everybody else's tasks."""
OBJECT: Final = "Task"
_SUBJECT: Final = 255
_DESCRIPTION: Final = 32_000
"""Characters of Subject and Description at most [wire Task]."""
_KEYS: Final = 100
"""Keys looked for in one query: each is some 80 bytes of a URL."""
_AT_ONCE: Final = timedelta(minutes=1)
"""What the org's own automations do to a new task they do within the same transaction."""
_GONE: Final = ("ENTITY_IS_DELETED", "NOT_FOUND")


def mark(key: str) -> str:
    """What a subject ends with."""
    return f"{MARK}{hashlib.sha256(key.encode()).hexdigest()[:16]}]"


def find(session: Session, user_id: str, keys: Sequence[str]) -> Iterator[FoundTask]:
    """Live tasks made by `user_id` that carry one of these keys."""
    names = ("Id", "Subject", "IsClosed", "CreatedById", "CreatedDate", "LastModifiedById", "LastModifiedDate")
    mine = f"CreatedById = {soql.value(soql.record_id(user_id))}"
    for at in range(0, len(keys), _KEYS):
        by_mark = {mark(key): key for key in keys[at : at + _KEYS]}
        any_of = " OR ".join(f"Subject LIKE {soql.value('%' + text)}" for text in by_mark)
        page = session.query(soql.select(names, OBJECT, mine, f"({any_of})"))
        while True:
            for row in page["records"]:
                yield FoundTask(
                    by_mark[row["Subject"][-len(mark("")) :]], row["Id"], not row["IsClosed"], _touched(row)
                )
            if page["done"]:
                break
            page = session.get(page["nextRecordsUrl"])


def add(
    session: Session, visible: Visible, zone: ZoneInfo, tasks: Sequence[Task], guard: Guard
) -> Iterator[TaskOutcome]:
    """Makes them, 200 per request. `zone`: the org's; a due date there is a day without a time."""
    for at in range(0, len(tasks), SIZE):
        piece = tasks[at : at + SIZE]
        body = {"allOrNone": False, "records": [_record(task, zone, visible) for task in piece]}
        keys = [task.key for task in piece]
        yield from _sent(session, keys, guard, "POST", f"{session.data}/composite/sobjects", json=body)


def take_back(session: Session, tasks: Sequence[FoundTask], guard: Guard) -> Iterator[TaskOutcome]:
    """Deletes them, 200 per request; one that is already gone counts as done."""
    for at in range(0, len(tasks), SIZE):
        piece = tasks[at : at + SIZE]
        ids = ",".join(soql.record_id(task.id) for task in piece)
        path = f"{session.data}/composite/sobjects?ids={ids}&allOrNone=false"
        told = _sent(session, [task.key for task in piece], guard, "DELETE", path)
        yield from (_gone(task, outcome) for task, outcome in zip(piece, told, strict=True))


def _touched(row: Mapping[str, Any]) -> bool:
    """Closed, changed by another user, or changed later than the org itself would have: somebody has taken it up."""
    if row["IsClosed"] or row["LastModifiedById"] != row["CreatedById"]:
        return True
    return datetime.fromisoformat(row["LastModifiedDate"]) - datetime.fromisoformat(row["CreatedDate"]) > _AT_ONCE


def _record(task: Task, zone: ZoneInfo, visible: Visible) -> dict[str, Any]:
    ending = f" {mark(task.key)}"
    subject = " ".join(task.subject.split())
    record = {
        "attributes": {"type": OBJECT},
        "WhoId": task.about.id,
        "OwnerId": task.owner_id,
        "Subject": subject[: _SUBJECT - len(ending)] + ending,
        "Description": task.text[:_DESCRIPTION],
        "ActivityDate": f"{task.due.astimezone(zone):%Y-%m-%d}",
    }
    if task.type and visible.fields(OBJECT).get("Type", {}).get("createable"):
        record["Type"] = task.type
    return record


def _sent(
    session: Session, keys: Sequence[str], guard: Guard, method: str, path: str, **request: Any
) -> list[TaskOutcome]:
    """One outcome per key, in their order: the answers stand in the order of the request [wire §2.8]."""
    try:
        answers = session.ask(method, path, guard=guard, **request)
    except Unanswered as error:
        return [TaskOutcome(key, Result.UNKNOWN, "", "", error.what) for key in keys]
    fits = isinstance(answers, list) and len(answers) == len(keys)
    if not fits or not all(isinstance(answer, dict) for answer in answers):
        return [TaskOutcome(key, Result.UNKNOWN, "", "", "the answer does not fit the request") for key in keys]
    return [_outcome(key, answer) for key, answer in zip(keys, answers, strict=True)]


def _outcome(key: str, answer: Mapping[str, Any]) -> TaskOutcome:
    if answer.get("success") is True:
        return TaskOutcome(key, Result.WRITTEN, str(answer.get("id") or ""))
    first = (answer.get("errors") or [{}])[0]
    code = str(first.get("statusCode") or first.get("errorCode") or "")
    fields = ", ".join(first.get("fields") or ())
    text = str(first.get("message") or "the CRM gave no reason")
    return TaskOutcome(key, Result.FAILED, "", code, f"{text} [{fields}]" if fields else text)


def _gone(task: FoundTask, outcome: TaskOutcome) -> TaskOutcome:
    return TaskOutcome(task.key, Result.WRITTEN, task.id) if outcome.code in _GONE else outcome
