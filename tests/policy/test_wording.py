"""When two texts are the same, and what a wildcard matches."""

from __future__ import annotations

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.policy.wording import Patterns, fold, fold_phrase, wildcard


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    """A folded text folds to itself."""
    assert fold(fold(text)) == fold(text)
    assert fold_phrase(fold_phrase(text)) == fold_phrase(text)


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("*renewal*", "Existing - RENEWAL Q1", True),
        ("abm *", "ABM", False),
        (" Sales* ", " sales ops", True),
        ("a.c", "abc", False),
        ("[x]*", "[x] y", True),
        ("*", None, True),
        ("*", "", True),
        ("", None, True),
        ("a*", None, False),
        ("v?", "v1", True),
        ("line*break", "line\nbreak", True),
        ("*e?b*", "line\nbreak", True),
        ("*e*b*", "line\nbreak", True),
        ("*e\nb*", "line\nbreak", True),
        ("*be*", "line\nbreak", False),
        ("**", None, True),
        ("***", "x", True),
    ],
)
def test_wildcards(pattern: str, text: str | None, matches: bool) -> None:
    """`*` is any text and `?` one character, everything else itself; the whole text must match, without case."""
    assert Patterns([pattern]).match(text) is matches


def test_no_patterns_match_nothing() -> None:
    """An empty list matches nothing, not even a blank."""
    assert not Patterns([]).match("x")
    assert not Patterns([]).match(None)


SHORT = st.text(alphabet="aB*? .", max_size=5)


@given(st.lists(SHORT, max_size=4), st.one_of(st.none(), st.text(alphabet="aAbB ß.", max_size=6)))
def test_each_as_its_regular_expression_says(patterns: list[str], text: str | None) -> None:
    """However they are looked for, patterns match what each of them means."""
    means = any(re.fullmatch(wildcard(one), (text or "").strip().casefold()) for one in patterns)
    assert Patterns(patterns).match(text) is means
