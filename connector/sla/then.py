"""Who somebody was when something was done: whose person, and in which team. Today's answer says nothing of the past.

No CRM says it reliably, so what counts is what syncs saw change (`connector.model.Observation`): from the sync that saw
the one until the change that led to the other is known to have been made, either may have been so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from connector.case import Case
from connector.model import LEAD, Observation, Person, User

USER: Final = "user"
"""Under this name, as object and as field, it is kept that a user was described otherwise (see `described`)."""


class Owners:
    """Whose person it was. Of a contact that was a lead: the lead's owner until the conversion."""

    def __init__(self, person: Person, case: Case) -> None:
        self._now = person.owner_id
        self._conversion = case.conversion if person.ref.object != LEAD else None
        self._seen = [one for one in case.owners if one.ref == person.ref] if case.owners else []
        self._seen_of_lead = [one for one in case.owners if one.ref != person.ref] if case.owners else []

    def may_be(self, user: str, at: datetime) -> bool:
        """Whether the person was, or may have been, this user's at that time."""
        if self._conversion is not None and at <= self._conversion.at:
            return user in possible(self._conversion.owner_id, self._seen_of_lead, at)
        return user in possible(self._now, self._seen, at) if self._seen else user == self._now


def possible(now: str | None, seen: Sequence[Observation], at: datetime) -> set[str | None]:
    """What a value may have been at a time, given what it is now and the changes seen, oldest first.

    It changed between `since` and `seen_at`; nobody knows when, so both answers are given for that time, the seconds
    at both ends included: the CRM tells times in whole seconds. A change without a known sync before it counts from
    when it was seen.
    """
    if not seen:
        return {now}
    found = {now} if at >= _from(seen[-1]) else set()
    if at <= seen[0].seen_at:
        found.add(seen[0].before)
    for number, one in enumerate(seen):
        ends = seen[number + 1].seen_at if number + 1 < len(seen) else None
        if at >= _from(one) and (ends is None or at <= ends):
            found.add(one.after)
    return found


def _from(one: Observation) -> datetime:
    return one.since or one.seen_at


def described(user: User) -> str:
    """What of a user says which team they are in, as text. Name and address are left out: today's are asked."""
    return msgspec.json.encode((user.kind, user.department, user.title, user.role)).decode()


def nameless(text: str) -> str:
    """The same of what was kept with name and address before them, as it once was."""
    return msgspec.json.encode(msgspec.json.decode(text)[-4:]).decode()


def users_then(
    id: str, users: Mapping[str, User], seen: Mapping[str, Sequence[Observation]], at: datetime
) -> Iterator[User]:
    """Who the user of that id may have been at a time; nobody if the org has none. `seen`: changes by user."""
    now = users.get(id)
    changes = seen.get(id)
    if not changes:
        if now is not None:
            yield now
        return
    for text in sorted(filter(None, possible(described(now) if now is not None else None, changes, at))):
        kind, department, title, role = msgspec.json.decode(nameless(text))
        name, email = (now.name, now.email) if now is not None else ("", None)
        yield User(id, name, email, True, kind, department, title, role)
