"""Parked rules."""

from __future__ import annotations

from pathlib import Path

from connector.model import Finding, Ref
from connector.plan import parked
from tests.store.ledger.open import Clock, opened


def contested(rule: str, *ids: str) -> list[tuple[Ref, Finding]]:
    """One finding for each of these leads."""
    return [(Ref("acme", "lead", id), Finding("contested", "again", rule)) for id in ids]


def test_parked() -> None:
    """A rule that more than one percent of the people in scope contest is parked; at one percent it is not."""
    assert parked(contested("recycled", "1"), 100, 0.01) == {}
    found = parked([*contested("recycled", "1", "2"), *contested("raw", "3")], 100, 0.01)
    assert found.keys() == {"recycled"}
    assert found["recycled"].startswith("2 of the 100 people in scope (2.00%) are contested, more than 1.00%")


def test_one_person_in_a_clean_org() -> None:
    """Where hardly anything is left to correct, a single person parks no rule: what counts is everybody in scope."""
    assert parked(contested("recycled", "1"), 5_000, 0.01) == {}


def test_a_person_counts_once() -> None:
    """Several fields of one person that the same rule may not write are one contested person."""
    assert parked(contested("raw", "1", "1", "1"), 100, 0.01) == {}


def test_every_rule_that_took_part() -> None:
    """A correction that several rules made together counts against each of them."""
    found = parked(contested("contact-status and qualify", "1", "2"), 100, 0.01)
    assert found.keys() == {"contact-status", "qualify"}


def test_more_than_everybody() -> None:
    """A share is never of nobody: where nobody is in scope, whoever is contested parks the rule."""
    assert "raw" in parked(contested("raw", "1"), 0, 0.01)


def test_kept_until_replaced(tmp_path: Path) -> None:
    """The ledger knows which rules are parked as of the last plan."""
    with opened(tmp_path, Clock()) as (ledger, lease):
        ledger.parked.replace({"raw": "contested", "recycled": "contested"}, lease)
        ledger.parked.replace({"recycled": "still contested"}, lease)
        assert ledger.parked_rules() == {"recycled": "still contested"}
