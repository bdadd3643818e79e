"""The seven classic errors, told of one person. Pure.

`unsigned_definition` and `score_not_reviewed` are told of the policy, not of people. `sla_not_kept` is about promises
that somebody still waits for; what was kept too late is past, and the backlog stands apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from connector.case import Case
from connector.model import CONTACT, Judgement, Person, Promise, PromiseState
from connector.policy import Meaning, Policy

UNSIGNED = "unsigned_definition"
RAW = "raw_as_inquiry"
DISPOSITION = "disposition_as_status"
CONTACT_BLANK = "contact_without_status"
SCORE = "score_not_reviewed"
SLA = "sla_not_kept"
UNACCOUNTED = "unaccounted"

ERRORS = {
    UNSIGNED: "no definition of a lead that sales and marketing have both signed",
    RAW: "bought people who never asked for anything are called an inquiry",
    DISPOSITION: "what came of a call stands in the status field",
    CONTACT_BLANK: "contacts have no place in the funnel",
    SCORE: "the score was not reviewed for 90 days",
    SLA: "promised follow-ups are late, or no clock runs",
    UNACCOUNTED: "blank, unknown, or moved backwards: nobody can say where they are",
}
"""Their names and what they mean, in the order in which to mend them."""


def errors(person: Person, case: Case, judgement: Judgement) -> Iterator[tuple[str, str]]:
    """Each classic error of this person, and what was found."""
    meaning = case.place.meaning
    if (why := _raw(judgement, case.policy)) is not None:
        yield RAW, why
    if meaning is Meaning.DISPOSITION:
        yield DISPOSITION, f'status "{person.status}"'
    if person.ref.object == CONTACT and not person.status:
        yield CONTACT_BLANK, "no status" if case.org.has(CONTACT, "status") else "there is no field for it"
    elif meaning is Meaning.BLANK:
        yield UNACCOUNTED, "no status"
    if meaning is Meaning.UNMAPPED:
        yield UNACCOUNTED, f'the policy does not know "{person.status}"'
    elif (back := moved_back(case)) is not None:
        yield UNACCOUNTED, f"moved backwards: {back[0]} → {back[1]}"
    if broken := _not_kept(judgement.promises, ZoneInfo(case.org.timezone)):
        yield SLA, "; ".join(broken)


def moved_back(case: Case) -> tuple[str, str] | None:
    """The person's last move if it led to a lower rank than the status before; both names. None if it did not."""
    policy = case.policy
    ranked = [stay.name for stay in case.history if policy.rank(stay.name) is not None]
    if not ranked or case.history[-1].name != ranked[-1]:
        return None
    now = ranked[-1]
    before = next((name for name in reversed(ranked) if name != now), None)
    if before is None or now is None or (policy.rank(now) or 0) >= (policy.rank(before) or 0):
        return None
    return before, now


def _not_kept(promises: Iterable[Promise], zone: ZoneInfo) -> list[str]:
    """What each promise is that somebody still waits for."""
    found = []
    for one in promises:
        name = one.name.replace("_", " ")
        if one.state is PromiseState.NO_CLOCK and one.stopped_at is None:
            found.append(f'{one.status}: to be {name}, but no clock runs: the org has no business hours "{one.clock}"')
        elif one.state is PromiseState.BREACHED and one.is_open:
            assert one.due_at is not None  # no promise is breached without a deadline
            found.append(f"{one.status}: to be {name}, was due {one.due_at.astimezone(zone):%Y-%m-%d %H:%M %Z}")
    return found


def _raw(judgement: Judgement, policy: Policy) -> str | None:
    """Whom the rule raw moves, or would move if the evidence were complete."""
    raw = policy.role("raw")
    if raw is None:
        return None
    for change in judgement.changes:
        if (
            change.rule == "raw"
            and change.field == "status"
            and policy.place(change.ref.object, change.after).name == raw
        ):
            return change.because
    for finding in judgement.findings:
        if finding.name == "no_evidence" and finding.value == f"{raw}?":
            return finding.detail
    return None
