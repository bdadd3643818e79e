"""Phone numbers and addresses that do not work are put on the data list.

A number that does not work is known from a call disposition (wrong number, disconnected …) in the status field, in Last
Call Disposition or, with [dispositions] keep = "ledger", in our own record of what we took out of the status.

Why
    Reps call the same dead number again and again, and marketing pays for every address that bounces.

Example
    lead status=LAL disposition="Wrong Number" -> unchanged finding=data_fault
    lead status="Wrong Number" -> unchanged finding=data_fault
    lead status="Wrong Number" was="MAQL 2026-02-01" since=2026-03-02 -> unchanged finding=data_fault
    lead status=LAL bounced=true email=jo@acme.com -> unchanged finding=data_fault
    lead status=LAL disposition="Left Vmail" -> unchanged

Nothing to undo
    The rule only reports.
"""

from __future__ import annotations

from connector.case import Case, Verdict
from connector.model import Finding, Person
from connector.policy import Place
from connector.rules._options import RuleOptions

ORDER = 160


class Options(RuleOptions):
    """`[rules.data]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    findings: tuple[Finding, ...] = ()
    if person.is_bounced:
        findings = (Finding("data_fault", f"mail to {person.email} bounced", "bounced"),)
    word = person.disposition or case.history[-1].disposition or _kept_by_us(person, case)
    if fault := _is_fault(case.place) or (word and _is_fault(case.policy.place(person.ref.object, word))):
        findings = (*findings, Finding("data_fault", f"{fault}: {person.phone or 'no phone number'}", fault))
    return Verdict(person, findings=findings) if findings else None


def _is_fault(place: Place) -> str | None:
    return place.disposition if place.phrase is not None and place.phrase.effect == "fault" else None


def _kept_by_us(person: Person, case: Case) -> str | None:
    """The disposition that we took out of the status last, if only the ledger has it."""
    if not case.own or case.policy.file.dispositions.keep != "ledger":
        return None
    for write in reversed(case.own):
        if write.ref == person.ref and write.field == "status" and write.rule == "disposition" and not write.undone:
            return write.before
    return None
