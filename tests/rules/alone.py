"""Judging somebody by one rule, or by all, in one call."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from connector.case import Case, OrgFacts, build
from connector.judge import Rules, judge, load
from connector.judge.loading import Rule
from connector.model import Evidence, Judgement, OwnWrite
from connector.policy import Policy
from tests.people import NOW, org, policy


def rule(name: str, known: Policy | None = None, **options: Any) -> Rules:
    """One rule, on, with these options."""
    for one in load(known or policy(rules={name: {"on": True, **options}})).on:
        if one.name == name:
            found: Rule = one
            return Rules((found,))
    raise AssertionError(name)


def case_of(
    found: Evidence,
    known: Policy | None = None,
    has: OrgFacts | None = None,
    now: datetime = NOW,
    own: tuple[OwnWrite, ...] = (),
) -> Case:
    return build(found, known or policy(), has or org(), now, own)


def alone(
    name: str,
    found: Evidence,
    known: Policy | None = None,
    has: OrgFacts | None = None,
    now: datetime = NOW,
    own: tuple[OwnWrite, ...] = (),
    **options: Any,
) -> Judgement:
    """What one rule alone comes to."""
    return judge(found.person, case_of(found, known, has, now, own), rule(name, **options))


def after(judged: Judgement, field: str = "status") -> str | None:
    """What a field ought to be; None if it is not changed (or is to be emptied)."""
    return next((change.after for change in judged.changes if change.field == field), None)


def why(judged: Judgement, field: str = "status") -> str:
    """The reason given for a field's change."""
    return next(change.because for change in judged.changes if change.field == field)


def names(judged: Judgement) -> set[str]:
    """The findings' names."""
    return {finding.name for finding in judged.findings}
