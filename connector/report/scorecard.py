"""The scorecard of `connector audit`: the seven classic errors, unknown and retired values, and moves between statuses.

Everybody is judged in memory, as of any time, so that a report never rests on what was planned last week, and changes
nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date

import msgspec

from connector.case import Case
from connector.model import CONTACT, LEAD, Evidence, Judgement, Ref
from connector.policy import Meaning, Policy, score_checks
from connector.policy.checks import warnings
from connector.policy.loader import Loaded
from connector.report import classic
from connector.report.moves import Move, Moves
from connector.report.promised import Promised, unpromised

Judged = Iterable[tuple[Evidence, Case, Judgement]]
EXAMPLES = 200
"""Records kept per error for the drill-down."""


class Score(msgspec.Struct, frozen=True):
    """One classic error: how many of how many. `count` None: not answerable, and `note` says why."""

    name: str
    meaning: str
    count: int | None
    of: int
    note: str = ""
    examples: tuple[tuple[Ref, str], ...] = ()


class Scorecard(msgspec.Struct, frozen=True):
    """`people`: humans in scope, a lead and a contact known to be one counted once; `records`: their records.

    `unmapped`, `retired`: status value → people. `skipped`: why not judged → records.
    """

    people: int
    records: int
    scores: tuple[Score, ...]
    unmapped: dict[str, int]
    retired: dict[str, int]
    moves: tuple[Move, ...]
    skipped: dict[str, int]
    findings: dict[str, int]


Told = Callable[[str, Ref, str], None]
"""Told of each error and finding: its name, whose it is, what was found."""


def nobody(name: str, ref: Ref, found: str) -> None:
    """Is told nothing."""


def scorecard(judged: Judged, loaded: Loaded, policy: Policy, today: date, told: Told = nobody) -> Scorecard:
    """Adds up everybody. `policy`: as it is for this org. Memory grows only with the number of people's ids."""
    tally = _Tally(policy, EXAMPLES, told)
    for evidence, case, judgement in judged:
        tally.add(evidence, case, judgement)
    return Scorecard(
        people=len(tally.people),
        records=tally.records,
        scores=tuple(tally.score(name, loaded, today) for name in classic.ERRORS),
        unmapped=dict(tally.unmapped.most_common()),
        retired=dict(tally.retired.most_common()),
        moves=tuple(tally.moves),
        skipped=dict(tally.skipped.most_common()),
        findings=dict(tally.findings.most_common()),
    )


class _Tally:
    def __init__(self, policy: Policy, examples: int, told: Told) -> None:
        self._told = told
        self.people: set[int] = set()
        self.records = 0
        self.unmapped: Counter[str] = Counter()
        self.retired: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.findings: Counter[str] = Counter()
        self.moves = Moves(policy)
        self._policy = policy
        self._objects: Counter[str] = Counter()
        self._errors: Counter[str] = Counter()
        self._examples: dict[str, list[tuple[Ref, str]]] = {name: [] for name in classic.ERRORS}
        self._keep = examples
        self._has_contact_status = False
        self._promises = Promised()

    def add(self, evidence: Evidence, case: Case, judgement: Judgement) -> None:
        if judgement.skipped:
            self.skipped[judgement.skipped] += 1
            return
        person = evidence.person
        self.people.add(person.person_id)
        self.records += 1
        self._objects[person.ref.object] += 1
        self._has_contact_status = self._has_contact_status or case.org.has(CONTACT, "status")
        self.findings.update({finding.name for finding in judgement.findings})
        for finding in judgement.findings:
            self._told(finding.name, person.ref, finding.detail)
        self.moves.add(case.history)
        if judgement.promises:
            self._promises.add(judgement.promises, case)
        if case.place.meaning is Meaning.UNMAPPED and person.status:
            self.unmapped[person.status] += 1
        if case.place.meaning is Meaning.RETIRED and person.status:
            self.retired[person.status] += 1
        for name, found in classic.errors(person, case, judgement):
            self._errors[name] += 1
            self._told(name, person.ref, found)
            if len(self._examples[name]) < self._keep:
                self._examples[name].append((person.ref, found))

    def score(self, name: str, loaded: Loaded, today: date) -> Score:
        meaning = classic.ERRORS[name]
        if name == classic.SLA and (why := unpromised(loaded)):
            return Score(name, meaning, None, 0, why)
        if name == classic.UNSIGNED:
            wrong = [one.what for one in warnings(loaded, today) if "[definition" in one.where]
            return Score(name, meaning, int(bool(wrong)), 1, "; ".join(wrong))
        if name == classic.SCORE:
            if score_checks.is_off(loaded):
                return Score(name, meaning, None, 0, "nobody is scored: the rule qualify is off")
            why = score_checks.not_reviewed(loaded, today)
            return Score(name, meaning, int(bool(why)), 1, why)
        return Score(name, meaning, self._errors[name], self._of(name), self._note(name), tuple(self._examples[name]))

    def _of(self, name: str) -> int:
        by_object = {classic.CONTACT_BLANK: CONTACT, classic.RAW: LEAD}
        if name == classic.SLA:
            return self._promises.people
        return self._objects[by_object[name]] if name in by_object else self.records

    def _note(self, name: str) -> str:
        if name == classic.RAW and self._errors[name] and not self._policy.file.evidence.complete:
            return "as far as the CRM knows: [evidence] complete is not signed, so they are not moved"
        if name == classic.CONTACT_BLANK and self._errors[name] and not self._has_contact_status:
            return "contacts have no status field in this org"
        return self._promises.note() if name == classic.SLA else ""
