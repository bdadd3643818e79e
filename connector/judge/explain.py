"""Why a person is where they are, and what the rules say: everything that judging looked at, as data."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connector.case import Case
from connector.judge.loading import Rules
from connector.judge.passes import Step
from connector.judge.person import judge_told
from connector.model import Evidence, Hold, Judgement, Opportunity, OwnWrite, Person, Stay
from connector.policy import Place
from connector.score import Dimension, scoring


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One person, explained.

    `place`: what their status means now. `stays`: where they have been, oldest first; `cycle`, `cycle_is_estimate`: how
    often they have gone round. `prior_status`: on a converted contact, what the lead was before. `interactions`: when
    they did something towards us. `opportunities`: those that count. `steps`: what each rule that had something to say
    said, pass by pass; `silent` rules looked and said nothing, `off` ones did not look. `judgement`: what it comes to.
    `own`: what connector wrote to them; `holds`: undone changes that are not made again. `ideal`: how they compare with
    the ideal client, dimension by dimension.
    """

    person: Person
    as_of: datetime
    place: Place
    stays: tuple[Stay, ...]
    cycle: int
    cycle_is_estimate: bool
    prior_status: str | None
    interactions: tuple[datetime, ...]
    opportunities: tuple[Opportunity, ...]
    steps: tuple[Step, ...]
    silent: tuple[str, ...]
    off: tuple[str, ...]
    judgement: Judgement
    own: tuple[OwnWrite, ...]
    holds: tuple[Hold, ...]
    ideal: tuple[Dimension, ...] = ()


def explain(evidence: Evidence, case: Case, rules: Rules) -> Explanation:
    """Judges the person and tells how. `case` is theirs, as `judging.case_of` makes it."""
    judgement, steps = judge_told(evidence.person, case, rules)
    spoke = {step.rule for step in steps}
    return Explanation(
        person=evidence.person,
        as_of=case.now,
        place=case.place,
        stays=case.stays,
        cycle=case.cycles.number,
        cycle_is_estimate=case.cycles.is_estimate,
        prior_status=case.prior_status,
        interactions=tuple(case.interactions),
        opportunities=case.opportunities,
        steps=tuple(steps),
        silent=() if judgement.skipped else tuple(name for name in rules.names() if name not in spoke),
        off=rules.off,
        ideal=scoring(case.policy).ideal.dimensions(evidence.person),
        judgement=judgement,
        own=case.own,
        holds=case.holds,
    )
