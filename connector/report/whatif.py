"""What another policy would do: everybody is judged by both, from the mirror alone, and nothing is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import msgspec

from connector.errors import BadInput, NotFound
from connector.judge import load
from connector.judging import judge_by_each
from connector.model import Change, Evidence, Judgement, Ref
from connector.policy import Policy
from connector.policy.loader import Loaded
from connector.score import reaches
from connector.store.ledger import Ledger
from connector.store.mirror import Mirror

EXAMPLES = 200
"""People named of each kind, unless all are wanted."""


class Scored(msgspec.Struct, frozen=True):
    """Somebody whose score reaches the bar by one policy only, with their points by both."""

    ref: Ref
    name: str
    status: str | None
    before: float
    after: float


class Difference(msgspec.Struct):
    """How the second policy differs from the first in what it does.

    `crosses`, `stops`: how many reach the bar only by the second, only by the first; `of`: how many reach it by each.
    `crossing`, `stopping`: some of them, by points. `changes`: rule → changes planned by each;
    `records`: records whose planned changes are the same, only there, only here, or not the same. `findings`: name →
    people by each. `statuses`: (from, to, by the first; by the second) → records, for status changes that differ.
    """

    people: int = 0
    of: tuple[int, int] = (0, 0)
    crosses: int = 0
    stops: int = 0
    crossing: list[Scored] = []
    stopping: list[Scored] = []
    changes: dict[str, tuple[int, int]] = {}
    records: Counter[str] = msgspec.field(default_factory=Counter)
    findings: dict[str, tuple[int, int]] = {}
    statuses: Counter[tuple[str, str, str]] = msgspec.field(default_factory=Counter)
    not_available: str = ""
    """Why it cannot be said who would cross by other points."""


def compare(
    mirror: Mirror, ledger: Ledger, before: Loaded, after: Loaded, now: datetime, *, keep: int = EXAMPLES
) -> Difference:
    """Judges everybody in the mirror by both as of `now`. `keep`: people named of each kind; so much memory it takes.

    Raises NotFound: there is nothing in the mirror; BadInput: it lacks a fact that one of them needs.
    """
    if mirror.is_empty():
        raise NotFound("the mirror is empty: nothing has been read from the CRM yet", next="run `connector sync`")
    for loaded in (before, after):
        if missing := sorted(set(loaded.file.facts) - set(mirror.facts)):
            what = f"the mirror does not hold {missing[0]!r}: the policy in force does not name it"
            todo = "list it under `facts` of the policy in force, then: connector sync"
            raise BadInput(what, where=loaded.where("facts"), next=todo)
    sides = [(loaded.policy, load(loaded.policy, loaded.where)) for loaded in (before, after)]
    tally = _Tally(before.policy, after.policy, keep)
    for evidence, (one, other) in judge_by_each(mirror, ledger, sides, mirror.org_facts(), now):
        if not (one.skipped and other.skipped):
            tally.add(evidence, one, other)
    found = tally.difference()
    if all(loaded.file.score.source == "field" for loaded in (before, after)):
        found.not_available = "the score is the marketing platform's: what other points would do is not available"
    return found


class _Tally:
    def __init__(self, first: Policy, second: Policy, keep: int) -> None:
        self._keep = keep
        self._policies = (first, second)
        self._found = Difference()
        self._of = [0, 0]
        self._changes: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
        self._findings: tuple[Counter[str], Counter[str]] = (Counter(), Counter())

    def add(self, evidence: Evidence, before: Judgement, after: Judgement) -> None:
        self._found.people += 1
        self._score(evidence, before, after)
        for number, judgement in enumerate((before, after)):
            self._changes[number].update(change.rule for change in judgement.changes)
            self._findings[number].update({finding.name for finding in judgement.findings})
        self._plan(evidence, before, after)

    def difference(self) -> Difference:
        found = self._found
        found.of = (self._of[0], self._of[1])
        found.changes, found.findings = _both(self._changes), _both(self._findings)
        for some in (found.crossing, found.stopping):
            some.sort(key=lambda one: (-max(one.before, one.after), one.ref))
        return found

    def _score(self, evidence: Evidence, before: Judgement, after: Judgement) -> None:
        found = self._found
        was, is_now = (reaches(p, j.score) for p, j in zip(self._policies, (before, after), strict=True))
        self._of[0] += was
        self._of[1] += is_now
        if was == is_now:
            return
        person = evidence.person
        points = [judgement.score.total if judgement.score else 0.0 for judgement in (before, after)]
        some = found.crossing if is_now else found.stopping
        if len(some) < self._keep:
            some.append(Scored(person.ref, person.name, person.status, points[0], points[1]))
        if is_now:
            found.crosses += 1
        else:
            found.stops += 1

    def _plan(self, evidence: Evidence, before: Judgement, after: Judgement) -> None:
        one, other = _values(before.changes), _values(after.changes)
        if not one and not other:
            return
        how = "same" if one == other else "only before" if not other else "only after" if not one else "different"
        self._found.records[how] += 1
        if one.get("status") != other.get("status"):
            now = evidence.person.status or ""
            self._found.statuses[now, one.get("status") or now, other.get("status") or now] += 1


def _values(changes: Iterable[Change]) -> dict[str, str | None]:
    return {change.field: change.after for change in changes}


def _both(counts: tuple[Counter[str], Counter[str]]) -> dict[str, tuple[int, int]]:
    first, second = counts
    return {name: (first[name], second[name]) for name in sorted(first.keys() | second.keys())}
