"""The rule junk, beyond the examples of its manual."""

from __future__ import annotations

import pytest

from tests.people import evidence, opportunity, org, person, policy
from tests.rules.alone import after, alone, why


@pytest.mark.parametrize(
    ("fields", "options", "reason"),
    [
        ({"email": "TEST@acme.com"}, {}, "noise: the address TEST@acme.com"),
        ({"email": "x@YOPMAIL.com"}, {}, "noise: yopmail.com is a disposable domain"),
        ({"first_name": "Mickey", "last_name": "Mouse"}, {"names": ["mickey*"]}, 'noise: the name "Mickey Mouse"'),
        ({"company": "ACME Test"}, {"companies": ["* test"]}, 'noise: the company "ACME Test"'),
    ],
)
def test_reason_names_the_pattern(fields: dict[str, str], options: dict[str, list[str]], reason: str) -> None:
    """Addresses, domains, names and companies are matched without case, and the reason says which it was."""
    judged = alone("junk", evidence(person(status="Inquiry", **fields)), **options)
    assert after(judged) == "Disqualified"
    assert why(judged) == reason


@pytest.mark.parametrize("status", ["Customer", "SQL", "Prospecting"])
def test_never_a_customer_nor_an_unknown_value(status: str) -> None:
    """Customers, people in a deal and values that nobody knows are left alone, whatever the address."""
    assert not alone("junk", evidence(person("contact", status=status, email="test@test.com"))).changes


def test_never_somebody_with_an_opportunity() -> None:
    """An opportunity that counts is no noise."""
    deal = (opportunity("lost", "2026-02-01"),)
    found = evidence(person("contact", status="LAL", email="test@test.com"), opportunities=deal)
    assert not alone("junk", found).changes


def test_without_status_reason() -> None:
    """Where the org has no Status Reason the status alone is written."""
    judged = alone("junk", evidence(person(status="LAL", email="test@test.com")), None, org(["status_reason"]))
    assert [change.field for change in judged.changes] == ["status"]


def test_policy_without_a_closed_status() -> None:
    """A policy that knows no end has nowhere to put noise."""
    known = policy("simple", without=["status.Disqualified"])
    assert not alone("junk", evidence(person(status="New", email="test@test.com")), known).changes
