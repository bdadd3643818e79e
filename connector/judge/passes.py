"""The rules in their order, each on what the last one left, until nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace

from connector.case import Case, Verdict
from connector.judge.loading import Rule
from connector.model import FIELDS, Alert, Finding, Person
from connector.policy import Meaning
from connector.rules._status import missing
from connector.text import field_text

MOST_PASSES: Final = 3
ANY: Final = object()
"""In `Pins`: whatever the value."""
Pins = Mapping[str, object]
"""Fields that are not to be changed: to a certain value (canonical text), or at all (`ANY`)."""

_IDENTITY: Final = tuple(name for name in Person.__struct_fields__ if name not in FIELDS)


class Step(msgspec.Struct, frozen=True):
    """One verdict that changed the person, or was refused. `fields`: field → before, after."""

    rule: str
    number: int
    because: str
    fields: Mapping[str, tuple[str | None, str | None]]
    refused: str = ""


class Outcome(msgspec.Struct):
    """What the passes came to. `why`: field → rule and reason. `failed` and `unsettled`: then nothing is changed."""

    person: Person
    why: dict[str, tuple[str, str]]
    findings: list[Finding]
    alerts: list[Alert]
    until: datetime | None
    steps: list[Step]


def run(person: Person, case: Case, rules: Sequence[Rule], pins: Pins, *, told: bool = False) -> Outcome:
    """The passes over one person.

    Args:
        person: as the CRM has them
        case: theirs
        rules: in their order
        pins: what must not be changed
        told: keep the steps, for explaining
    """
    return _Passes(person, case, pins, told).over(rules)


class _Passes:
    def __init__(self, person: Person, case: Case, pins: Pins, told: bool) -> None:
        self._first = person
        self._case = case
        self._pins = pins
        self._told = told
        self._lasting: list[Finding] = []
        self._outcome = Outcome(person, {}, [], [], case.next_at, [])

    def over(self, rules: Sequence[Rule]) -> Outcome:
        outcome = self._outcome
        movers: list[str] = []
        for number in range(1, MOST_PASSES + 1):
            outcome.findings = []
            try:
                movers = self._pass(rules, number)
            except _RuleFailedError as failed:
                return self._alone(Finding("rule_failed", str(failed), failed.rule))
            if not movers:
                break
        else:
            names = " and ".join(dict.fromkeys(movers[-2:]))
            return self._alone(Finding("unsettled", f"{names} do not agree about this person", names))
        outcome.findings = list(dict.fromkeys([*self._lasting, *outcome.findings]))
        return outcome

    def _pass(self, rules: Sequence[Rule], number: int) -> list[str]:
        """One pass; the names of the rules that changed something."""
        outcome, person, case = self._outcome, self._outcome.person, self._case
        movers = []
        for rule in rules:
            try:
                verdict = rule.judge(person, case, rule.options)
            except Exception as error:
                raise _RuleFailedError(rule.name, f"{type(error).__name__}: {error}") from error
            if verdict is None:
                continue
            if verdict.until is not None and (outcome.until is None or verdict.until < outcome.until):
                outcome.until = verdict.until
            if verdict.alerts:
                outcome.alerts += verdict.alerts
            if verdict.person is not person and self._takes(rule, number, verdict):
                movers.append(rule.name)
                self._lasting += verdict.findings
                person, case = outcome.person, self._case
            elif verdict.findings:
                outcome.findings += verdict.findings
        return movers

    def _takes(self, rule: Rule, number: int, verdict: Verdict) -> bool:
        """Whether the verdict changes something and may; then it is the person from now on."""
        before, after = self._outcome.person, verdict.person
        for name in _IDENTITY:
            if getattr(before, name) != getattr(after, name):
                raise _RuleFailedError(rule.name, f"it changed {name}, which no rule may")
        changed = {
            name: (field_text(name, getattr(before, name)), field_text(name, getattr(after, name)))
            for name in FIELDS
            if getattr(before, name) != getattr(after, name)
        }
        changed = {name: texts for name, texts in changed.items() if texts[0] != texts[1]}
        if not changed:
            return False
        if refused := self._refused(changed):
            if self._told:
                self._outcome.steps.append(Step(rule.name, number, verdict.because, changed, refused))
            return False
        for name in changed:
            self._outcome.why[name] = (rule.name, verdict.because)
        if self._told:
            self._outcome.steps.append(Step(rule.name, number, verdict.because, changed))
        self._outcome.person = after
        if "status" in changed:
            place = self._case.policy.place(after.ref.object, after.status, after.record_type)
            self._case = replace(self._case, place=place, began=verdict.began)
        return True

    def _refused(self, changed: Mapping[str, tuple[str | None, str | None]]) -> str:
        on, org = self._first.ref.object, self._case.org
        for name, (_, after) in changed.items():
            if name in self._pins and self._pins[name] in (ANY, after):
                return f"{name} is left alone"
            if not org.has(on, name):
                self._outcome.findings.append(missing(self._first, name))
                return f"{name} is missing or may not be written"
        if self._case.place.meaning is Meaning.UNMAPPED:
            return "nobody knows what the status means"
        return ""

    def _alone(self, finding: Finding) -> Outcome:
        outcome = self._outcome
        outcome.person, outcome.why, outcome.alerts = self._first, {}, []
        outcome.findings = [finding]
        return outcome


class _RuleFailedError(Exception):
    """A rule raised, or did what no rule may."""

    def __init__(self, rule: str, what: str) -> None:
        super().__init__(f"the rule {rule} failed: {what}")
        self.rule = rule
