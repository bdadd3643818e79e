"""Packed lists as records of the model, decoded by msgspec without a step in between."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec.msgpack import Decoder

from connector.model import Activity, StatusChange
from connector.store.mirror.entries import MailEntry, MemberEntry

_changes = Decoder(tuple[StatusChange, ...]).decode
_activities = Decoder(tuple[Activity, ...]).decode
_mails = Decoder(tuple[MailEntry, ...]).decode
_members = Decoder(tuple[MemberEntry, ...]).decode

OTHER: Final = "other"
"""What an activity is of which nothing more can be told."""


def status_changes(packed: bytes | None) -> tuple[StatusChange, ...]:
    """A packed list of status changes."""
    return _changes(packed) if packed else ()


def member_entries(packed: bytes) -> tuple[MemberEntry, ...]:
    """A packed list of memberships."""
    return _members(packed)


def activities(tasks: bytes | None, events: bytes | None = None, mails: bytes | None = None) -> tuple[Activity, ...]:
    """Packed lists of activities as one, oldest first; a mail and the task that the CRM keeps for it are one."""
    found = [_activities(one) for one in (tasks, events) if one]
    if mails:
        found.append(_one_each(_mails(mails), found[0] if tasks else ()))
        if tasks:
            kept = {one.id for one in found[-1]}
            found[0] = tuple(one for one in found[0] if one.id not in kept)
    if len(found) < 2:
        return found[0] if found else ()
    return tuple(sorted((one for part in found for one in part), key=_when))


def _one_each(mails: Sequence[MailEntry], tasks: Sequence[Activity]) -> tuple[Activity, ...]:
    """The mails as activities. One with a task goes by the task's id, and takes the place of the task.

    It says more: when the mail really was sent, and by whom. But a topic that only the task tells stays, and so does
    the whole task where the mail tells nothing of this person, who was merely copied.
    """
    of = {one.id: one for one in tasks}
    found: dict[str, Activity] = {}
    for one in mails:
        task = of.get(one.task_id) if one.task_id else None
        kept = found.get(one.task_id or one.id)
        if kept is not None and kept.kind != OTHER:
            continue
        if task is not None and one.kind == OTHER:
            found[task.id] = task
        else:
            about = one.about or (task.about if task is not None else "")
            id = one.task_id or one.id
            found[id] = Activity(one.at, one.kind, one.direction, one.outcome, id, one.by, about, one.delay)
    return tuple(sorted(found.values(), key=_when))


def _when(activity: Activity) -> tuple[datetime, str]:
    return activity.at, activity.id
