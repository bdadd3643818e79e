"""When the bar was crossed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.model import Part
from connector.score import Scoring, crossed_at, scoring
from connector.score.behaviour import Event
from tests.people import activity, at, policy

KNOWN = policy(
    without=["score.behaviour"],
    score={"behaviour": {"visit": {"about": ["visit"], "points": 30, "half_life_days": 10, "most": 60}}},
)
SCORING = scoring(KNOWN)


@pytest.mark.parametrize(
    ("fit", "visits", "crossed"),
    [
        (80, ["2026-03-01"], "2026-03-01"),
        (80, ["2026-03-01", "2026-03-01T10:00", "2026-03-02"], "2026-03-01"),
        (80, ["2026-03-01", "2026-03-08", "2026-03-30"], "2026-03-30"),
        (60, ["2026-03-01", "2026-03-03"], "2026-03-03"),
        (120, ["2026-03-01", "2026-03-30"], "2026-03-30"),
    ],
)
def test_the_last_deed_that_lifted_somebody_over(fit: int, visits: list[str], crossed: str) -> None:
    """Not the first, if the score has fallen since; not the last, if it was above already; fit alone never crosses."""
    events, _ = SCORING.deeds([activity("other", when, about="visit") for when in visits], (), at("2026-04-01"))
    assert crossed_at(SCORING, fit, events) == at(crossed)


def test_it_need_not_be_looked_for_for_ever() -> None:
    """A crossing before a given time is not looked for."""
    events, _ = SCORING.deeds([activity("other", "2026-03-01", about="visit")], (), at("2026-04-01"))
    assert crossed_at(SCORING, 80, events, at("2026-03-02")) is None
    assert crossed_at(SCORING, 80, events, at("2026-03-01")) == at("2026-03-01")


class Counting(Scoring):
    """Counts the deeds that it looks at."""

    looked_at = 0

    def behaviour(self, events: Sequence[Event], day: datetime) -> tuple[int, tuple[Part, ...]]:
        self.looked_at += len(events)
        return super().behaviour(events, day)


def test_many_deeds() -> None:
    """Somebody who did something every hour of two years is not looked at in full for every single deed."""
    first, made = at("2024-04-01"), Counting(KNOWN)
    visits = [activity("other", str(first + timedelta(hours=n)), about="visit") for n in range(17_000)]
    events, _ = made.deeds(visits, (), at("2026-04-01"))
    assert crossed_at(made, 60, events) == first + timedelta(hours=1)
    assert made.looked_at < 50 * len(events)


@given(st.lists(st.integers(0, 90 * 24), max_size=60), st.integers(0, 120))
def test_by_definition(hours: list[int], fit: int) -> None:
    """It is the last deed before which the points, all of them counted, did not reach the bar."""
    begin = at("2026-01-01")
    visits = [activity("other", str(begin + timedelta(hours=n)), about="visit") for n in sorted(hours)]
    events, _ = SCORING.deeds(visits, (), at("2026-04-01"))
    below = [
        when
        for number, (when, _, _) in enumerate(events)
        if not SCORING.qualifies(fit, SCORING.behaviour(events[:number], when)[0])
    ]
    assert crossed_at(SCORING, fit, events) == (below[-1] if below else None)
