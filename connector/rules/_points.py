"""A person's points: do they reach the bar, since when, are they worth writing, and for how long does that hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from connector.case import Case
from connector.model import Activity, Person, Score
from connector.policy.scoring import Score as Rules
from connector.rules._return import counts_after
from connector.score import Scoring, crossed_at, scoring
from connector.score.behaviour import Event
from connector.score.field import number, read
from connector.timeline.own import UNDO

NIGHTS: Final = (1, 2, 4, 8)
"""How far ahead is looked for the night on which fading points change something."""

_FIELD: Final = "field"


class Points:
    """Points of one person at one time.

    `reaches`: they reach the bar. `after`: only what was done later counts. `requests`: direct ones, later than that.
    """

    __slots__ = ("_case", "_events", "_rules", "after", "is_field", "reaches", "requests", "score", "scoring")

    def __init__(self, person: Person, case: Case) -> None:
        self._case = case
        rules: Rules = case.policy.file.score
        self._rules = rules
        made: Scoring = scoring(case.policy)
        self.scoring = made
        self.after: datetime | None = None
        self._events: Sequence[Event] = ()
        self.requests: Sequence[Activity] = ()
        if case.activities or case.memberships:
            events, requests = made.deeds(case.activities, case.memberships, case.now)
            if (events or requests) and (after := counts_after(person, case)) is not None:
                self.after = after
                events = [one for one in events if one[0] > after]
                requests = [one for one in requests if one.at > after]
            self._events, self.requests = events, requests
        self.is_field = rules.source == _FIELD
        if self.is_field:
            self._events = ()
            self.score = Score(read(person, rules.field))
            self.reaches = self.score.total >= rules.bar
        else:
            score = self.score = made.score(person, self._events, case.now)
            self.reaches = made.qualifies(score.fit, score.behaviour)

    @property
    def told(self) -> str:
        """The points, as reasons say them."""
        score = self.score
        if self.is_field:
            return f"{score.total:g} points of the marketing platform"
        return f"{score.total:g} points (fit {score.fit}, behaviour {score.behaviour})"

    @property
    def latest(self) -> datetime | None:
        """When they last did something that earns points."""
        return self._events[-1][0] if self._events else None

    def crossed(self, not_before: datetime | None = None) -> datetime | None:
        """When points that reach the bar crossed it; None: before `not_before`, or nobody knows."""
        if self.is_field:
            seen = [
                one.seen_at
                for one in self._case.scores
                if number(one.after) >= self._rules.bar > number(one.before) and one.since is not None
            ]
            return seen[-1] if seen and (not_before is None or seen[-1] >= not_before) else None
        return crossed_at(self.scoring, self.score.fit, self._events, not_before, self._case.enriched)

    def below_at(self) -> datetime | None:
        """When we last wrote a score below the bar: it was crossed later than that."""
        for write in reversed(self._case.own):
            if write.field == "score" and not write.undone and write.rule != UNDO:
                return write.at if number(write.after) < self._rules.bar else None
        return None

    def is_worth_writing(self, person: Person) -> bool:
        """Whether the score is to be written: it crossed the bar, or moved far enough, and it is ours to write."""
        if self.is_field or not self._case.org.has(person.ref.object, "score"):
            return False
        return _moved(person.score, self.score.total, self._rules)

    def until(self, person: Person, *, moves: bool) -> datetime | None:
        """The first night on which fading points could change the verdict; None if they never can.

        `moves`: whether reaching the bar moves this person, so that the reason names the points. Points only fade, so
        if two nights agree, every night between them does.
        """
        behaviour, fit = self.score.behaviour, self.score.fit
        if not behaviour:
            return None
        case = self._case
        writes = case.org.has(person.ref.object, "score")
        if not self.reaches and not (
            writes and (_moved(person.score, fit, self._rules) or _moved(person.score, fit + behaviour, self._rules))
        ):
            return None
        now = self._outcome(person, fit, behaviour, writes=writes, moves=moves)
        if self._outcome(person, fit, 0, writes=writes, moves=moves) == now:
            return None
        unchanged = 1
        for nights in NIGHTS:
            behaviour, _ = self.scoring.behaviour(self._events, case.now + timedelta(days=nights))
            if self._outcome(person, fit, behaviour, writes=writes, moves=moves) != now:
                break
            unchanged = nights
        return _midnight(case.now) + timedelta(days=unchanged)

    def _outcome(
        self, person: Person, fit: int, behaviour: int, *, writes: bool, moves: bool
    ) -> tuple[bool, bool, int | None]:
        """What the verdict rests on: the bar, whether a score is written, and the points where they are named."""
        reaches = self.scoring.qualifies(fit, behaviour)
        is_written = writes and _moved(person.score, fit + behaviour, self._rules)
        return reaches, is_written, behaviour if is_written or (reaches and moves) else None


def _moved(written: float | None, total: float, rules: Rules) -> bool:
    before = written or 0.0
    return abs(total - before) >= rules.write_step or (total >= rules.bar) != (before >= rules.bar)


def _midnight(time: datetime) -> datetime:
    return datetime(time.year, time.month, time.day, tzinfo=UTC)
