"""Bought names are raw until they do something; then they are an inquiry.

A lead from a purchased or built source, in the entry status or blank, with no interaction and not reviewed becomes raw.
That there was no interaction is only known where [evidence] complete = true; else the rule reports. The other way
round, a raw person who does something becomes entry. A policy without a raw role leaves both alone.

Why
    Nobody on a bought list has asked for anything. Counted as inquiries they spoil every conversion rate, and mailed
    like inquiries they spoil the sender's name.

Example
    lead status=Inquiry source=ZoomInfo evidence=complete -> status=Raw
    lead status=Inquiry source=ZoomInfo -> unchanged finding=no_evidence
    lead status=Inquiry source=ZoomInfo form=2026-02-01 evidence=complete -> unchanged
    lead status=Inquiry source=ZoomInfo was="Left Vmail 2026-02-01" evidence=complete -> unchanged
    lead status=Inquiry source=Website evidence=complete -> unchanged
    lead status=LAL source=ZoomInfo evidence=complete -> unchanged
    lead status=Raw source=ZoomInfo form=2026-02-01 -> status=Inquiry
    contact status=Raw form=2026-02-01 -> status=Inquiry
    lead status=Raw source=ZoomInfo -> unchanged

How to undo
    `connector undo PLAN`.
"""

from __future__ import annotations

from connector.case import Case, Verdict
from connector.model import LEAD, Finding, Person
from connector.policy import Meaning
from connector.rules._history import current, day, is_bought, moved_on, reviewed
from connector.rules._options import RuleOptions
from connector.rules._status import give

ORDER = 60


class Options(RuleOptions):
    """`[rules.raw]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    policy, place = case.policy, case.place
    raw, entry = policy.role("raw"), policy.role("entry")
    if raw is None or entry is None or place.meaning is Meaning.DISPOSITION:
        return None
    if place.name == raw:
        return _back(person, case, entry)
    if person.ref.object != LEAD or (place.name != entry and place.meaning is not Meaning.BLANK):
        return None
    if not person.source or not is_bought(person, policy):
        return None
    if reviewed(case) is not None or case.interactions:
        return None
    because = f'from the bought source "{person.source}", and no interaction'
    if not policy.file.evidence.complete:
        detail = f"{because} is known: {raw}, if the policy said [evidence] complete = true"
        return Verdict(person, findings=(Finding("no_evidence", detail, f"{raw}?"),))
    return give(person, case, raw, because)


def _back(person: Person, case: Case, entry: str) -> Verdict | None:
    interactions = case.interactions
    if not interactions:
        return None
    began = current(case).since
    later = [at for at in interactions if began is None or at > began]
    first = later[0] if later else interactions[0]
    return give(person, case, entry, f"first interaction on {day(first)}", began=moved_on(case, first))
