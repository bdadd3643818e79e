"""Companies: the n-th company is always the same one, so that nothing has to be remembered about a million of them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from connector.sandbox.sample.names import COUNTRIES, SHARES, Country, plain, words

_FIRST = words(
    "Nord Blue Alpine Hansa Silver Vektor Granit Delta Rhein Summit Ostsee Maple Ardent Kobalt Lindner Harbour Öresund "
    "Praxis Quarz Terra Ursa Verdant Weser Zephyr Château Brück Falken Orion Sierra Tannen Über Polar Cedar Grün Ivory "
    "Jade Keystone Lumen Merkur Nova"
)
_SECOND = words(
    "licht wave tech stein bridge works mark field gate hof line point mühle forge grid berg craft path quelle tower "
    "yard zahl feld haus kraft land matic port rad see"
)
_TRADES = (
    ("Logistik", "Transportation"),
    ("Software", "Technology"),
    ("Machining", "Machinery"),
    ("Foods", "Food & Beverage"),
    ("Medical", "Healthcare"),
    ("Bau", "Construction"),
    ("Capital", "Finance"),
    ("Energy", "Utilities"),
    ("Média", "Media"),
    ("Consulting", "Consulting"),
    ("Insurance", "Insurance"),
    ("Academy", "Education"),
    ("Textil", "Manufacturing"),
)
INDUSTRIES = tuple(dict.fromkeys(industry for _, industry in _TRADES))
"""What the industry of a company may be."""
_HEADS = ("", "", "", "", "", "", 'The "{}" Group, ', "O'Neill, Baker & {} ", "{} & Söhne ", "")
_SIZES = (3, 8, 12, 25, 40, 60, 95, 140, 220, 380, 650, 1200, 2600, 7400, 21000)
_ALL = len(_FIRST) * len(_SECOND) * len(_TRADES)


class Company(NamedTuple):
    """A company as a lead or an account has it. `employees` is None where nobody filled it in."""

    name: str
    domain: str
    industry: str | None
    employees: int | None
    revenue: float | None
    country: Country
    city: str
    street: str
    postal_code: str
    phone: str


@lru_cache(maxsize=4096)
def company(number: int) -> Company:
    """The company of that number, from 0 on. Name and mail domain are unlike those of every other number."""
    mixed = (number * 7919) % _ALL  # 7919 and _ALL have no common factor: every stem once before any twice
    rest, trade = divmod(mixed, len(_TRADES))
    first, second = divmod(rest, len(_SECOND))
    round_ = number // _ALL
    word, field = _TRADES[trade]
    stem = _FIRST[first] + _SECOND[second]
    country = COUNTRIES[next(i for i, share in enumerate(SHARES) if number * 37 % 100 < share)]
    tail = f" {round_ + 1}" if round_ else ""
    head = _HEADS[number % len(_HEADS)]
    form = country.forms[number % len(country.forms)]
    name = f"{head.format(stem)}{word}{tail} {form}" if "{}" in head else f"{stem} {word}{tail} {form}"
    size = _SIZES[number * 11 % len(_SIZES)] + number % 3
    return Company(
        name=name,
        domain=f"{plain(stem)}-{plain(word)}{round_ + 1 if round_ else ''}.example",
        industry=None if number % 17 == 5 else field,
        employees=None if number % 13 == 4 else size,
        revenue=None if number % 7 else size * 140_000.0,
        country=country,
        city=country.cities[number % len(country.cities)],
        street=f"{_SECOND[number % len(_SECOND)].title()} {number % 180 + 1}",
        postal_code=f"{10_000 + number * 13 % 80_000}",
        phone=f"{country.prefix} {20 + number % 70} {100_000 + number * 17 % 899_999}",
    )


assert _ALL % 7919, "7919 must not divide the number of stems"
