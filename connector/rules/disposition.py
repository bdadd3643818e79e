"""A call disposition in the status field makes way for a status; the word is kept in Last Call Disposition.

What the status becomes, by the last value in history that is a status (first match counts):

    it was closed                          it stays closed
    it was recycle                         the default: somebody works the person again
    it was raw, or the person was bought,
    never interacted and was never
    reviewed (needs complete evidence)     raw
    it has a rank                          the higher one of it and the default
    there is none                          the default

The default is the phrase's own, else the status with the role `disposition default`. Faults of the telephone (wrong
number, disconnected) leave the last status as it was. "No longer with company" and its like close, with a Status
Reason, unless the person did something later. Where the field Last Call Disposition does not exist the rule only
reports, unless the policy says [dispositions] keep = "ledger".

Why
    "Left Vmail" says what happened on one call, not where somebody is in the funnel. Whoever has it as a status is in
    no stage, counted nowhere, and nobody's promise to call them back is kept.

Example
    lead status="Left Vmail" was="Inquiry 2026-01-05, LAL 2026-02-01" since=2026-03-02
        -> status=LAL disposition="Left Vmail"
    lead status="left v-mail" was="Inquiry 2026-01-05" since=2026-03-02 -> status=LAL disposition="Left Vmail"
    lead status=Busy was="MQL 2026-02-01" since=2026-03-02 -> status=MQL disposition=Busy
    lead status=Ringing was="Disqualified 2026-02-01" since=2026-03-02 -> status=Disqualified disposition=Ringing
    lead status=Ringing was="LAL 2026-01-05, Re-Market 2026-02-01" since=2026-03-02
        -> status=LAL disposition=Ringing
    lead status="No Answer" was="Raw 2026-02-01" since=2026-03-02 -> status=Raw disposition="No Answer"
    lead status="No Answer" was="Inquiry 2026-02-01" source=ZoomInfo evidence=complete
        -> status=Raw disposition="No Answer"
    lead status="No Answer" was="Inquiry 2026-02-01" source=ZoomInfo -> unchanged finding=no_evidence
    lead status="No Answer" was="LAL 2026-02-01" source=ZoomInfo evidence=complete
        -> status=LAL disposition="No Answer"
    lead status="Wrong Number" was="Inquiry 2026-02-01" since=2026-03-02 -> status=Inquiry disposition="Wrong Number"
    lead status="No longer with company" was="LAL 2026-02-01" since=2026-03-02
        -> status=Disqualified disposition="No longer with company" status_reason="No longer with company"
    lead status="No longer with company" was="LAL 2026-02-01" since=2026-03-02 form=2026-03-05
        -> status=LAL disposition="No longer with company"
    lead status="Left Vmail" -> status=LAL disposition="Left Vmail"
    lead status="Left Vmail" lacks=disposition -> unchanged finding=missing_field
    lead status="Left Vmail" lacks=disposition keep=ledger -> status=LAL
    lead status=Prospecting -> unchanged

How to undo
    `connector undo PLAN`. The word goes back into the status field. Where it was kept in the ledger only, `connector
    show PLAN` lists it for every record.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from connector.case import Case, Verdict
from connector.model import Finding, Person, Stay
from connector.policy import Meaning
from connector.policy.model import Phrase
from connector.rules._history import is_bought, last_status, review, since
from connector.rules._options import RuleOptions
from connector.rules._status import give, missing

ORDER = 30


class Options(RuleOptions):
    """`[rules.disposition]`"""


class Target(NamedTuple):
    """The status that a disposition stands for, why, and the Status Reason that goes with it."""

    name: str | None
    why: str
    reason: str | None = None


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    place = case.place
    if place.meaning is not Meaning.DISPOSITION or place.phrase is None:
        return None
    keeps = case.policy.file.dispositions.keep == "field"
    if keeps and not case.org.has(person.ref.object, "disposition"):
        otherwise = ', or [dispositions] keep = "ledger" in the policy, before "{}" can leave the status'
        return Verdict(person, findings=(missing(person, "disposition", otherwise.format(person.status)),))
    meant = target(person, case, place.phrase)
    word = f'"{person.status}" is a call disposition'
    if meant.name is None:
        return Verdict(person, findings=(Finding("no_evidence", f"{word}; {meant.why}", person.status or ""),))
    fields: dict[str, Any] = {"disposition": place.disposition} if keeps else {}
    if meant.reason and case.org.has(person.ref.object, "status_reason"):
        fields["status_reason"] = meant.reason
    return give(person, case, meant.name, f"{word}; {meant.why}", fields=fields)


def target(person: Person, case: Case, phrase: Phrase) -> Target:
    """What the last entry of the history, a disposition, should have said."""
    policy, earlier = case.policy, case.history[:-1]
    last = last_status(earlier)
    if phrase.effect == "fault" and last is not None and last.name is not None:
        return Target(last.name, f"a fault of the telephone; the last status was {_told(last)}")
    if phrase.effect == "closes" and (closing := _closing(person, case, phrase, last)) is not None:
        return closing
    closes = phrase.effect == "closes"
    default = policy.role("disposition default") if closes or phrase.status is None else phrase.status
    if last is not None and policy.has_role(last.name, "closed"):
        return Target(last.name, f"the last status was {_told(last)}, and it stays closed")
    if last is not None and policy.has_role(last.name, "recycle"):
        return _or_nothing(default, f"worked again after {_told(last)}")
    raw = policy.role("raw")
    if raw is not None and last is not None and last.name == raw:
        return Target(raw, f"the last status was {_told(last)}")
    if raw is not None and is_bought(person, policy) and review(earlier, policy) is None and not case.interactions:
        bought = f'from the bought source "{person.source}", with no interaction and never reviewed'
        if policy.file.evidence.complete:
            return Target(raw, bought)
        return Target(None, f"{bought}: {raw}, if the policy said [evidence] complete = true")
    if last is None or last.name is None:
        return _or_nothing(default, "no status before it is known, so this is the default")
    return _higher(case, last, last.name, default)


def _closing(person: Person, case: Case, phrase: Phrase, last: Stay | None) -> Target | None:
    """Closed, unless the person did something since the word was entered (or since nobody knows when)."""
    closed, typed = case.policy.role("closed"), case.history[-1]
    if closed is None:
        return None
    interactions = case.interactions
    if interactions and (typed.since is None or interactions[-1] > typed.since):
        return None
    keeps_reason = last is not None and last.name == closed and person.status_reason
    reason = None if keeps_reason else phrase.reason
    return Target(closed, f"the person is gone, entered {since(typed)}", reason)


def _higher(case: Case, last: Stay, name: str, default: str | None) -> Target:
    rank, floor = case.policy.rank(name), case.policy.rank(default)
    if rank is None or default is None:
        return Target(name, f"the last status was {_told(last)}")
    if floor is None or floor > rank:
        return Target(default, f"the last status was {_told(last)}; worked since, so {default}")
    return Target(name, f"the last status was {_told(last)}")


def _or_nothing(default: str | None, why: str) -> Target:
    if default is None:
        return Target(None, f"{why}; the policy has no default for dispositions")
    return Target(default, why)


def _told(stay: Stay) -> str:
    return f"{stay.name}, {since(stay)}"
