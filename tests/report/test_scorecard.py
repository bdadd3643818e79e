"""The scorecard: what is told of the policy, not of people."""

from __future__ import annotations

from datetime import date

import pytest

from connector.report.scorecard import Score, scorecard
from tests.policy.laid import laid


def told(text: str, today: date, name: str = "score_not_reviewed") -> Score:
    """One line of the scorecard of nobody."""
    loaded = laid(text)
    return next(one for one in scorecard([], loaded, loaded.policy, today).scores if one.name == name)


@pytest.mark.parametrize(
    ("text", "today", "count", "note"),
    [
        ("", date(2026, 4, 1), 1, "nobody has reviewed the points of the score"),
        ("[score]\nreviewed = 2026-01-01", date(2026, 4, 1), 0, ""),
        (
            "[score]\nreviewed = 2026-01-01",
            date(2026, 4, 2),
            1,
            "the points of the score were last reviewed on 2026-01-01, over 90 days ago",
        ),
        ("[rules.qualify]\non = false", date(2026, 4, 1), None, "nobody is scored: the rule qualify is off"),
    ],
)
def test_points_grow_stale(text: str, today: date, count: int | None, note: str) -> None:
    """Points that nobody has reviewed for 90 days are an error; if nobody is scored, that cannot be answered."""
    found = told(text, today)
    assert (found.count, found.note) == (count, note)
