"""The marketing platform's score: read where the policy says, never written."""

from __future__ import annotations

from typing import Final

from connector.model import Person

SCORE: Final = "score"
"""The field of a person; also the name under which syncs note that a score came to the other side of the bar."""


def read(person: Person, field: str) -> float:
    """The score of that field or fact; 0 if it is blank or no number."""
    if field == SCORE:
        return person.score or 0.0
    return number(next((value for name, value in person.facts if name == field), None))


def number(value: object) -> float:
    """A number, or a text that is one; anything else is 0."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return 0.0
    try:
        return float(value)
    except ValueError:
        return 0.0
