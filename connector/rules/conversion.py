"""An open lead that should be converted, or whose opportunity is there already, is reported.

The opportunity is the lead's own, or an open one of a contact with the same e-mail. Converting makes a contact, an
account and perhaps an opportunity; that is a person's decision, so it is never written.

Why
    A lead in the converting status that nobody converted has no opportunity, no forecast and no owner in sales. A lead
    whose opportunity was made by hand is counted twice.

Example
    lead status=SQL -> unchanged finding=needs_conversion
    lead status=MQL open=2026-02-01 -> unchanged finding=opportunity_without_conversion
    lead status=MQL twin="contact in a deal" -> unchanged finding=opportunity_without_conversion
    lead status=MQL twin=contact -> unchanged
    lead status=MQL -> unchanged
    contact status=SQL open=2026-02-01 -> unchanged

Nothing to undo
    The rule only reports.
"""

from __future__ import annotations

from connector.case import Case, Verdict
from connector.model import LEAD, Finding, Person
from connector.policy import Meaning
from connector.rules._options import RuleOptions

ORDER = 120


class Options(RuleOptions):
    """`[rules.conversion]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    if person.ref.object != LEAD:
        return None
    findings: tuple[Finding, ...] = ()
    if case.place.meaning is Meaning.CONVERTED:
        text = person.status or ""
        findings = (Finding("needs_conversion", f'"{text}", but the lead was not converted', text),)
    if detail := _opportunity(case):
        findings = (*findings, Finding("opportunity_without_conversion", detail, person.status or ""))
    return Verdict(person, findings=findings) if findings else None


def _opportunity(case: Case) -> str:
    """Which opportunity the lead was not converted into, in words; empty if there is none."""
    if case.opportunities:
        return f'has the opportunity "{case.opportunities[0].name}", but was not converted'
    counts = case.policy.opportunities.counts
    for twin in case.twins:
        for deal in twin.opportunities:
            if counts(deal.type):
                return f'{twin.ref.object} {twin.ref.id} with the same e-mail has the open opportunity "{deal.name}"'
    return ""
