"""Somebody else masters a field: single people are left alone, and above a share of everybody the rule is parked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.site import Site, site

PEOPLE = 150
POLICY = """
extends = "demand-gen"
[dispositions]
keep = "ledger"
"""


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Site]:
    """A clean org: of 150 leads two are spelt wrongly, and both were put right."""
    with site(tmp_path, policy=POLICY) as made:
        words = ["inquiry"] * 2 + ["Inquiry"] * (PEOPLE - 2)
        made.org.load("Lead", ("LastName", "Company", "Status"), [(f"L{n}", "C", word) for n, word in enumerate(words)])
        made.connector.ask("sync")
        assert made.connector.ask("apply", made.connector.ask("plan")["plan"])["applied"] == 2
        yield made


def planned(at: Site, *leads: str) -> dict[str, Any]:
    """The next plan, after a platform has put its spelling back on these leads."""
    at.human("Lead", *({"Id": lead, "Status": "inquiry"} for lead in leads))
    at.connector.ask("sync")
    return at.connector.ask("plan")


def test_one_person_parks_no_rule(at: Site) -> None:
    """One of 150 people is contested, and no other correction of that rule stands: the rule goes on correcting."""
    first, *_, other = sorted(at.column())
    plan = planned(at, first)
    assert (plan["findings"]["contested"], plan["changes"]) == (1, 0)
    plan = planned(at, other)
    assert [(row["id"], row["rule"]) for row in at.connector.rows(plan["plan"])] == [(other, "normalise")]
    assert not [warning for warning in plan["warnings"] if "parked" in warning]


def test_too_many_of_everybody_park_it(at: Site) -> None:
    """Two of 150 are more than one percent: what the rule would correct elsewhere is in no plan, which says why."""
    first, second, *_, other = sorted(at.column())
    plan = planned(at, first, second, other)
    assert at.connector.rows(plan["plan"]) == []
    (warning,) = [one for one in plan["warnings"] if "the rule normalise is parked" in one]
    assert "2 of the 150 people in scope (1.33%) are contested, more than 1.00%" in warning
