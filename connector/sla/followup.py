"""Which work counts as follow-up: one-to-one, by the owner or by the team.

List and automation mail never counts, nor does what the person did alone: a mail of theirs, a call that nobody took, a
message on our machine. Whoever took their call has spoken with them (`Activity.is_conversation`). Our own tasks are no
activities at all (the adapters leave them out).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter, itemgetter
from typing import Final

from connector.case import Case
from connector.model import Activity, Person
from connector.policy.promises import Terms
from connector.sla.then import Owners, users_then

NEVER: Final = datetime.max.replace(tzinfo=UTC)
"""Later than everything."""
EARLY: Final = timedelta(minutes=5)
"""How long before a request the automatic answer to it may stand: both are written by machines, in either order."""
NOTHING: Final = timedelta()
_TO_MANY: Final = frozenset({"webinar"})
"""Topics of meetings that are held for many at once: the person attended, and nobody worked them."""
_NOBODY_REACHED: Final = frozenset({"voicemail", "no_answer", "wrong_number"})
_words: Final = attrgetter("kind", "direction", "outcome", "about")


Among = Callable[[Activity], bool]
"""Whether an activity is to be looked at."""


def counts_as(activity: Activity) -> str | None:
    """As what an activity may keep a promise (the words of `counts` in the policy); None: it never does."""
    return _counts_as(_words(activity))


@lru_cache(maxsize=10_000)
def _counts_as(words: tuple[str, str, str, str]) -> str | None:
    kind, direction, outcome, about = words
    activity = Activity(NEVER, kind, direction, outcome, "", None, about)
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
    """The work done for one person. Nothing is looked at before it is asked for, and nothing twice."""

    def __init__(self, person: Person, case: Case) -> None:
        self._owners = Owners(person, case)
        self._case = case
        self._work: list[tuple[datetime, str, Activity]] | None = None

    def first(
        self,
        terms: Terms,
        teams: frozenset[str],
        start: datetime,
        request: Activity | None = None,
        among: Among | None = None,
    ) -> datetime:
        """When the first work from `start` on was done that keeps the promise; NEVER if none was.

        `teams`: whose work counts besides the owner's, if the terms name none. `request` itself counts only if it was
        a conversation, and an automatic answer also shortly before it (`EARLY`). `among`: of this work only.
        """
        teams = terms.teams or teams
        if self._work is None:
            activities = self._case.activities
            counted = zip(map(_counts_as, map(_words, activities)), activities, strict=True)
            self._work = [(one.at, what, one) for what, one in counted if what is not None]
        early = EARLY if request is not None else NOTHING
        for number in range(bisect_left(self._work, start - early, key=itemgetter(0)), len(self._work)):
            at, what, one = self._work[number]
            if at < start and what != "auto_reply":
                continue
            if what not in terms.counts or not self._may(one, terms.by, teams):
                continue
            if among is not None and not among(one):
                continue
            if request is None or one.id != request.id or one.is_conversation:
                return at
        return NEVER

    def is_by(self, activity: Activity, terms: Terms, teams: frozenset[str]) -> bool:
        """Whether somebody did it whose work the terms count; `teams` besides the owner, if they name none."""
        return self._may(activity, terms.by, terms.teams or teams)

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
