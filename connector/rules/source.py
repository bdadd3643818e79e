"""Lead sources are grouped; the first one is kept in First Source if you ask for it.

What the CRM has as lead source is never rewritten: [sources] says which values mean which canonical source, and reports
use that. With `first_source = true` the group is written to the field First Source while that is empty. A blank
source is filled there only from the first campaign the person responded to; else it is a finding.

Why
    "Web", "Website" and "Web-to-Lead" are one source. Nobody can say what a source is worth while it has seven names,
    or while a third of the people have none.

Example
    lead source=Website -> unchanged
    lead source=Website first_source=true -> first_source="Organic – search"
    lead source=Website first_source=true first_source_is=Referral -> unchanged
    lead source=Barter first_source=true -> unchanged
    lead -> unchanged finding=source_blank
    lead responded="Webinar 2026-02-01" first_source=true -> first_source=Webinar
    lead responded="Webinar 2026-02-01" -> unchanged finding=source_blank

How to undo
    `connector undo PLAN`. First Source is emptied again.
"""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace
from pydantic import Field

from connector.case import Case, Verdict
from connector.model import Finding, Membership, Person
from connector.policy import Meaning
from connector.rules._history import day
from connector.rules._options import RuleOptions
from connector.rules._status import missing

ORDER = 80


class Options(RuleOptions):
    """`[rules.source]`"""

    first_source: bool = Field(False, description="write the group to First Source while that is empty")


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    if person.source:
        if not options.first_source or person.first_source:
            return None
        group = case.policy.sources.group(person.source)
        return _fill(person, case, group[0], f'lead source "{person.source}"') if group else None
    if person.first_source:
        return None
    first = _first_response(case)
    if first is None:
        return Verdict(person, findings=(Finding("source_blank", "no lead source, and no campaign response"),))
    group = case.policy.sources.group(first.type) or case.policy.sources.group(first.campaign)
    told = f'no lead source; first responded to the campaign "{first.campaign}" ({first.type}) on {day(_at(first))}'
    if group is None or not options.first_source:
        return Verdict(person, findings=(Finding("source_blank", told, group[0] if group else ""),))
    return _fill(person, case, group[0], told)


def _fill(person: Person, case: Case, group: str, because: str) -> Verdict | None:
    if case.place.meaning is Meaning.UNMAPPED:
        return None
    if not case.org.has(person.ref.object, "first_source"):
        return Verdict(person, findings=(missing(person, "first_source"),))
    return Verdict(replace(person, first_source=group), because)


def _at(one: Membership) -> datetime:
    return one.responded_at or one.created_at


def _first_response(case: Case) -> Membership | None:
    responses = [one for one in case.memberships if one.responded and _at(one) <= case.now]
    return min(responses, key=_at) if responses else None
