"""The rule conversion, beyond the examples of its manual."""

from __future__ import annotations

from tests.people import evidence, opportunity, person
from tests.rules.alone import alone, names


def test_a_converting_value_of_the_org() -> None:
    """An open lead that holds a value which converts leads should be converted."""
    assert names(alone("conversion", evidence(person(status="Closed - Converted")))) == {"needs_conversion"}


def test_only_opportunities_that_count() -> None:
    """A renewal is no reason to convert anybody."""
    renewal = (opportunity("open", "2026-02-01", type="Renewal"),)
    assert not alone("conversion", evidence(person(status="LAL"), opportunities=renewal)).findings


def test_both() -> None:
    """A lead may be both: in the converting status, and with an opportunity."""
    deals = (opportunity("open", "2026-02-01"),)
    found = names(alone("conversion", evidence(person(status="SQL"), opportunities=deals)))
    assert found == {"needs_conversion", "opportunity_without_conversion"}
