"""People: who works in which company, with an address nobody else has."""

from __future__ import annotations

from typing import NamedTuple

from connector.sandbox.sample.companies import Company
from connector.sandbox.sample.dice import Dice
from connector.sandbox.sample.names import TITLES, Role, plain

PER_COMPANY = 3
"""So many people are invented per company; each gets another part of the last names, so no two share an address."""

_SALUTATIONS = ("Mr.", "Ms.", "Mrs.", "Dr.", "Prof.", "Mx.")


class Human(NamedTuple):
    """A person at work. `phone` and `salutation` are None where nobody filled them in."""

    salutation: str | None
    first: str
    last: str
    email: str
    phone: str | None
    mobile: str | None
    role: Role


def human(dice: Dice, company: Company, seat: int) -> Human:
    """Somebody at that company. `seat` 0, 1 or 2: people in different seats never have the same e-mail address."""
    roll = dice.roll
    country = company.country
    first = country.first[int(roll() * len(country.first))]
    part = len(country.last) // PER_COMPANY
    last = country.last[seat + PER_COMPANY * int(roll() * part)]
    extension = int(roll() * 900) + 100
    return Human(
        salutation=_SALUTATIONS[int(roll() * len(_SALUTATIONS))] if roll() < 0.5 else None,
        first=first,
        last=last,
        email=f"{plain(first)}.{plain(last)}@{company.domain}",
        phone=f"{company.phone}-{extension}" if roll() < 0.85 else None,
        mobile=f"{company.country.prefix} 170 {extension}{seat}{extension * 7 % 1000:03}" if roll() < 0.3 else None,
        role=TITLES[int(roll() * len(TITLES))],
    )
