"""Who is not judged at all: read and counted, never written."""

from __future__ import annotations

from connector.case import Case
from connector.model import Person
from connector.policy import Policy

PERSON_ACCOUNT = "is_person_account"
"""The fact by which a mapping says that a contact is the person half of a person account."""


CLOSED = "closed"
"""Why nothing about a person is changed whose record the CRM keeps closed. Whoever waits for an answer is told of."""


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


def is_closed(person: Person, policy: Policy) -> bool:
    """Whether nothing of the person may be written, because the CRM keeps the record closed and so does the policy."""
    return person.is_closed and not policy.file.reopen_closed
