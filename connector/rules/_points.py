"""A person's points: do they reach the bar, since when, are they worth writing, and for how long does that hold."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connector.case import Case
from connector.model import Person, Score
from connector.policy import Policy
from connector.policy.scoring import Score as Rules
from connector.rules._return import counts_after
from connector.score import Scoring, crossed_at, scoring
from connector.score.behaviour import Event
from connector.timeline.own import UNDO

NIGHTS: Final = (1, 2, 4, 8)
"""How far ahead is looked for the night on which fading points change something."""

_FIELD: Final = "field"


class Points:
    """Points of one person at one time. `after`: only what was done later counts. `reaches`: they reach the bar."""

    __slots__ = ("_case", "_events", "_rules", "after", "reaches", "score", "scoring")

    def __init__(self, person: Person, case: Case) -> None:
        self._case = case
        self._rules: Rules = case.policy.file.score
        self.scoring: Scoring = scoring(case.policy)
        self.after = counts_after(person, case)
        self._events: Sequence[Event] = ()
        if self._rules.source == _FIELD:
            self.score = Score(_read(person, self._rules.field))
            self.reaches = self.score.total >= self._rules.bar
            return
        if case.activities or case.memberships:
            self._events = self.scoring.events(case.activities, case.memberships, case.now, self.after)
        self.score = self.scoring.score(person, self._events, case.now)
        self.reaches = self.scoring.qualifies(self.score.fit, self.score.behaviour)

    @property
    def told(self) -> str:
        """The points, as reasons say them."""
        score = self.score
        if self._rules.source == _FIELD:
            return f"{score.total:g} points of the marketing platform"
        return f"{score.total:g} points (fit {score.fit}, behaviour {score.behaviour})"

    def crossed(self, not_before: datetime | None = None) -> datetime | None:
        """When points that reach the bar crossed it; None: before `not_before`, or nobody knows."""
        if self._rules.source == _FIELD:
            seen = [
                one.seen_at
                for one in self._case.scores
                if _number(one.after) >= self._rules.bar > _number(one.before) and one.since is not None
            ]
            return seen[-1] if seen and (not_before is None or seen[-1] >= not_before) else None
        return crossed_at(self.scoring, self.score.fit, self._events, not_before)

    def below_at(self) -> datetime | None:
        """When we last wrote a score below the bar: it was crossed later than that."""
        for write in reversed(self._case.own):
            if write.field == "score" and not write.undone and write.rule != UNDO:
                return write.at if _number(write.after) < self._rules.bar else None
        return None

    def is_worth_writing(self, person: Person) -> bool:
        """Whether the score is to be written: it crossed the bar, or moved far enough, and it is ours to write."""
        if self._rules.source == _FIELD or not self._case.org.has(person.ref.object, "score"):
            return False
        return _moved(person.score, self.score.total, self._rules)

    def until(self, person: Person, *, moves: bool) -> datetime | None:
        """The first night on which fading points could change the verdict; None if they never can.

        `moves`: whether reaching the bar moves this person, so that the reason names the points. Points only fade, so
        if two nights agree, every night between them does.
        """
        if not self.score.behaviour:
            return None
        writes = self._rules.source != _FIELD and self._case.org.has(person.ref.object, "score")
        now = self._outcome(person, self.score.behaviour, writes=writes, moves=moves)
        if self._outcome(person, 0, writes=writes, moves=moves) == now:
            return None
        today, unchanged = self._case.now, 1
        for nights in NIGHTS:
            behaviour, _ = self.scoring.behaviour(self._events, today + timedelta(days=nights))
            if self._outcome(person, behaviour, writes=writes, moves=moves) != now:
                break
            unchanged = nights
        return _midnight(today) + timedelta(days=unchanged)

    def _outcome(self, person: Person, behaviour: int, *, writes: bool, moves: bool) -> tuple[Any, ...]:
        """What the verdict rests on."""
        fit = self.score.fit
        reaches = self.scoring.qualifies(fit, behaviour)
        is_written = writes and _moved(person.score, fit + behaviour, self._rules)
        named = behaviour if is_written or (reaches and moves) else None
        return reaches, is_written, named


def _moved(written: float | None, total: float, rules: Rules) -> bool:
    before = written or 0.0
    return abs(total - before) >= rules.write_step or (total >= rules.bar) != (before >= rules.bar)


def _midnight(time: datetime) -> datetime:
    return datetime(time.year, time.month, time.day, tzinfo=UTC)


def _read(person: Person, field: str) -> float:
    if field == "score":
        return person.score or 0.0
    value = next((value for name, value in person.facts if name == field), None)
    return _number(value)


def _number(value: object) -> float:
    """A number, or a text that is one; nothing is 0."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def bar(policy: Policy) -> int:
    """The bar of the policy."""
    return policy.file.score.bar
