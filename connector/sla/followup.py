"""Which work counts as follow-up: one-to-one, by the owner or by the team.

List and automation mail never counts, nor does what the person did alone; our own tasks are no activities at all (the
adapters leave them out).
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

from connector.case import Case
from connector.model import Activity, Person
from connector.policy.promises import Terms
from connector.sla.then import Owners, users_then

NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""Later than everything."""
_TO_MANY: Final = frozenset({"webinar"})
"""Topics of meetings that are held for many at once: the person attended, and nobody worked them."""
_NOBODY_REACHED: Final = frozenset({"voicemail", "no_answer", "wrong_number"})


def counts_as(activity: Activity) -> str | None:
    """As what an activity may keep a promise (the words of `counts` in the policy); None: it never does."""
    if activity.is_conversation:
        return None if activity.kind == "meeting" and activity.about in _TO_MANY else "conversation"
    if activity.kind == "task":
        return "task" if activity.outcome == "done" else None
    if activity.direction != "out":
        return None
    if activity.kind == "call":
        return "attempt" if activity.outcome in _NOBODY_REACHED else "call"
    return activity.kind if activity.kind in ("mail", "auto_reply") else None


class FollowUps:
    """The work done for one person. Nothing is looked at before it is asked for."""

    def __init__(self, person: Person, case: Case) -> None:
        self._owners = Owners(person, case)
        self._case = case

    def first(self, terms: Terms, teams: frozenset[str], start: datetime, request: Activity | None = None) -> datetime:
        """When the first work from `start` on was done that keeps the promise; NEVER if none was.

        `teams`: whose work counts besides the owner's, if the terms name none. `request` itself counts only if it was
        a conversation.
        """
        teams = terms.teams or teams
        activities = self._case.activities
        for at in range(bisect_left(activities, start, key=_when), len(activities)):
            one = activities[at]
            if counts_as(one) not in terms.counts or not self._may(one, terms.by, teams):
                continue
            if request is None or one.id != request.id or one.is_conversation:
                return one.at
        return NEVER

    def _may(self, activity: Activity, by: str, teams: frozenset[str]) -> bool:
        """Whether it was done by somebody whose work counted when it was done."""
        if by == "anyone":
            return True
        if activity.by is None:
            return False
        if self._owners.may_be(activity.by, activity.at):
            return True
        return by == "team" and self._was_in(teams, activity.by, activity.at)

    def _was_in(self, teams: frozenset[str], user: str, at: datetime) -> bool:
        known, org = self._case.policy.teams, self._case.org
        return any(teams & known.of(one) for one in users_then(user, org.users, org.users_seen, at))


_when = attrgetter("at")
