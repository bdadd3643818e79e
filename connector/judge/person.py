"""Judging one person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

import msgspec

from connector.case import Case
from connector.judge.left_alone import left_alone
from connector.judge.loading import Rules
from connector.judge.passes import Outcome, Step, Way, run
from connector.judge.skipped import CLOSED, is_closed, skipped
from connector.model import Change, Finding, Judgement, Person
from connector.text import field_text


def judge(person: Person, case: Case, rules: Rules) -> Judgement:
    """What ought to change about the person, what else is wrong, and when time alone could change this.

    A rule that fails, or two that disagree, leave the person alone and become a finding. A field that is contested or
    held is pinned and the person judged anew, so that no other change rests on one that is not made.
    """
    if why := skipped(person, case):
        return Judgement(skipped=why)
    outcome = run(person, case, rules.on, {})
    if is_closed(person, case.policy):
        return _closed(outcome)
    if outcome.person is person:
        return _judgement((), outcome)
    changes = changes_of(person, outcome)
    if case.own or case.holds:
        return _without_left_alone(person, case, rules, changes, outcome)[0]
    return _judgement(changes, outcome)


def judge_told(person: Person, case: Case, rules: Rules) -> tuple[Judgement, list[Step]]:
    """As `judge`, with every step of the last passes."""
    if why := skipped(person, case):
        return Judgement(skipped=why), []
    outcome = run(person, case, rules.on, {}, told=True)
    if is_closed(person, case.policy):
        return _closed(outcome), outcome.steps
    return _without_left_alone(person, case, rules, changes_of(person, outcome), outcome)


def _without_left_alone(
    person: Person, case: Case, rules: Rules, changes: tuple[Change, ...], outcome: Outcome
) -> tuple[Judgement, list[Step]]:
    pins: dict[str, object] = {}
    findings: list[Finding] = []
    until, told = outcome.until, bool(outcome.steps)
    while alone := left_alone(changes, person, case):
        for one in alone:
            pins[one.field] = one.pin
            findings.append(one.finding)
            until = _earlier(until, one.until)
        outcome = run(person, case, rules.on, pins, told=told)
        until = _earlier(until, outcome.until)
        changes = changes_of(person, outcome)
    outcome.findings += findings
    outcome.until = until
    return _judgement(changes, outcome), outcome.steps


def _closed(outcome: Outcome) -> Judgement:
    """Nothing is changed or found; but somebody closed may ask for us again, and that is told."""
    judgement = _judgement((), outcome)
    return msgspec.structs.replace(judgement, findings=(), skipped=CLOSED)


def _judgement(changes: tuple[Change, ...], outcome: Outcome) -> Judgement:
    return Judgement(
        changes=changes,
        findings=tuple(outcome.findings),
        alerts=tuple(outcome.alerts),
        promises=tuple(outcome.promises),
        score=outcome.score,
        until=outcome.until,
    )


def changes_of(person: Person, outcome: Outcome) -> tuple[Change, ...]:
    """First and last compared, in the order of the fields' names.

    Of a field that ended as it began nothing is written, but the others' values may rest on what it was in between:
    the rules that touched it took part in all of them.
    """
    changes, between = [], list[str]()
    for field, way in sorted(outcome.why.items()):
        before, after = (field_text(field, getattr(one, field)) for one in (person, outcome.person))
        if before == after:
            between += [rule for rule, _ in way]
            continue
        rule, because = way[-1] if len(way) == 1 else _told(way)
        changes.append(
            Change(
                ref=person.ref,
                field=field,
                before=before,
                after=after,
                rule=rule,
                because=because,
                version=person.version,
                record_type=person.record_type,
                also=() if len(way) == 1 else _others(rule, [one for one, _ in way]),
            )
        )
    if between:
        changes = [msgspec.structs.replace(one, also=_others(one.rule, [*between, *one.also])) for one in changes]
    return tuple(changes)


def _told(way: Way) -> tuple[str, str]:
    """The last rule, and the whole way: what each said, in turn. Of one that corrected itself, its last word."""
    said = [one for one, after in pairwise((*way, ("", ""))) if one[0] != after[0]]
    last, because = said[-1]
    return last, because if len(said) == 1 else "; then ".join(f"{rule}: {why}" for rule, why in said)


def _others(last: str, rules: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule for rule in rules if rule != last))


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
