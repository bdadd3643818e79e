"""A status that is misspelt or retired is written as the policy has it.

Differences of case and spacing are put right, and every value under [remap] is replaced by its successor, inactive
picklist values included. A value that [values] says means a status is left as it is, and so is another spelling of one
that the org's list has no more: it belongs under [remap]. A successor that would close or open the record (a status
reason of another state, in Dynamics) is refused.

Why
    A report that counts "LAL" misses "lal" and "LAL ". Retired values stay on old records for years, and every list
    view, flow and report has to know them.

Example
    lead status="lal " -> status=LAL
    lead status="Old Nurture" remap="Old Nurture=Re-Market" -> status=Re-Market
    lead status="Working" values="Working=LAL" -> unchanged
    lead status="lal" record_type=Partner offered="Inquiry, MQL" -> unchanged finding=missing_field

How to undo
    `connector undo PLAN`. The stay goes on: Status Entered At is kept, before and after.
"""

from __future__ import annotations

from connector.case import Case, Verdict
from connector.model import Finding, Person
from connector.policy import Meaning
from connector.rules._options import RuleOptions
from connector.rules._status import give_text, never_written

ORDER = 10


class Options(RuleOptions):
    """`[rules.normalise]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    place = case.place
    if place.meaning is Meaning.DRIFTED:
        because = f'"{person.status}" is "{place.text}" in another spelling'
    elif place.meaning is Meaning.RETIRED:
        because = f'"{person.status}" is retired; its successor is "{place.text or place.name}"'
    else:
        return None
    if place.text is None:
        return Verdict(person, findings=(never_written(person, case, place.name or "", because),))
    if crosses := case.org.crosses(person.ref.object, person.status or "", place.text):
        detail = f"{because}, but {crosses}: [remap] closes and opens nobody; name a status of the same state"
        refused = Finding("missing_field", detail, f"{person.ref.object}.status: {place.text}")
        return Verdict(person, findings=(refused,))
    return give_text(person, case, place.text, because)
