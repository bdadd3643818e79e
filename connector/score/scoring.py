"""A policy's score, compiled: the score of a person on any day, in parts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from connector.model import Activity, Membership, Part, Person, Score
from connector.policy import Policy
from connector.score.behaviour import Behaviour, Event
from connector.score.fit import Fit, Ideal
from connector.score.happened import Topics, answers
from connector.score.requests import Requests

Deeds = tuple[list[Event], list[Activity]]
"""What earns points, and direct requests."""


class Scoring:
    """How one policy scores. Immutable but for what it remembers.

    Attributes:
        ideal: `ideal.is_met(person)`, whether somebody is an ideal client by who they are
        requests: `requests.of(activities, memberships, now)`, the direct requests
    """

    def __init__(self, policy: Policy) -> None:
        self._file = policy.file.score
        self._bar, self._least = self._file.bar, self._file.least_behaviour
        self._fit = Fit(self._file.fit)
        self._topics = Topics(self._file.topics)
        self.ideal = Ideal(self._file.ideal, self._file.ideal_least)
        self.requests = Requests(self._file)
        self._behaviour = Behaviour(self._file.behaviour, self.requests.is_one)
        self._last: tuple[Sequence[Activity], Sequence[Membership], datetime, Deeds] | None = None

    def deeds(self, activities: Sequence[Activity], memberships: Sequence[Membership], now: datetime) -> Deeds:
        """What people did that earns points, and their direct requests, oldest first.

        `activities` up to `now`, oldest first. An answer to a campaign is known by the campaign's id. What was answered
        last is remembered, because several passes ask for the same person; it is not to be changed.
        """
        last = self._last
        if last is not None and last[0] is activities and last[1] is memberships and last[2] == now:
            return last[3]
        everything = activities
        if memberships:
            everything = sorted((*activities, *answers(memberships, self._topics, now)), key=_when)
        found = self._behaviour.events(everything)
        self._last = (activities, memberships, now, found)
        return found

    def fit(self, person: Person) -> tuple[int, tuple[Part, ...]]:
        """Points for who the person is, and their parts."""
        return self._fit.of(person)

    def score(self, person: Person, events: Sequence[Event], day: datetime) -> Score:
        """The score on the day of that time (UTC)."""
        fit, parts = self._fit.of(person)
        if not events:
            return Score(fit, fit, 0, parts)
        behaviour, more = self.behaviour(events, day)
        return Score(fit + behaviour, fit, behaviour, (*parts, *more))

    def behaviour(self, events: Sequence[Event], day: datetime) -> tuple[int, tuple[Part, ...]]:
        """Points for what was done, on that day."""
        return self._behaviour.of(events, day.toordinal())

    def qualifies(self, fit: int, behaviour: int) -> bool:
        """Whether so many points reach the bar, enough of them for what the person did."""
        return fit + behaviour >= self._bar and behaviour >= self._least


@lru_cache(maxsize=16)
def scoring(policy: Policy) -> Scoring:
    """The policy's score, compiled once."""
    return Scoring(policy)


def reaches(policy: Policy, score: Score | None) -> bool:
    """Whether a score reaches the bar of the policy it was made by."""
    if score is None:
        return False
    if policy.file.score.source == "field":
        return score.total >= policy.file.score.bar
    return scoring(policy).qualifies(score.fit, score.behaviour)


def _when(activity: Activity) -> tuple[datetime, str]:
    return activity.at, activity.id
