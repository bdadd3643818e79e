"""Raw people who are in an ordinary campaign that is running are reported.

Why
    They have not asked for anything. Whoever mails them like everybody else is reported as spam, and then the mails to
    those who did ask are not delivered either.

Example
    lead status=Raw campaign="Newsletter" -> unchanged finding=raw_in_campaign
    lead status=Raw campaign="Newsletter, ended" -> unchanged
    lead status=Raw campaign="ABM Spring" -> unchanged
    lead status=Inquiry campaign="Newsletter" -> unchanged

Nothing to undo
    The rule only reports.
"""

from __future__ import annotations

from connector.case import Case, Verdict
from connector.model import Finding, Person
from connector.rules._options import RuleOptions

ORDER = 150


class Options(RuleOptions):
    """`[rules.campaigns]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    if not case.memberships or not case.policy.has_role(case.place.name, "raw"):
        return None
    kinds = case.policy.campaigns
    names = sorted(
        {
            one.campaign
            for one in case.memberships
            if one.active and kinds.ordinary(one.campaign, one.type) and not kinds.account_based(one.campaign, one.type)
        }
    )
    if not names:
        return None
    detail = f"{case.place.name}, but a member of " + ", ".join(f'"{name}"' for name in names)
    return Verdict(person, findings=(Finding("raw_in_campaign", detail, names[0]),))
