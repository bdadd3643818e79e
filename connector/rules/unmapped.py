"""A status that the policy does not know is reported, and its people are left alone.

Nothing is guessed. `connector audit` lists every such value with how often it occurs and what it may be; decide, and
add it to [values], [remap] or [dispositions.phrases].

Why
    A value that nobody has placed is in no stage of the funnel: the people behind it add up to nothing. Placing it by
    guesswork would be worse.

Example
    lead status=Prospecting -> unchanged finding=unmapped_value
    lead status=LAL -> unchanged
    lead status="" -> unchanged finding=no_evidence

Nothing to undo
    The rule only reports.
"""

from __future__ import annotations

from connector.case import Case, Verdict
from connector.model import LEAD, Finding, Person
from connector.policy import Meaning
from connector.rules._options import RuleOptions

ORDER = 110


class Options(RuleOptions):
    """`[rules.unmapped]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    meaning = case.place.meaning
    if meaning is Meaning.UNMAPPED:
        text = person.status or ""
        return Verdict(person, findings=(Finding("unmapped_value", f'the policy does not know "{text}"', text),))
    if meaning is Meaning.BLANK and person.ref.object == LEAD:
        return Verdict(person, findings=(Finding("no_evidence", "a lead without a status", "lead without a status"),))
    return None
