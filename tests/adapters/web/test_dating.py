"""When what the person did happened, by the row that tells of it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from connector.adapters.web.dating import ALONE, happened_at

CREATED = 1_777_888_800
LATER = CREATED + 90_000


@given(st.sampled_from(sorted(ALONE)), st.one_of(st.none(), st.integers(CREATED, LATER * 2)))
def test_closing_it_moves_nothing(kind: str, end: int | None) -> None:
    """Whenever the row is closed after it was made: what came in is dated as while it was open."""
    asked = happened_at(kind, "in", None, CREATED, is_closed=False)
    assert happened_at(kind, "in", end, CREATED, is_closed=True) == asked == CREATED


def test_earlier_times() -> None:
    """A time that an integration noted counts; the bare day of the row does not, an old one of an import does."""
    day = CREATED - CREATED % 86_400
    assert happened_at("form", "in", CREATED - 3_601, CREATED, is_closed=True) == CREATED - 3_601
    assert happened_at("form", "in", day, CREATED, is_closed=True) == CREATED
    assert happened_at("form", "in", day - 9 * 86_400, CREATED, is_closed=True) == day - 9 * 86_400


def test_what_we_do_happened_at_its_end() -> None:
    """Calls, meetings and mails of ours; open ones stand where they were made."""
    for kind, direction in (("call", "in"), ("call", "out"), ("mail", "out"), ("task", ""), ("meeting", "")):
        assert happened_at(kind, direction, LATER, CREATED, is_closed=True) == LATER
        assert happened_at(kind, direction, LATER, CREATED, is_closed=False) == CREATED


def test_a_table_without_creation() -> None:
    """Then its only time counts."""
    assert happened_at("mail", "in", LATER, None, is_closed=True) == LATER
