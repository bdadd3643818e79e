"""What a person did: points that fade from day to day, line by line, and never come back by themselves.

Age is counted in nights (UTC): on the day something was done it counts in full. What is left of a line is added up,
held to its `most`, and rounded to whole points; so a score is a whole number, made of whole parts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Final, Literal

from connector.model import Activity, Part
from connector.policy.scoring import BehaviourLine

BEHAVIOUR: Final = "behaviour"
_MOST_REMEMBERED = 10_000
_words: Final = attrgetter("kind", "direction", "outcome", "about")

_NOTHING: Final[tuple[tuple[int, ...], bool]] = ((), False)

Event = tuple[datetime, int, tuple[int, ...]]
"""One thing done: when, on which day (ordinal, UTC), and the lines it earns points on."""


class Behaviour:
    """Points for what people did. `is_request` tells direct requests, which are found in the same pass."""

    def __init__(self, lines: Mapping[str, BehaviourLine], is_request: Callable[[Activity], bool]) -> None:
        self._lines = [_Line(name, line) for name, line in lines.items() if line.points]
        self._is_request = is_request
        self._known: dict[tuple[str, str, str, str], tuple[tuple[int, ...], bool] | Literal[False]] = {}

    def events(self, activities: Sequence[Activity]) -> tuple[list[Event], list[Activity]]:
        """What of it earns points, and the direct requests, in the order given."""
        known = [*map(self._known.get, map(_words, activities))]
        events: list[Event] = []
        requests: list[Activity] = []
        if known.count(False) == len(known):  # most people most of the time: nothing of it counts
            return events, requests
        for what, one in zip(known, activities, strict=True):
            if what is False:
                continue
            lines, is_request = what or self._classify(one) or _NOTHING
            if lines:
                events.append((one.at, one.known_from.toordinal(), lines))
            if is_request:
                requests.append(one)
        return events, requests

    def of(self, events: Sequence[Event], day: int) -> tuple[int, tuple[Part, ...]]:
        """The points on that day, and what they are made of. No event may be of a later day."""
        sums: dict[int, float] = {}
        known = self._lines
        for _, when, lines in events:
            for number in lines:
                sums[number] = sums.get(number, 0.0) + known[number].left(day - when)
        parts = []
        total = 0
        for number in sorted(sums) if len(sums) > 1 else sums:
            line = known[number]
            if points := line.points(sums[number]):
                total += points
                parts.append(Part(line.name, points, BEHAVIOUR))
        return total, tuple(parts)

    def _classify(self, one: Activity) -> tuple[tuple[int, ...], bool] | Literal[False]:
        """Its lines and whether it is a request; False: neither."""
        what = (one.kind, one.direction, one.outcome, one.about)
        lines = tuple(number for number, line in enumerate(self._lines) if line.fits(*what))
        is_request = self._is_request(one)
        found: tuple[tuple[int, ...], bool] | Literal[False] = (lines, is_request) if lines or is_request else False
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[what] = found
        return found


class _Line:
    """One line, compiled. What is left of its points after so many nights is remembered."""

    def __init__(self, name: str, line: BehaviourLine) -> None:
        self.name = name
        self._line = line
        self._most = line.most
        self._left: list[float] = []

    def fits(self, kind: str, direction: str, outcome: str, about: str) -> bool:
        line = self._line
        return (
            (not line.kind or kind in line.kind)
            and (not line.direction or direction in line.direction)
            and (not line.outcome or outcome in line.outcome)
            and (not line.about or about in line.about)
        )

    def left(self, age: int) -> float:
        """Of the points of one deed."""
        known = self._left
        if age < len(known):
            return known[age]
        while len(known) <= age and len(known) < _DAYS:
            known.append(_left(self._line, len(known)))
        return known[age] if age < len(known) else _left(self._line, age)

    def points(self, total: float) -> int:
        """Whole points, halves upwards."""
        most = self._most
        return int((total if most is None or total < most else most) + 0.5)


_DAYS: Final = 4_000


def _left(line: BehaviourLine, age: int) -> float:
    if line.half_life_days is not None:
        return float(line.points * 0.5 ** (age / line.half_life_days))
    assert line.zero_after_days is not None
    return float(max(0.0, line.points * (1 - age / line.zero_after_days)))
