"""What else stands in a record, that nobody planted: it follows from the moment the record was made."""

from __future__ import annotations

from connector.sandbox.sample.life import Deal
from connector.sandbox.sample.times import DAY

BOUNCE = "smtp;550 5.1.1 The email account that you tried to reach does not exist"
_CONTACT_ROLES = ("Decision Maker", "Evaluator", "Technical Buyer", "Business User")

_NOTES = (
    None, None, None, None, None, None, None, None, None, None,
    "Met at the booth, asked for \"something smaller\", call after the fair",
    "Line one\nLine two; with semicolon, comma and a tab\there",
    "Bitte nicht vor 10 Uhr anrufen – Schichtbetrieb",
)  # fmt: skip
_RATINGS = (None, None, None, "Hot", "Warm", "Cold")


def note(made: int) -> str | None:
    """The description of a lead."""
    return _NOTES[made % len(_NOTES)]


def rating(made: int) -> str | None:
    """Hot, Warm or Cold, where somebody chose."""
    return _RATINGS[made % len(_RATINGS)]


def opted_out(made: int) -> bool:
    """Whether the person wants no mail."""
    return made % 23 == 7


def no_calls(made: int) -> bool:
    """Whether the person wants no calls."""
    return made % 61 == 3


def retitled(made: int, now: int) -> int | None:
    """When a contact's title was changed from Assistant, for one contact in ten."""
    return min(made + 40 * DAY, now - DAY) if made % 10 == 0 else None


def amount(deal: Deal) -> float:
    """What an opportunity is worth."""
    return float(4_000 + deal.created % 900 * 150)


def contact_role(deal: Deal) -> str:
    """What the contact is in an opportunity."""
    return _CONTACT_ROLES[deal.created % len(_CONTACT_ROLES)]


def closes(deal: Deal, now: int) -> int:
    """The close date of an opportunity: when it closed, or when somebody hopes it will."""
    return deal.closed if deal.closed is not None else now + (10 + deal.created % 80) * DAY
