"""The rule normalise, beyond the examples of its manual."""

from __future__ import annotations

from tests.people import evidence, org, person, policy
from tests.rules.alone import after, alone, names, why


def test_reason_names_both_spellings() -> None:
    """The reason says what it was and what it is."""
    judged = alone("normalise", evidence(person(status="re - market")))
    assert after(judged) == "Re-Market"
    assert why(judged) == '"re - market" is "Re-Market" in another spelling'


def test_spelled_as_the_org_has_it() -> None:
    """Where the org's picklist spells a status in its own way, that is what is written."""
    offered = {("lead", None): frozenset({"RE-MARKET"})}
    known = policy().for_org([], offered)
    judged = alone("normalise", evidence(person(status="Re-market")), known, org(offered=offered))
    assert after(judged) == "RE-MARKET"


def test_successor_per_record_type() -> None:
    """A value retired for one record type only is left alone in the others."""
    known = policy(remap={"lead/Partner": {"Old": "LAL"}})
    assert after(alone("normalise", evidence(person(status="Old", record_type="Partner")), known)) == "LAL"
    assert not alone("normalise", evidence(person(status="Old", record_type="Direct")), known).changes


def test_a_status_that_the_crm_cannot_hold() -> None:
    """Where the CRM takes only what its list has, a status that it lacks is a finding and no change."""
    listed = {("lead", None): frozenset({"Inquiry", "Old"})}
    known = policy(remap={"lead": {"Old": "LAL"}})
    closed = org(offered=listed, closed_lists=frozenset({"lead"}))
    judged = alone("normalise", evidence(person(status="Old")), known, closed)
    assert not judged.changes
    (finding,) = [one for one in judged.findings if one.name == "missing_field"]
    assert finding.value == "lead.status: LAL"
    assert "connector schema plan" in finding.detail
    assert alone("normalise", evidence(person(status="Old")), known, org(offered=listed)).changes


def test_a_successor_of_another_state() -> None:
    """A retired value is replaced; closing or opening the record with it is nothing that [remap] may do."""
    known = policy(remap={"lead": {"Old": "Disqualified", "Older": "LAL"}})
    states = {("lead", "Old"): "Open", ("lead", "Older"): "Open", ("lead", "LAL"): "Open"}
    has = org(states={**states, ("lead", "Disqualified"): "Disqualified"})
    judged = alone("normalise", evidence(person(status="Old")), known, has)
    assert not judged.changes
    (finding,) = [one for one in judged.findings if one.name == "missing_field"]
    assert "'Disqualified' belongs to the state Disqualified and 'Old' to Open" in finding.detail
    assert after(alone("normalise", evidence(person(status="Older")), known, has)) == "LAL"
    assert alone("normalise", evidence(person(status="Old")), known, org(states=states)).changes


def test_outside_the_record_types_process() -> None:
    """A successor that the record type does not offer is refused, and the finding says which process lacks it."""
    has = org(offered={("lead", "Partner"): frozenset({"Inquiry"})})
    judged = alone("normalise", evidence(person(status="lal", record_type="Partner")), None, has)
    assert not judged.changes
    assert [finding.value for finding in judged.findings] == ["lead.status: LAL (Partner)"]


def test_a_list_that_lacks_the_value_does_not_stop_it() -> None:
    """Without a record type, a status that the org's list lacks is written all the same: the CRM accepts it."""
    has = org(offered={("lead", None): frozenset({"Inquiry"})})
    assert after(alone("normalise", evidence(person(status="lal")), None, has)) == "LAL"


def test_contact_only_status_on_a_lead() -> None:
    """A retired value whose successor is not for leads is reported, not written."""
    known = policy(remap={"lead": {"Won": "Customer"}})
    judged = alone("normalise", evidence(person(status="Won")), known)
    assert not judged.changes
    assert names(judged) == {"missing_field"}
