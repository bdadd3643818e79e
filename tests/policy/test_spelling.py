"""Misspellings, and other words that only look alike."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.policy.spelling import distance, is_typo


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("voicmail", "voicemail"),
        ("anwser", "answer"),
        ("wrng", "wrong"),
        ("wronng", "wrong"),
        ("discconected", "disconnected"),
        ("calback", "callback"),
    ],
)
def test_typos(word: str, meant: str) -> None:
    """Swapped, dropped and doubled letters are slips."""
    assert is_typo(word, meant)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("answer", "answer"),
        ("tested", "texted"),
        ("persona", "person"),
        ("bust", "busy"),
        ("nurturing", "ringing"),
        ("contract", "contacted"),
        ("", "answer"),
        ("eft", "left"),
    ],
)
def test_other_words(word: str, meant: str) -> None:
    """The word itself, short words, and other real words are no slips."""
    assert not is_typo(word, meant)


WORDS = st.text(alphabet="abc", max_size=7)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORDS, WORDS)
def test_distance_is_symmetric_and_zero_only_for_the_same(one: str, other: str) -> None:
    """The same slips lie between two words in both directions; none between a word and itself."""
    assert distance(one, other, 9) == distance(other, one, 9)
    assert (distance(one, other, 9) == 0) == (one == other)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(WORDS, st.integers(0, 6), st.sampled_from("abc"))
def test_one_letter_more_is_one_slip(word: str, at: int, letter: str) -> None:
    """A letter put in anywhere is one slip, and over a limit of none."""
    longer = word[:at] + letter + word[at:]
    assert distance(longer, word, 2) == 1
    assert distance(longer, word, 0) == -1
