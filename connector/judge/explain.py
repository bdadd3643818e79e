"""Why a person is where they are, and what the rules say: everything that judging looked at, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from connector.case import Case
from connector.judge.loading import Rules
from connector.judge.passes import Step
from connector.judge.person import judge_told
from connector.model import Activity, Evidence, Hold, Judgement, Opportunity, OwnWrite, Person, Stay
from connector.policy import Place
from connector.rules._spells import spells
from connector.score import Dimension, scoring
from connector.score.happened import Topics, answers
from connector.sla import FollowUps, counted, waiting
from connector.sla.trace import Trace, traces

LATEST: Final = 12
"""Activities told."""


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One person, explained.

    `place`: what their status means now. `stays`: where they have been, oldest first; `cycle`, `cycle_is_estimate`: how
    often they have gone round. `prior_status`: on a converted contact, what the lead was before. `interactions`: when
    they did something towards us; of those in `only_days` the day alone is known. `opportunities`: those that count.
    `steps`: what each rule that had something to say said, pass by pass; `silent` rules looked and said nothing, `off`
    ones did not look. `judgement`: what it comes to. `own`: what connector wrote to them; `holds`: undone changes that
    are not made again. `ideal`: how they compare with the ideal client, dimension by dimension. `clocks`: how the time
    of each promise was measured. `happened`: the latest activities and answers to campaigns, and the requests that
    promises are about; `counted`: what each of them counts as, an interaction, a follow-up, or why not; `users`,
    `campaigns`: names by id, of those that appear in all this.
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
    clocks: tuple[Trace, ...] = ()
    happened: tuple[Activity, ...] = ()
    counted: tuple[tuple[str, ...], ...] = ()
    users: Mapping[str, str] = {}
    campaigns: Mapping[str, str] = {}
    only_days: tuple[datetime, ...] = ()


def explain(evidence: Evidence, case: Case, rules: Rules) -> Explanation:
    """Judges the person and tells how. `case` is theirs, as `judging.case_of` makes it."""
    judgement, steps = judge_told(evidence.person, case, rules)
    spoke = {step.rule for step in steps}
    requests = scoring(case.policy).requests.of(case.activities, case.memberships, case.now)
    happened = _happened(judgement, requests, case)
    return Explanation(
        person=evidence.person,
        as_of=case.now,
        place=case.place,
        stays=case.stays,
        cycle=case.cycles.number,
        cycle_is_estimate=case.cycles.is_estimate,
        prior_status=case.prior_status,
        interactions=tuple(case.interactions),
        only_days=_days(case),
        opportunities=case.opportunities,
        steps=tuple(steps),
        silent=() if judgement.skipped else tuple(name for name in rules.names() if name not in spoke),
        off=rules.off,
        ideal=scoring(case.policy).ideal.dimensions(evidence.person),
        judgement=judgement,
        own=case.own,
        holds=case.holds,
        clocks=traces(judgement.promises, case),
        happened=happened,
        counted=_counted(happened, judgement, requests, evidence.person, case),
        campaigns={one.campaign_id: one.campaign for one in case.memberships if one.responded},
        users=_names(evidence, case, happened),
    )


def _happened(judgement: Judgement, requests: Iterable[Activity], case: Case) -> tuple[Activity, ...]:
    """The latest activities and answers to campaigns, and the requests that promises are about, however long ago.
    Oldest first."""
    about = {one.of for one in judgement.promises}
    answered = answers(case.memberships, Topics(case.policy.file.score.topics), case.now)
    latest = sorted((*case.activities, *answered), key=_when)[-LATEST:]
    found = {(one.id, one.at): one for one in (*(one for one in requests if one.id in about), *latest)}
    return tuple(sorted(found.values(), key=_when))


def _when(one: Activity) -> tuple[datetime, str]:
    return one.at, one.id


def _counted(
    happened: Iterable[Activity], judgement: Judgement, requests: Iterable[Activity], person: Person, case: Case
) -> tuple[tuple[str, ...], ...]:
    """What each counts as: as work it is asked of every promise in whose time it was done."""
    promised = waiting(judgement.promises, spells(person, case), requests, case)
    work = FollowUps(person, case)
    return tuple((*(("interaction",) if one.is_interaction else ()), *counted(one, promised, work)) for one in happened)


def _days(case: Case) -> tuple[datetime, ...]:
    known = [one.at for one in case.activities if one.earliest is not None]
    return (*known, *(one.responded_at for one in case.memberships if one.earliest is not None and one.responded_at))


def _names(evidence: Evidence, case: Case, happened: Iterable[Activity]) -> dict[str, str]:
    person = evidence.person
    ids = {person.owner_id, person.modified_by, *(stay.by for stay in case.stays), *(one.by for one in happened)}
    return {id: case.org.users[id].name for id in sorted(filter(None, ids)) if id in case.org.users}
