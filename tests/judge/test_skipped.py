"""Who is not judged at all."""

from __future__ import annotations

from connector.case import build
from connector.judge import judge, load
from connector.model import User
from connector.policy import Policy
from tests.people import NOW, evidence, org, person, policy


def skipped(found, known: Policy) -> str:  # type: ignore[no-untyped-def]
    result = judge(found.person, build(found, known, org(), NOW), load(known))
    assert not (result.skipped and (result.changes or result.findings))
    return result.skipped


def test_converted_and_inactive() -> None:
    """Converted leads and inactive people are counted, never judged."""
    assert skipped(evidence(person(status="lal", is_converted=True)), policy()) == "converted"
    assert skipped(evidence(person("contact", status="lal", is_inactive=True)), policy()) == "inactive"
    assert skipped(evidence(person(status="lal")), policy()) == ""


def test_closed() -> None:
    """Nobody whose record the CRM keeps closed is judged, unless the policy wants them opened."""
    closed = evidence(person(status="lal", is_closed=True))
    assert skipped(closed, policy()) == "closed"
    assert skipped(closed, policy(reopen_closed=True)) == ""


def test_scope() -> None:
    """[scope] leaves people out by record type, account type, owner and any field."""
    known = policy(
        scope={
            "lead": {"record_types": ["Sales"], "leave_out": {"country": ["US"]}},
            "contact": {"account_types": ["Prospect*"], "owners": ["Jo *"]},
        }
    )
    assert skipped(evidence(person(record_type="Sales")), known) == ""
    assert skipped(evidence(person(record_type="Partner")), known) == "out of scope"
    assert skipped(evidence(person(record_type="Sales", country="US")), known) == "out of scope"
    jo = User("u1", "Jo Smith")
    assert skipped(evidence(person("contact"), owner=jo, account_type="Prospect A"), known) == ""
    assert skipped(evidence(person("contact"), owner=jo, account_type="Partner"), known) == "out of scope"
    assert skipped(evidence(person("contact"), account_type="Prospect A"), known) == "out of scope"


def test_person_accounts() -> None:
    """Person accounts are off until the policy turns them on."""
    found = evidence(person("contact", facts=(("is_person_account", True),)))
    assert skipped(found, policy()) == "person account"
    assert skipped(found, policy(person_accounts=True)) == ""
