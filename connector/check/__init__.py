"""What stands between an org and a first run: one line per thing, why it matters, and what to do about it. Pure.

It looks at what the adapter found (`OrgSchema`, `Inspection`, `Budget`), the mapping and the policy; each file has the
lines of one subject. A line is `ok`, `note` (works, but something is lost or should be known), `blind` (could not be
looked at), or `stop`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from connector.check import access, deletions, fields, history, login, neighbours, people, reactions, statuses
from connector.check.line import Line, State, is_safe
from connector.check.login import refused
from connector.inspection import Inspection
from connector.mapping import Mapping
from connector.model import LEAD
from connector.policy.checks import warnings
from connector.policy.loader import Loaded
from connector.ports import Budget, OrgSchema

__all__ = ["Line", "State", "check", "is_safe", "not_offered", "refused"]

not_offered = login.not_offered


def check(
    schema: OrgSchema,
    inspection: Inspection,
    mapping: Mapping,
    loaded: Loaded,
    budget: Budget,
    *,
    share: float,
    now: datetime,
) -> list[Line]:
    """All lines, in the order in which an admin would mend them. `share`: of the day's calls at which we stop."""
    converting = tuple(value.value for value in statuses.values_of(schema, LEAD) if value.converts)
    policy = loaded.policy.for_org(converting)
    return [
        *login.lines(schema, inspection),
        login.calls(budget, share),
        *access.lines(schema, inspection, mapping),
        *deletions.lines(inspection),
        *fields.lines(schema, mapping),
        *statuses.lines(schema, inspection, policy, loaded, converting),
        *history.lines(schema, inspection),
        *reactions.lines(inspection, mapping),
        *neighbours.lines(schema, inspection, mapping),
        *people.lines(inspection, person_accounts=policy.file.person_accounts),
        *_definition(loaded, now),
        *(Line("org", State.NOTE, text, "", "ask whoever administers the org") for text in inspection.remarks),
    ]


def _definition(loaded: Loaded, now: datetime) -> Iterator[Line]:
    problems = list(warnings(loaded, now.date()))
    for problem in problems:
        why = "without it nobody can say that a lead is sales-ready" if "definition" in problem.where else ""
        yield Line("policy", State.NOTE, f"{problem.what} ({problem.where})", why, problem.next)
    if not problems:
        definition = loaded.file.definition
        signed = f"signed by {definition.sales} and {definition.marketing}"
        yield Line("policy", State.OK, f"definition {definition.version} of {definition.date}, {signed}")
