"""The marketing platform's score."""

from __future__ import annotations

import pytest

from connector.score.field import number, read
from tests.people import person


@pytest.mark.parametrize(
    ("value", "found"), [(12, 12.0), (1.5, 1.5), ("80", 80.0), ("A+", 0.0), (None, 0.0), (True, 0.0), ("", 0.0)]
)
def test_what_is_a_score(value: object, found: float) -> None:
    """A number, or a text that is one; a grade or a blank is none."""
    assert number(value) == found


def test_where_it_stands() -> None:
    """In the field `score`, or in a fact of the mapping."""
    who = person(score=60.0, facts=(("grade", "B"), ("pardot_score", "130")))
    assert (read(who, "score"), read(who, "pardot_score"), read(who, "grade"), read(who, "other")) == (60, 130, 0, 0)
