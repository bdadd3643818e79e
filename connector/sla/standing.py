"""How each promise to one person stands: when its clock began, when it is due, what stopped it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec

from connector.broken import Broken, stood_by, trait
from connector.case import Case
from connector.clock import ELAPSED, Clock
from connector.model import Activity, Person, Promise, PromiseState
from connector.policy.promises import Terms
from connector.sla.followup import NEVER, Among, FollowUps
from connector.sla.spell import Spell

_A_SECOND: Final = timedelta(seconds=1)
"""Times are whole seconds: what was written in the very second in which the first apply ended belongs to it."""
_RUNNING, _BREACHED, _MET = PromiseState.RUNNING, PromiseState.BREACHED, PromiseState.MET
_VOID, _NO_CLOCK = PromiseState.VOID, PromiseState.NO_CLOCK


class _Beginning(msgspec.Struct, frozen=True):
    """What a promise is about."""

    of: str
    since: datetime
    status: str
    owner_id: str | None
    is_estimate: bool = False


def in_force_since(case: Case) -> datetime | None:
    """Since when clocks run: as the policy says, else right after the first apply in the org; None: not yet."""
    first = case.org.first_apply
    return case.policy.promises.effective_from or (first + _A_SECOND if first is not None else None)


def clock_of(terms: Terms, case: Case) -> Clock | None:
    """What measures the promise; None if the org has no such business hours."""
    return ELAPSED if terms.clock == ELAPSED.name else case.org.calendar.clock(terms.hours)


def of_spells(spells: Sequence[Spell], person: Person, case: Case, work: FollowUps) -> list[Promise]:
    """The promises that stays started. Without a time from which they are in force, all stays count, as a preview."""
    force = in_force_since(case)
    found: list[Promise] = []
    for spell in spells:
        started = case.policy.promises.of(spell.name)
        if not started:
            continue
        since, until = spell.since, spell.until
        if since is not None and (since > case.now or (until is not None and until <= since)):
            continue  # still to come, in a replay; or left in the very second in which it was entered
        if until is not None and until > case.now:
            spell = msgspec.structs.replace(spell, until=None, stops=None, onwards=())
        elif spell.stops is not None and spell.stops > case.now:
            spell = msgspec.structs.replace(spell, stops=None)
        for terms in started:
            stood = _spell(spell, terms, person, case, work, force)
            if stood is not None:
                found.append(stood)
    return found


def _spell(
    spell: Spell, terms: Terms, person: Person, case: Case, work: FollowUps, force: datetime | None
) -> Promise | None:
    name, before = spell.name or "", case.policy.promises.before
    teams = team_of(name, case)
    since = spell.since
    if since is None or (force is not None and since < force):
        start = since if since is not None else spell.at_least
        if spell.until is not None or (start is not None and work.first(terms, teams, start - before) < NEVER):
            return None
        return Promise(
            name=terms.name,
            of=spell.id,
            state=PromiseState.BACKLOG,
            since=since,
            at_least=spell.at_least,
            clock=terms.hours or terms.clock,
            owner_id=person.owner_id,
            status=name,
        )
    starts = [(teams, since - before), *((team_of(status, case), at - before) for status, at in spell.onwards)]

    def first(among: Among | None) -> datetime:
        return min(work.first(terms, whose, start, among=among) for whose, start in starts)

    done = first(None)
    stopped = min(max(done, since), spell.stops or NEVER)
    by_nobody = spell.by_nobody and spell.stops is not None and done > spell.stops
    begun = _Beginning(spell.id, since, name, person.owner_id)
    return _stood(
        begun, terms, case, None if stopped == NEVER else stopped, first, left=spell.stops or NEVER, void=by_nobody
    )


def team_of(name: str, case: Case) -> frozenset[str]:
    """The team that owns a status, as a set."""
    team = case.policy.status(name).team
    return frozenset((team,)) if team else frozenset()


def of_requests(
    requests: Sequence[Activity], person: Person, case: Case, work: FollowUps, *, is_void: bool
) -> Iterator[Promise]:
    """The promises that direct requests started, whatever the status. `is_void`: the person turned out to be junk.

    Of a request of which only the day is known the clock starts at the last moment that it may have been, and work from
    the first such moment on counts.
    """
    force = in_force_since(case)
    oldest = case.now - waited_for(case)
    teams = frozenset(case.policy.file.teams)
    for request in requests:
        for terms in case.policy.promises.on_request:
            first = partial(work.first, terms, teams, request.known_from, request)
            done = first(None)
            stopped = None if done == NEVER else max(done, request.at)
            about, is_estimate = request.about or request.kind, request.earliest is not None
            begun = _Beginning(request.id, request.at, about, person.owner_id, is_estimate)
            if force is not None and request.known_from >= force:
                yield _stood(begun, terms, case, stopped, first, void=is_void, junk=is_void)
            elif request.known_from > oldest and stopped is None and not is_void:
                stood = _stood(begun, terms, case, None, first)
                yield (
                    stood
                    if force is None
                    else msgspec.structs.replace(
                        stood, state=PromiseState.BACKLOG, warn_at=None, due_at=None, escalate_at=None, breached_at=None
                    )
                )


def waited_for(case: Case) -> timedelta:
    """How long a request that came before promises were in force is listed as waiting."""
    return timedelta(days=case.policy.file.score.direct_within_days)


def _stood(
    begun: _Beginning,
    terms: Terms,
    case: Case,
    stopped: datetime | None,
    first: Callable[[Among | None], datetime],
    *,
    left: datetime = NEVER,
    void: bool = False,
    junk: bool = False,
) -> Promise:
    """How it stands. A breached promise is never met: not by what was done later, and not by what was only written
    down later, once the CRM was read after the deadline (`Case.broken`). What was there by then may still have kept it:
    we had not understood it. `first`: when the first work was, of all or of that; `left`: when somebody's hand ended
    it. Of `junk` nothing was owed."""
    clock = clock_of(terms, case)
    due = clock.due(begun.since, terms.limit) if clock is not None else None
    if clock is None or due is None:
        return Promise(
            name=terms.name,
            of=begun.of,
            state=_NO_CLOCK if stopped is None else _VOID,
            since=begun.since,
            stopped_at=stopped,
            clock=clock.name if clock is not None else terms.hours or terms.clock,
            owner_id=begun.owner_id,
            status=begun.status,
            is_estimate=begun.is_estimate,
        )
    if stopped is not None:
        is_late = stopped > due or (not junk and _was_late(Broken(terms.name, begun.of, due), case, first, left))
        state = _BREACHED if is_late else _VOID if void else _MET
    else:
        is_late = case.now >= due
        state = _VOID if void else _BREACHED if is_late else _RUNNING
    return Promise(
        name=terms.name,
        of=begun.of,
        state=state,
        since=begun.since,
        warn_at=clock.due(begun.since, terms.warn_after),
        due_at=due,
        escalate_at=clock.due(begun.since, terms.escalate_after),
        stopped_at=stopped,
        breached_at=due if state is _BREACHED else None,
        clock=clock.name,
        owner_id=begun.owner_id,
        status=begun.status,
        is_estimate=begun.is_estimate,
    )


def _was_late(one: Broken, case: Case, first: Callable[[Among | None], datetime], left: datetime) -> bool:
    """Whether a promise that was kept in time by the dates was broken when the CRM was read after its deadline."""
    if case.broken and (there := case.broken.get(one)) is not None:
        return first(lambda work: trait(work) in there) > one.due_at
    if one.due_at > case.now or left <= one.due_at:
        return False
    times = [time.read_at for time in case.org.unmarked if time.holds(one.due_at)]
    return any(first(partial(stood_by, read_at=read_at)) > one.due_at for read_at in times)
