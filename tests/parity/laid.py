"""What both CRMs are given in the same way: values, the order of ids, times."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from tests.parity.humans import CONTACT_STATUSES, CONVERTED, DAY, STATUSES, TYPED, Deal, Human, ago

LISTED = (*STATUSES, *TYPED, CONVERTED)
"""Status values that both CRMs offer on leads, in this order."""
ON_CONTACTS = (*CONTACT_STATUSES, *TYPED)
BORN = 900 * DAY
"""How long ago the firm set its CRM up, in seconds."""


def everybody(people: Sequence[Human]) -> Iterator[Human]:
    """With the leads that contacts came from."""
    for one in people:
        if one.lead is not None:
            yield one.lead
        yield one


def place_of(key: str, otherwise: int) -> int:
    """Ids stand in the order of our keys in either CRM, so that lists of people come in the same order."""
    found = re.fullmatch(r"p(\d+)(?:-[a-z]+(\d*))?", key)
    return 1_000 + 10 * int(found[1]) + int(found[2] or 0) if found else 900_000 + otherwise


def contacts(people: Iterable[Human]) -> Iterator[Human]:
    """Those who are contacts now."""
    return (one for one in people if one.object == "contact")


def deals_of(people: Iterable[Human]) -> Iterator[tuple[Human, int, Deal]]:
    """Every deal, with whose it is and the how manyth of theirs."""
    return ((one, number, deal) for one in people for number, deal in enumerate(one.deals))


def account_age(one: Human) -> int:
    """Seconds since the contact's account was made: long ago, or with the contact."""
    return BORN if one.old_account else one.created


def day(seconds: int) -> str:
    """The day so many seconds ago."""
    return f"{ago(seconds):%Y-%m-%d}"


def midnight(seconds: int) -> datetime:
    """The beginning of that day: all that Salesforce keeps of a response's time."""
    return ago(seconds).replace(hour=0, minute=0, second=0)


def wakes(one: Human) -> str | None:
    """The wake-up date on the record."""
    return None if one.wakes is None else day(-one.wakes * DAY)
