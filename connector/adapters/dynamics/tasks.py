"""Tasks of ours in the org: made under an id that follows from the alert's key, found by it, cancelled.

`category` says that a task is ours and `subcategory` holds the key, for people and for whoever reads activities. What
makes it one task is its id, uuid5 of the key: `PATCH` with `If-None-Match: *` makes it, and is refused if it is there
already, so that a process that died after making it makes no second one [wire §6.2].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

import msgspec

from connector.adapters.dynamics.batches import Batches, Guard, Sender, told
from connector.adapters.dynamics.errors import GONE
from connector.adapters.dynamics.multipart import Answer, Operation
from connector.errors import CrmFailed, Unanswered
from connector.ports import FoundTask, Result, Task, TaskOutcome

CATEGORY: Final = "connector-sla"
"""How a task of ours is known; whoever reads activities leaves these out."""
SIZE: Final = 50
"""Tasks per request."""
_IDS: Final = 50
"""Ids asked for in one URL."""
_HIGH: Final = 2
"""Priority of a task: 0 low, 1 normal, 2 high [wire §6.2]."""
_SUBJECT: Final = 200
_DESCRIPTION: Final = 2_000
_KEY: Final = 250
"""Characters of subject, description and subcategory at most [wire §6.2]."""
_THERE: Final = ("0x80040237", "0x80060892")
_JSON: Final = {
    "Content-Type": "application/json; charset=utf-8",
    "OData-Version": "4.0",
    "OData-MaxVersion": "4.0",
}


class Reader(Sender, Protocol):
    """What finding needs of a session besides sending."""

    def get(self, path: str) -> Any:
        """The decoded JSON of a GET."""


class _Made(NamedTuple):
    key: str
    id: str
    operation: Operation


class Tasks:
    """Tasks of one org. `sets`: our name of an object → its name in addresses; `tables`: → its logical name."""

    def __init__(self, session: Reader, batches: Batches, sets: Mapping[str, str], tables: Mapping[str, str]) -> None:
        self._session = session
        self._batches = batches
        self._sets = sets
        self._tables = tables
        self._about: dict[str, str] = {}
        self._cancelled: tuple[int, int] | None = None

    def find(self, user_id: str, keys: Sequence[str]) -> Iterator[FoundTask]:
        """Those of these keys that are there. `user_id`: our own; whoever else changed one has touched it."""
        by_id = {id_of(key): key for key in keys}
        for id, row in self._rows(list(by_id)).items():
            touched = row["_modifiedby_value"] != user_id or row["statecode"] == 1
            yield FoundTask(by_id[id], id, row["statecode"] == 0, touched)

    def add(self, tasks: Sequence[Task], guard: Guard) -> Iterator[TaskOutcome]:
        """Makes them; one that is there already counts as made."""
        made = [_Made(task.key, id_of(task.key), self._made(task)) for task in tasks]
        for one, answer in self._batches.run(_pieces(made), guard):
            if not isinstance(answer, Unanswered) and not answer.is_success and told(answer)[0] in _THERE:
                yield TaskOutcome(one.key, Result.WRITTEN, one.id)
            else:
                yield _outcome(one, answer)

    def take_back(self, tasks: Sequence[FoundTask], guard: Guard, user_id: str) -> Iterator[TaskOutcome]:
        """Cancels them as they are now; what is gone, cancelled or completed meanwhile is left and counts as done.

        So is what somebody else than `user_id`, ourselves, has written into since it was found.
        """
        rows = self._rows([task.id for task in tasks])
        cancelling: list[_Made] = []
        for task in tasks:
            row = rows.get(task.id)
            if row is None or row["statecode"] != 0 or row["_modifiedby_value"] != user_id:
                yield TaskOutcome(task.key, Result.WRITTEN, task.id)
            else:
                cancelling.append(_Made(task.key, task.id, self._cancel(task.id, row["@odata.etag"])))
        for one, answer in self._batches.run(_pieces(cancelling), guard):
            gone = not isinstance(answer, Unanswered) and not answer.is_success and told(answer)[0] in GONE
            yield TaskOutcome(one.key, Result.WRITTEN, one.id) if gone else _outcome(one, answer)

    def _rows(self, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        select = "activityid,statecode,statuscode,_modifiedby_value"
        for at in range(0, len(ids), _IDS):
            any_of = " or ".join(f"activityid eq {id}" for id in ids[at : at + _IDS])
            page = self._session.get(f"{self._session.data}/tasks?$select={select}&$filter={quote(any_of)}")
            found |= {row["activityid"]: row for row in page["value"]}
        return found

    def _made(self, task: Task) -> Operation:
        about = f"/{self._sets[task.about.object]}({task.about.id})"
        body: dict[str, Any] = {
            "subject": " ".join(task.subject.split())[:_SUBJECT],
            "description": task.text[:_DESCRIPTION],
            "category": CATEGORY,
            "subcategory": task.key[:_KEY],
            "prioritycode": _HIGH,
            "scheduledend": f"{task.due:%Y-%m-%dT%H:%M:%SZ}",
            f"{self._navigation(task.about.object)}@odata.bind": about,
            "ownerid@odata.bind": f"/systemusers({task.owner_id})",
        }
        headers = {**_JSON, "If-None-Match": "*"}
        return Operation("PATCH", f"{self._session.data}/tasks({id_of(task.key)})", headers, msgspec.json.encode(body))

    def _cancel(self, id: str, version: str) -> Operation:
        state, reason = self._cancelling()
        body = msgspec.json.encode({"statecode": state, "statuscode": reason})
        return Operation("PATCH", f"{self._session.data}/tasks({id})", {**_JSON, "If-Match": version}, body)

    def _navigation(self, object: str) -> str:
        """The name under which a task is bound to that object: case matters, so the metadata is asked [wire §2.9]."""
        if not self._about:
            select = "$select=ReferencedEntity,ReferencingAttribute,ReferencingEntityNavigationPropertyName"
            path = f"{self._session.data}/EntityDefinitions(LogicalName='task')/ManyToOneRelationships?{select}"
            self._about = {
                row["ReferencedEntity"]: row["ReferencingEntityNavigationPropertyName"]
                for row in self._session.get(path)["value"]
                if row["ReferencingAttribute"] == "regardingobjectid"
            }
        table = self._tables[object]
        if table not in self._about:
            raise CrmFailed(f"a task cannot be about a {table} in this org", where="task", next="run: connector check")
        return self._about[table]

    def _cancelling(self) -> tuple[int, int]:
        """The state that means cancelled, and its default status reason."""
        if self._cancelled is None:
            cast = "Microsoft.Dynamics.CRM.StateAttributeMetadata"
            place = f"EntityDefinitions(LogicalName='task')/Attributes(LogicalName='statecode')/{cast}"
            found = self._session.get(f"{self._session.data}/{place}?$select=LogicalName&$expand=OptionSet")
            states = {one["InvariantName"]: one for one in found["OptionSet"]["Options"]}
            if "Canceled" not in states:
                raise CrmFailed("a task cannot be cancelled in this org", where="task", next="run: connector check")
            self._cancelled = states["Canceled"]["Value"], states["Canceled"]["DefaultStatus"]
        return self._cancelled


def id_of(key: str) -> str:
    """The id of the task of an alert."""
    return str(uuid5(NAMESPACE_URL, f"connector:alert:{key}"))


def _pieces(made: Sequence[_Made]) -> Iterator[Sequence[_Made]]:
    return (made[at : at + SIZE] for at in range(0, len(made), SIZE))


def _outcome(one: _Made, answer: Answer | Unanswered) -> TaskOutcome:
    if isinstance(answer, Unanswered):
        return TaskOutcome(one.key, Result.UNKNOWN, "", "", answer.what)
    if answer.is_success:
        return TaskOutcome(one.key, Result.WRITTEN, one.id)
    code, text = told(answer)
    if answer.status == 412:
        return TaskOutcome(one.key, Result.CONFLICT, one.id, code, text)
    return TaskOutcome(one.key, Result.FAILED, "", code, text)
