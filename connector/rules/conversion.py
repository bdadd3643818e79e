"""An open lead that should be converted, or that has an opportunity already, is reported.

Converting makes a contact, an account and perhaps an opportunity; that is a person's decision, so it is never written.

Why
    A lead in the converting status that nobody converted has no opportunity, no forecast and no owner in sales. A lead
    whose opportunity was made by hand is counted twice.

Example
    lead status=SQL -> unchanged finding=needs_conversion
    lead status=MQL open=2026-02-01 -> unchanged finding=opportunity_without_conversion
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
    if case.opportunities:
        first = case.opportunities[0]
        detail = f'has the opportunity "{first.name}", but was not converted'
        findings = (*findings, Finding("opportunity_without_conversion", detail, person.status or ""))
    return Verdict(person, findings=findings) if findings else None
