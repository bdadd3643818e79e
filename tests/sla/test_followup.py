"""Which work counts as follow-up."""

from __future__ import annotations

import pytest

from connector.sla import counts_as
from tests.people import activity


@pytest.mark.parametrize(
    ("kind", "direction", "outcome", "about", "counts"),
    [
        ("meeting", "", "held", "", "conversation"),
        ("meeting", "", "held", "demo", "conversation"),
        ("meeting", "", "held", "webinar", None),
        ("call", "out", "connected", "webinar", "conversation"),
        ("list_mail", "out", "done", "", None),
        ("mail", "", "done", "", None),
        ("task", "", "open", "", None),
    ],
)
def test_one_to_one(kind: str, direction: str, outcome: str, about: str, counts: str | None) -> None:
    """A talk about a webinar is a follow-up, a seat in one is not; nor is what goes to many, or was only planned."""
    assert counts_as(activity(kind, "2026-03-31", direction, outcome, about=about)) == counts
