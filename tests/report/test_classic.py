"""The classic errors, told of one person."""

from __future__ import annotations

import pytest

from connector.case import OrgFacts, build
from connector.judge import judge, load
from connector.model import Evidence, StatusChange
from connector.policy.loader import load as load_policy
from connector.report.classic import errors
from tests import people

POLICY = load_policy().policy
RULES = load(POLICY)
ORG = OrgFacts(writable=frozenset({("lead", "status")}))


def told(*rows: StatusChange, object: str = "lead", **fields: object) -> list[str]:
    person = people.person(object, **fields)
    case = build(Evidence(key=1, person=person, changes=rows), POLICY, ORG, people.NOW)
    return [name for name, _ in errors(person, case, judge(person, case, RULES))]


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"status": "Left Vmail"}, "disposition_as_status"),
        ({"status": "See Dave"}, "unaccounted"),
        ({"status": None}, "unaccounted"),
        ({"status": "Inquiry", "source": "ZoomInfo"}, "raw_as_inquiry"),
        ({"object": "contact", "status": None}, "contact_without_status"),
    ],
)
def test_each_error_is_told_by_its_name(fields: dict[str, object], name: str) -> None:
    """One wrong thing, one error."""
    assert told(**fields) == [name]  # type: ignore[arg-type]


def test_a_sound_person_has_none() -> None:
    """Neither somebody in the funnel nor a bought name that is called raw."""
    assert told(status="LAL") == []
    assert told(status="Raw", source="ZoomInfo") == []


def test_moved_backwards_is_unaccounted_until_they_move_on() -> None:
    """MQL to LAL is a step back; once they are MQL again it is past."""
    back = people.changes("2026-01-05 Inquiry LAL", "2026-01-06 LAL MQL", "2026-01-09 MQL LAL")
    assert told(*back, status="LAL") == ["unaccounted"]
    assert "unaccounted" not in told(*back, *people.changes("2026-01-12 LAL MQL"), status="MQL")


def test_a_promise_that_is_broken_is_told() -> None:
    """Whoever has been handed to sales three days ago and heard of nobody; not whoever was called, however late."""
    handed = people.changes("2026-03-20 Inquiry MQL")
    assert told(*handed, status="MQL") == ["sla_not_kept"]
    assert told(*handed, *people.changes("2026-03-29 MQL SAL"), status="SAL") == []
    assert told(*people.changes("2026-03-31 Inquiry MQL"), status="MQL") == []


def test_deadlines_are_told_in_the_zone_of_the_org() -> None:
    """As everywhere else: what was due at 09:00 UTC was due at 10:00 in Berlin's winter."""
    who = people.person(status="MQL")
    berlin = OrgFacts(writable=ORG.writable, timezone="Europe/Berlin")
    found = Evidence(key=1, person=who, changes=people.changes("2026-03-20 Inquiry MQL"))
    case = build(found, POLICY, berlin, people.NOW)
    (why,) = [said for name, said in errors(who, case, judge(who, case, RULES)) if name == "sla_not_kept"]
    assert why.endswith((" CET", " CEST"))
