"""When the bar was crossed."""

from __future__ import annotations

import pytest

from connector.score import crossed_at, scoring
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
