"""From the mirror's people to standing verdicts: page by page, with what the ledger remembers of us.

judge_dirty      whoever is to be judged now; verdicts are kept in the mirror
judge_in_memory  everybody, as of any time; nothing is kept
judge_by_each    everybody, by several policies; nothing is kept
judge_due_in_memory  whoever is to be judged now; nothing is kept
case_of          the case of one person
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from importlib.metadata import version
from itertools import groupby
from typing import Final

import msgspec

from connector.broken import READS, UNMARKED, Unmarked
from connector.case import Case, OrgFacts
from connector.judge import Rules, judge
from connector.model import Evidence, Judgement
from connector.policy import Policy
from connector.remembering import Memory, look_after
from connector.sla.then import USER
from connector.store.enriched import Facts
from connector.store.ledger import Ledger
from connector.store.mirror import Mirror

_JUDGED_BY: Final = "judged_by"
_IN_FORCE: Final = "in_force"
Judged = tuple[Evidence, Judgement]


class Counts(msgspec.Struct):
    """What a pass came to: people judged and skipped, changes by rule and findings by name, of these people."""

    people: int = 0
    skipped: int = 0
    changes: Counter[str] = msgspec.field(default_factory=Counter)
    findings: Counter[str] = msgspec.field(default_factory=Counter)

    def add(self, judged: Sequence[Judged]) -> None:
        """Counts a page."""
        for _, judgement in judged:
            if judgement.skipped:
                self.skipped += 1
                continue
            self.people += 1
            for change in judgement.changes:
                self.changes[change.rule] += 1
            for finding in judgement.findings:
                self.findings[finding.name] += 1


def judge_dirty(
    mirror: Mirror,
    ledger: Ledger,
    policy: Policy,
    rules: Rules,
    org: OrgFacts,
    now: datetime,
    *,
    seen: Callable[[int], None] = lambda people: None,
) -> Counts:
    """Judges whoever is to be judged now, and replaces what stood about them in the mirror.

    Everybody is judged again if the rules, their options, the policy or what the org has differ from the last time.
    `seen` is told how many people each page had. Returns counts of the people judged in this pass.
    """
    org = _remembering(org, ledger)
    mark_if_new(mirror, policy, rules, org)
    _mark_if_in_force(mirror, org)
    policy, memory, counts = policy.for_org(org.converting, org.offered), Memory(ledger), Counts()
    facts = Facts(mirror, policy, now)
    for page in mirror.people.pages(now):
        changed = facts.changed(page)
        if changed:
            ledger.observations.record(changed)
        remembered = memory.of(page, changed)
        cases = [remembered.case(evidence, policy, org, now) for evidence in page]
        judged = [(one, judge(one.person, case, rules)) for one, case in zip(page, cases, strict=True)]
        if remembered.holds:
            look_after(ledger, page, cases, remembered)
        mirror.fence()
        mirror.verdicts.store(judged)
        counts.add(judged)
        seen(len(page))
    facts.all_judged()
    return counts


def judge_in_memory(
    mirror: Mirror, ledger: Ledger, policy: Policy, rules: Rules, org: OrgFacts, now: datetime
) -> Iterator[tuple[Evidence, Case, Judgement]]:
    """Judges everybody as of `now` and keeps nothing."""
    org = _remembering(org, ledger)
    policy, memory = policy.for_org(org.converting, org.offered), Memory(ledger)
    for page in mirror.people.everyone():
        remembered = memory.of(page)
        for evidence in page:
            case = remembered.case(evidence, policy, org, now)
            yield evidence, case, judge(evidence.person, case, rules)


def judge_by_each(
    mirror: Mirror, ledger: Ledger, sides: Sequence[tuple[Policy, Rules]], org: OrgFacts, now: datetime
) -> Iterator[tuple[Evidence, list[Judgement]]]:
    """Judges everybody as of `now` by each of these policies, with its rules, and keeps nothing."""
    org, memory = _remembering(org, ledger), Memory(ledger)
    known = [(policy.for_org(org.converting, org.offered), rules) for policy, rules in sides]
    for page in mirror.people.everyone():
        remembered = memory.of(page)
        for evidence in page:
            yield (
                evidence,
                [judge(evidence.person, remembered.case(evidence, policy, org, now), rules) for policy, rules in known],
            )


def anyone_due(mirror: Mirror, ledger: Ledger, policy: Policy, rules: Rules, org: OrgFacts, now: datetime) -> bool:
    """Whether `judge_dirty` would judge anybody. Reads only; costs next to nothing."""
    org = _remembering(org, ledger)
    known = (mirror.notes.get(_JUDGED_BY), mirror.notes.get(_IN_FORCE))
    return known != (_judged_by(policy, rules, org), str(org.first_apply).encode()) or mirror.people.anyone_due(now)


def judge_due_in_memory(
    mirror: Mirror, ledger: Ledger, policy: Policy, rules: Rules, org: OrgFacts, now: datetime
) -> Iterator[tuple[Evidence, Judgement]]:
    """Judges single people who are due, and keeps nothing: for whoever must not write the mirror at the moment.

    Nobody while everybody is marked: that is a first judging or a new policy, which is not done on the side.
    """
    if mirror.dirty.everybody() is not None:
        return
    org = _remembering(org, ledger)
    policy, memory = policy.for_org(org.converting, org.offered), Memory(ledger)
    facts = Facts(mirror, policy, now)
    for page in mirror.people.due(now):
        remembered = memory.of(page, facts.changed(page))
        for evidence in page:
            case = remembered.case(evidence, policy, org, now)
            yield evidence, judge(evidence.person, case, rules)


def case_of(evidence: Evidence, ledger: Ledger, policy: Policy, org: OrgFacts, now: datetime) -> Case:
    """The case of one person, with what the ledger remembers of them."""
    org = _remembering(org, ledger)
    return Memory(ledger).of([evidence]).case(evidence, policy.for_org(org.converting, org.offered), org, now)


def include_held(mirror: Mirror, ledger: Ledger) -> int:
    """Ends every hold that keeps a correction from being planned, and marks the people. How many findings it were."""
    refs = [ref for ref, _ in mirror.verdicts.findings("held")]
    ledger.held.release([(hold.ref, hold.field) for hold in ledger.holds(refs)])
    mirror.dirty.records(refs, "held changes are included")
    return len(refs)


def is_judged(mirror: Mirror, ledger: Ledger, policy: Policy, rules: Rules, org: OrgFacts) -> bool:
    """Whether what stands in the mirror is what judging would come to now, but for the time that has passed."""
    org = _remembering(org, ledger)
    is_same = mirror.notes.get(_JUDGED_BY) == _judged_by(policy, rules, org)
    return is_same and mirror.notes.get(_IN_FORCE) == str(org.first_apply).encode() and not mirror.dirty.count()


def mark_if_new(mirror: Mirror, policy: Policy, rules: Rules, org: OrgFacts) -> bool:
    """Marks everybody if what people are judged by is not what it was the last time; whether it did."""
    now = _judged_by(policy, rules, org)
    before = mirror.notes.get(_JUDGED_BY)
    if before == now:
        return False
    mirror.dirty.all("another policy, mapping or version" if before else "first judging")
    mirror.notes.set(_JUDGED_BY, now)
    return True


def _remembering(org: OrgFacts, ledger: Ledger) -> OrgFacts:
    """What the ledger knows of the org itself."""
    users = {
        user: tuple(seen) for user, seen in groupby(ledger.observations.of_object(USER), key=lambda one: one.ref.id)
    }
    lost = tuple(
        Unmarked(one.since, one.seen_at) for one in ledger.observations.of_object(READS) if one.field == UNMARKED
    )
    return msgspec.structs.replace(org, first_apply=ledger.plans.first_finished(), users_seen=users, unmarked=lost)


def _mark_if_in_force(mirror: Mirror, org: OrgFacts) -> None:
    """The first apply puts promises in force: those who wait are judged again."""
    now = str(org.first_apply).encode()
    before = mirror.notes.get(_IN_FORCE)
    if before != now:
        if before is not None:
            mirror.dirty.promised("promises are in force since the first apply")
        mirror.notes.set(_IN_FORCE, now)


def _judged_by(policy: Policy, rules: Rules, org: OrgFacts) -> bytes:
    options = [(rule.name, rule.options.model_dump_json()) for rule in rules.on]
    content = (
        version("connector"),
        policy.hash,
        options,
        sorted(org.writable),
        sorted(org.converting),
        sorted(([on, kind or ""], sorted(texts)) for (on, kind), texts in org.offered.items()),
        sorted((on, str(since)) for on, since in org.tracked_since.items()),
        org.timezone,
    )
    return sha256(msgspec.json.encode(content)).digest()
