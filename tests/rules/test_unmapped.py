"""The rule unmapped, beyond the examples of its manual."""

from __future__ import annotations

from connector.judge import judge, load
from tests.people import changes, evidence, opportunity, person, policy
from tests.rules.alone import alone, case_of, names


def test_finding_groups_by_value() -> None:
    """The finding's value is the very text, so that counts per value add up."""
    (finding,) = alone("unmapped", evidence(person(status="Prospecting "))).findings
    assert (finding.name, finding.value) == ("unmapped_value", "Prospecting ")


def test_nothing_is_written_to_people_with_an_unknown_value() -> None:
    """Whatever else would be corrected about them, they are left alone."""
    known = policy(rules={"source": {"first_source": True}, "junk": {"on": True}}, evidence={"complete": True})
    rows = changes("2026-02-01 Inquiry LAL", "2026-03-02 LAL Prospecting")
    found = evidence(
        person("contact", status="Prospecting", source="Website", email="test@test.com"),
        changes=rows,
        opportunities=(opportunity("open", "2026-02-01"),),
    )
    judged = judge(found.person, case_of(found, known), load(known))
    assert not judged.changes
    assert "unmapped_value" in names(judged)


def test_a_value_that_is_mapped_is_not_reported() -> None:
    """Once [values] says what it means, it is a status like any other."""
    known = policy(values={"any": {"Prospecting": "LAL"}})
    assert not alone("unmapped", evidence(person(status="Prospecting")), known).findings
