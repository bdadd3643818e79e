"""Who is not judged at all: read and counted, never written."""

from __future__ import annotations

from connector.case import Case
from connector.model import Person

PERSON_ACCOUNT = "is_person_account"
"""The fact by which a mapping says that a contact is the person half of a person account."""


def skipped(person: Person, case: Case) -> str:
    """Why the person is not judged (`converted`, `inactive`, `person account`, `out of scope`); else the empty text."""
    if person.is_converted:
        return "converted"
    if person.is_inactive:
        return "inactive"
    policy = case.policy
    if person.facts and not policy.file.person_accounts and (PERSON_ACCOUNT, True) in person.facts:
        return "person account"
    if policy.file.scope and policy.scope.outside(person, account_type=case.account_type, owner=case.owner):
        return "out of scope"
    return ""
