"""A lead and a contact with the same e-mail are reported; they are never taken for one person.

Why
    Somebody is a lead or a contact, not both. As both they are counted twice, mailed twice, and two reps call them.

Example
    lead status=Inquiry twin=contact -> unchanged finding=same_email
    contact status=Inquiry twin=lead -> unchanged finding=same_email
    contact status=Inquiry twin="converted lead" -> unchanged
    lead status=Inquiry -> unchanged

Nothing to undo
    The rule only reports. Convert the lead into the contact, or merge them, in the CRM.
"""

from __future__ import annotations

from connector.case import Case, Verdict
from connector.model import Finding, Person
from connector.rules._options import RuleOptions

ORDER = 130


class Options(RuleOptions):
    """`[rules.duplicates]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    if not case.twins:
        return None
    twins = [twin for twin in case.twins if not twin.is_converted]
    if not twins:
        return None
    listed = ", ".join(f"{twin.ref.object} {twin.ref.id}" for twin in twins)
    return Verdict(person, findings=(Finding("same_email", f"{person.email} is also {listed}", person.email or ""),))
