"""Tasks in the CRM: made once per alert, and taken back when somebody has followed up.

A task carries its alert's key. Whatever an earlier process left as SENDING is looked up by it before anything is made.
A request whose answer was lost may still be carried out after that look; so a task that was tried twice is looked up
once more later, and a second one is taken back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from connector.alerts import owed, plain
from connector.alerts.assignee import assignee
from connector.alerts.digest import Entry
from connector.alerts.raising import TASK
from connector.alerts.round import LONGEST, Round
from connector.alerts.wording import TASK_WORDS
from connector.ports import FoundTask, Result, Task
from connector.store.ledger import Delivery, Raised, Step, Told

SETTLED_IN: Final = timedelta(minutes=10)
"""After that long no request of ours is still under way in the CRM."""
PAGE: Final = 200
_KEPT: Final = "could not be taken back"
Ready = tuple[Delivery, Raised]


class Tasks(msgspec.Struct, frozen=True):
    """What became of tasks in one pass."""

    made: int = 0
    failed: int = 0
    nobodys: tuple[str, ...] = ()
    """Why, for each task that nobody can take."""
    taken_back: int = 0
    left: int = 0


def make(round: Round) -> Tasks:
    """Makes the tasks that are still to be made."""
    made, failed = settle(round), 0
    wanted: list[tuple[Ready, Task]] = []
    nobodys: list[str] = []
    for delivery, raised in round.ready(TASK, round.ledger.deliveries.waiting(TASK)):
        step, task = _task(round, raised)
        if task is None:
            if step.state is Told.FAILED:
                nobodys.append(step.note)
                if delivery.state is Told.SENDING:  # its request may still be carried out: it is looked up again
                    continue
            round.commit(TASK, [step])
        else:
            wanted.append(((delivery, raised), task))
    for at in range(0, len(wanted), PAGE):
        done, refused = _send(round, wanted[at : at + PAGE])
        made, failed = made + done, failed + refused
    return Tasks(made=made, failed=failed, nobodys=tuple(nobodys))


def settle(round: Round) -> int:
    """Looks up what an earlier process was about to make; how many are there. The others are still to be made."""
    uncertain = [one for one in round.ledger.deliveries.waiting(TASK) if one.state is Told.SENDING]
    keys = {raised.key: raised.number for raised in round.ledger.alerts.each([one.alert for one in uncertain])}
    there = {keys[task.key]: task.id for task in round.adapter.tasks(sorted(keys))} if keys else {}
    again = {one.alert: round.now + SETTLED_IN for one in uncertain if one.tries > 1}
    steps = [Step(alert=one, state=Told.SENT, message=id, again=again.get(one)) for one, id in there.items()]
    round.commit(TASK, steps)
    return len(there)


def take_back(round: Round) -> Tasks:
    """Takes back the tasks of promises that no longer wait for anybody, unless somebody has touched them.

    Does nothing while everybody is still to be judged: then nothing is known of any promise.
    """
    standing = round.ledger.deliveries.standing(TASK)
    if not standing or round.office.mirror.dirty.everybody() is not None:
        return Tasks()
    raised = {one.number: one for one in round.ledger.alerts.each([one.alert for one in standing])}
    replaced = owed.replaced(raised.values())
    refused = {
        one.alert for one in standing if one.note.startswith(_KEPT) and one.again is not None and one.again > round.now
    }
    over = (owed.no_longer_owed(round.office.mirror, list(raised.values())) | replaced) - refused
    doubtful = {one.alert: one.message for one in standing if one.again is not None and one.again <= round.now}
    keys = {raised[number].key: number for number in sorted(over | doubtful.keys())}
    found: dict[int, list[FoundTask]] = {number: [] for number in keys.values()}
    for task in round.adapter.tasks(list(keys)) if keys else ():
        found[keys[task.key]].append(task)
    steps, wanted = _decide(found, over)
    surplus = [task for number in doubtful.keys() - over for task in _surplus(found[number], doubtful[number])]
    failed = _taken(round, [*wanted, *surplus], keys)
    gone = {keys[task.key] for task in wanted} - failed.keys()
    steps += [
        Step(alert=number, state=Told.SENT, note=f"{_KEPT}: {why}", again=round.now + LONGEST)
        for number, why in sorted(failed.items())
        if why
    ]
    steps += [Step(alert=number, state=Told.TAKEN_BACK, note=_why(number, replaced)) for number in sorted(gone)]
    notes = {one.alert: one.note for one in standing}
    steps += [
        Step(alert=number, state=Told.SENT, note=notes[number])
        for number in sorted(doubtful.keys() - over - failed.keys())
    ]
    round.commit(TASK, steps)
    states = [step.state for step in steps]
    refusals = sum(1 for why in failed.values() if why)
    return Tasks(taken_back=states.count(Told.TAKEN_BACK), left=states.count(Told.LEFT), failed=refusals)


def _taken(round: Round, tasks: Sequence[FoundTask], keys: Mapping[str, int]) -> dict[int, str]:
    """Takes tasks back; the numbers of those that the CRM did not confirm, each with why (empty: it did not answer)."""
    if not tasks:
        return {}
    outcomes = round.adapter.take_back_tasks(tasks, round.journal)
    return {
        keys[outcome.key]: f"{outcome.code}: {outcome.text}" if outcome.result is Result.FAILED else ""
        for outcome in outcomes
        if outcome.result is not Result.WRITTEN
    }


def _task(round: Round, raised: Raised) -> tuple[Step, Task | None]:
    """The task, or what the delivery comes to instead."""
    about, evidence = round.about(raised)
    if evidence is None:
        return Step(alert=raised.number, state=Told.MOOT, note="the person is no longer in the CRM"), None
    if about.is_open is False:
        return Step(alert=raised.number, state=Told.MOOT, note="followed up before a task was made"), None
    config = round.config.task
    whose = assignee(
        raised.alert.level, evidence, round.office.mirror.users, config.fallback, of_account=about.is_for_account
    )
    if whose.user is None:  # without a pause: looking again costs no request, and a corrected fallback gets it at once
        return Step(alert=raised.number, state=Told.FAILED, note=f"nobody to give it to: {whose.why}"), None
    entry, zone = Entry(raised, about), round.office.zone
    due = raised.alert.due_at
    return Step(alert=raised.number, state=Told.SENDING), Task(
        key=raised.key,
        about=evidence.person.ref,
        owner_id=whose.user.id,
        subject=f"{TASK_WORDS[raised.alert.level]}: {plain.who(entry)}",
        text="\n".join(plain.told(entry, round.now, zone)),
        due=due if due is not None and due > round.now else round.now,
        type=config.type,
    )


def _send(round: Round, wanted: Sequence[tuple[Ready, Task]]) -> tuple[int, int]:
    """Makes some tasks; how many were made and how many refused. Those without an answer stay SENDING."""
    before = {raised.key: delivery for (delivery, raised), _ in wanted}
    users = round.office.mirror.users
    names = {task.key: user.name if (user := users.one(task.owner_id)) else task.owner_id for _, task in wanted}
    round.commit(
        TASK,
        [Step(alert=one.alert, state=Told.SENDING, recipient=names[key]) for key, one in before.items()],
    )
    steps: list[Step] = []
    for outcome in round.adapter.add_tasks([task for _, task in wanted], round.journal):
        delivery = before[outcome.key]
        if outcome.result is Result.WRITTEN:
            again = round.now + SETTLED_IN if delivery.state is Told.SENDING else None
            steps.append(Step(alert=delivery.alert, state=Told.SENT, message=outcome.id, again=again))
        elif outcome.result is Result.FAILED:
            said = ": ".join(part for part in (outcome.code, outcome.text) if part)
            steps.append(round.failed(delivery, said))
    round.commit(TASK, steps)
    made = sum(step.state is Told.SENT for step in steps)
    return made, len(steps) - made


def _why(number: int, replaced: set[int]) -> str:
    return "the promise was broken since, and another task says so" if number in replaced else "followed up"


def _decide(found: Mapping[int, list[FoundTask]], over: set[int]) -> tuple[list[Step], list[FoundTask]]:
    """What happens to the tasks of promises that are over, and which tasks are to be taken back."""
    steps: list[Step] = []
    wanted: list[FoundTask] = []
    for number in sorted(over & found.keys()):
        tasks = found[number]
        if not tasks:
            steps.append(Step(alert=number, state=Told.TAKEN_BACK, note="it was no longer in the CRM"))
        elif any(task.touched or not task.is_open for task in tasks):
            steps.append(Step(alert=number, state=Told.LEFT, note="somebody has touched it"))
        else:
            wanted += tasks
    return steps, wanted


def _surplus(tasks: Sequence[FoundTask], kept: str) -> list[FoundTask]:
    """A second task for the same alert that nobody has touched."""
    if len(tasks) < 2:
        return []
    return [task for task in tasks if task.id != kept and task.is_open and not task.touched]
