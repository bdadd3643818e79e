"""People owned by somebody who has left, or by sales before they are qualified, are reported.

Qualified means the `ready` status or higher on the forward path. Who is in sales, [teams.sales] says.

Why
    Nobody calls a lead whose owner has left. And a rep who is handed raw inquiries soon stops calling any.

Example
    lead status=MQL owner="Jo Smith, Sales Rep, inactive" -> unchanged finding=inactive_owner
    lead status=Inquiry owner="Jo Smith, Sales Rep" -> unchanged finding=sales_owns_unqualified
    lead status=MQL owner="Jo Smith, Sales Rep" -> unchanged
    lead status=Inquiry owner="Al Young, Marketing Manager" -> unchanged

Nothing to undo
    The rule only reports. Owners are never changed.
"""

from __future__ import annotations

from connector.case import Case, Verdict
from connector.model import Finding, Person
from connector.rules._options import RuleOptions

ORDER = 140
SALES = "sales"


class Options(RuleOptions):
    """`[rules.owners]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    owner = case.owner
    if owner is None:
        return None
    findings: tuple[Finding, ...] = ()
    if not owner.active and owner.kind != "queue":
        findings = (Finding("inactive_owner", f"owned by {owner.name}, who is not an active user", owner.name),)
    if _is_unqualified(case) and SALES in case.policy.teams.of(owner):
        detail = f"owned by {owner.name} (sales) while in {case.place.name}"
        findings = (*findings, Finding("sales_owns_unqualified", detail, owner.name))
    return Verdict(person, findings=findings) if findings else None


def _is_unqualified(case: Case) -> bool:
    policy, name = case.policy, case.place.name
    rank = policy.rank(name)
    if rank is None or name is None:
        return False
    ready = policy.rank(policy.role("ready"))
    return rank < ready if ready is not None else not policy.status(name).reviewed
