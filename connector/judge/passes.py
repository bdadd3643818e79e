"""The rules in their order, each on what the last one left, until nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Final

import msgspec
from msgspec.structs import replace

from connector.case import Case, Verdict
from connector.judge.loading import Rule
from connector.model import FIELDS, Alert, Finding, Kind, Person, Promise, Score
from connector.policy import Meaning
from connector.rules._status import missing
from connector.text import field_text, to_text

MOST_PASSES: Final = 3
ANY: Final = object()
"""In `Pins`: whatever the value."""
ALL: Final = -1
Pins = Mapping[str, object]
"""Fields that are not to be changed: to a certain value (canonical text), or at all (`ANY`)."""

_IDENTITY: Final = tuple(name for name in Person.__struct_fields__ if name not in FIELDS)
_identity: Final = attrgetter(*_IDENTITY)
_fields: Final = attrgetter(*FIELDS)
_KINDS: Final = tuple(FIELDS.items())
_NUMBER: Final = Kind.NUMBER

Texts = tuple[str | None, str | None]
"""Canonical text before and after."""


Way = tuple[tuple[str, str], ...]
"""Rules and their reasons, in turn."""


class Step(msgspec.Struct, frozen=True):
    """What one rule said in one pass: what it changed and why, what it found, or why it was refused to change it."""

    rule: str
    number: int
    because: str
    fields: Mapping[str, Texts]
    findings: tuple[Finding, ...] = ()
    until: datetime | None = None
    refused: str = ""


class Outcome(msgspec.Struct):
    """What the passes came to. `why`: touched field → the rules that changed it, in turn, each with its reason.

    `steps` only if they were to be told.
    """

    person: Person
    findings: list[Finding]
    until: datetime | None
    why: dict[str, Way] = {}
    alerts: list[Alert] = []
    promises: list[Promise] = []
    score: Score | None = None
    steps: list[Step] = []


def run(person: Person, case: Case, rules: Sequence[Rule], pins: Pins, *, told: bool = False) -> Outcome:
    """The passes over one person. A rule that fails, or two that disagree, leave the person as they are: a finding.

    Args:
        person: as the CRM has them
        case: theirs
        rules: in their order
        pins: what must not be changed
        told: keep the steps, for explaining
    """
    passes = _Passes(person, case, pins, told)
    movers: list[str] = []
    for number in range(1, MOST_PASSES + 1):
        movers = passes.once(rules, number)
        if not movers:
            return passes.outcome()
        if passes.failed is not None:
            return passes.alone(passes.failed, rules)
    names = " and ".join(dict.fromkeys(movers[-2:]))
    return passes.alone(Finding("unsettled", f"{names} do not agree about this person", names), rules)


class _Passes:
    """What is carried from rule to rule."""

    __slots__ = (
        "_again",
        "_alerts",
        "_case",
        "_findings",
        "_first",
        "_lasting",
        "_lasting_alerts",
        "_person",
        "_pins",
        "_promises",
        "_said",
        "_score",
        "_steps",
        "_told",
        "_until",
        "_untouched",
        "_why",
        "failed",
    )

    def __init__(self, person: Person, case: Case, pins: Pins, told: bool) -> None:
        self._first = self._person = person
        self._case = self._untouched = case
        self._pins = pins
        self._told = told
        self._until = case.next_at
        self._findings: list[Finding] = []
        self._lasting: list[Finding] = []
        self._why: dict[str, Way] = {}
        self._alerts: list[Alert] = []
        self._lasting_alerts: list[Alert] = []
        self._promises: list[Promise] = []
        self._score: Score | None = None
        self._steps: list[Step] = []
        self._again = ALL
        """So many rules, the first ones, have not looked at the person as they are now."""
        self._said: list[tuple[Rule, Verdict]] = []
        """What the others had to say."""
        self.failed: Finding | None = None

    def once(self, rules: Sequence[Rule], number: int) -> list[str]:
        """One pass; the names of the rules that changed something, or of the one that failed.

        Rules are pure. Those that come after the last change of the pass before have looked at exactly the person and
        case of now: unless this pass changes something, they are not asked again, and what they said stands.
        """
        self._findings, self._alerts, self._promises = [], [], []
        person, case, again = self._person, self._case, self._again
        movers: list[str] = []
        for at, rule in enumerate(rules):
            if at == again and not movers:
                for said, verdict in self._said:
                    self._hears(said, number, verdict)
                return movers
            try:
                found = rule.judge(person, case, rule.options)
            except Exception as error:  # noqa: BLE001 - one rule's fault must not stop the others' people
                return self._fail(rule, f"{type(error).__name__}: {error}")
            if found is None:
                continue
            if not self._hears(rule, number, found):
                if movers:
                    self._said.append((rule, found))
                continue
            if self.failed is not None:
                return [rule.name]
            movers.append(rule.name)
            self._said, self._again = [], at + 1
            person, case = self._person, self._case
        return movers

    def _hears(self, rule: Rule, number: int, verdict: Verdict) -> bool:
        """Takes note of what a rule said; whether that changed something."""
        if verdict.until is not None and (self._until is None or verdict.until < self._until):
            self._until = verdict.until
        if verdict.alerts:
            self._alerts += verdict.alerts
        if verdict.promises:
            self._promises += verdict.promises
        if verdict.score is not None:
            self._score = verdict.score
        if verdict.person is self._person:
            self._findings += verdict.findings
            if self._told:
                self._steps.append(Step(rule.name, number, verdict.because, {}, verdict.findings, verdict.until))
            return False
        if self._takes(rule, number, verdict):
            self._lasting += verdict.findings
            return True
        self._findings += verdict.findings
        return False

    def outcome(self) -> Outcome:
        """What it came to."""
        findings = self._findings
        if self._lasting:
            findings = list(dict.fromkeys([*self._lasting, *findings]))
        alerts = self._alerts
        if self._lasting_alerts:
            alerts = list({alert.key: alert for alert in (*self._lasting_alerts, *alerts)}.values())
        return Outcome(self._person, findings, self._until, self._why, alerts, self._promises, self._score, self._steps)

    def alone(self, finding: Finding, rules: Sequence[Rule]) -> Outcome:
        """The person is left alone. What is promised to them still is, and who must be told is told (`EVEN_ALONE`)."""
        outcome = Outcome(self._first, [finding], self._until, steps=self._steps)
        for rule in rules:
            if not getattr(rule.module, "EVEN_ALONE", False):
                continue
            try:
                verdict = rule.judge(self._first, self._untouched, rule.options)
            except Exception:  # noqa: BLE001 - it is the rule that failed; the finding says so
                continue
            if verdict is not None:
                outcome.alerts = [*outcome.alerts, *verdict.alerts]
                outcome.promises = [*outcome.promises, *verdict.promises]
                outcome.score = verdict.score if verdict.score is not None else outcome.score
                if verdict.until is not None and (outcome.until is None or verdict.until < outcome.until):
                    outcome.until = verdict.until
        return outcome

    def _takes(self, rule: Rule, number: int, verdict: Verdict) -> bool:
        """Whether the verdict changes something and may; then it is the person from now on."""
        before, after = self._person, verdict.person
        if _identity(before) != _identity(after):
            name = next(name for name in _IDENTITY if getattr(before, name) != getattr(after, name))
            return bool(self._fail(rule, f"it changed {name}, which no rule may"))
        changed = _names(before, after)
        if not changed:
            return False
        refused = self._refused(changed, after)
        if self._told:
            fields, because = differing(before, after), verdict.because
            self._steps.append(Step(rule.name, number, because, fields, verdict.findings, verdict.until, refused))
        if refused:
            if verdict.otherwise is None:
                return False
            return self._takes(rule, number, replace(verdict, person=verdict.otherwise, began=None, otherwise=None))
        for name in changed:
            self._why[name] = (*self._why.get(name, ()), (rule.name, verdict.because))
        self._person = after
        if "status" in changed:
            self._lasting_alerts += verdict.alerts
            place = self._case.policy.place(after.ref.object, after.status, after.record_type)
            self._case = replace(self._case, place=place, began=verdict.began, given_by=rule.name)
        return True

    def _refused(self, changed: Sequence[str], after: Person) -> str:
        on, org = self._first.ref.object, self._case.org
        for name in changed:
            if name in self._pins and self._pins[name] in (ANY, field_text(name, getattr(after, name))):
                return f"{name} is left alone"
            if not org.has(on, name):
                self._findings.append(missing(self._first, name))
                return f"{name} is missing or may not be written"
        if self._case.place.meaning is Meaning.UNMAPPED:
            return "nobody knows what the status means"
        return ""

    def _fail(self, rule: Rule, what: str) -> list[str]:
        self.failed = Finding("rule_failed", f"the rule {rule.name} failed: {what}", rule.name)
        return [rule.name]


def _names(before: Person, after: Person) -> list[str]:
    """Fields that differ, as `differing`, without making texts where the values tell."""
    old, new = _fields(before), _fields(after)
    return [
        name
        for at, (name, kind) in enumerate(_KINDS)
        if old[at] != new[at]
        and ((kind is not _NUMBER and (old[at] or new[at])) or to_text(kind, old[at]) != to_text(kind, new[at]))
    ]


def differing(before: Person, after: Person) -> dict[str, Texts]:
    """Fields whose canonical text differs."""
    changed: dict[str, Texts] = {}
    for (name, kind), old, new in zip(_KINDS, _fields(before), _fields(after), strict=True):
        if old != new:
            texts = (to_text(kind, old), to_text(kind, new))
            if texts[0] != texts[1]:
                changed[name] = texts
    return changed
