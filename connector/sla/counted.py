"""What a piece of work was to the promises in whose time it was done, in words: kept, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from connector.case import Case
from connector.model import Activity, Promise
from connector.policy.promises import Terms
from connector.sla.followup import EARLY, NOTHING, FollowUps, counts_as
from connector.sla.spell import Spell
from connector.sla.standing import team_of


class Waiting(msgspec.Struct, frozen=True):
    """One promise, as work sees it. `starts`: from when on whose work counts, besides the owner's; `until`: when it
    stopped, or now. `is_request`: it is about a request, not about a stay."""

    terms: Terms
    starts: tuple[tuple[frozenset[str], datetime], ...]
    until: datetime
    is_request: bool

    def teams(self, word: str, at: datetime) -> list[frozenset[str]]:
        """Whose work of that kind counted then; none if nobody waited."""
        early = EARLY if self.is_request and word == "auto_reply" else NOTHING
        return [self.terms.teams or teams for teams, start in self.starts if start - early <= at <= self.until]


def waiting(
    promises: Iterable[Promise], spells: Sequence[Spell], requests: Iterable[Activity], case: Case
) -> tuple[Waiting, ...]:
    """The promises as work sees them. `spells` and `requests`: what they are about."""
    asked = {one.id: one for one in requests}
    walked = {one.id: one for one in spells}
    return tuple(one for promise in promises if (one := _waiting(promise, walked, asked, case)) is not None)


def _waiting(
    promise: Promise, walked: Mapping[str, Spell], asked: Mapping[str, Activity], case: Case
) -> Waiting | None:
    terms, until = case.policy.promises.all[promise.name], promise.stopped_at or case.now
    request = asked.get(promise.of)
    if request is not None:
        return Waiting(terms, ((frozenset(case.policy.file.teams), request.known_from),), until, is_request=True)
    since = promise.since or promise.at_least
    if since is None:
        return None
    before, spell = case.policy.promises.before, walked.get(promise.of)
    times = ((promise.status, since), *(spell.onwards if spell is not None else ()))
    return Waiting(terms, tuple((team_of(name, case), at - before) for name, at in times), until, is_request=False)


def counted(activity: Activity, waiting: Iterable[Waiting], work: FollowUps) -> tuple[str, ...]:
    """What it was to them: `follow-up (call)`, `call, but not by the owner or ldr`; nothing if it is no work at all."""
    what = counts_as(activity)
    if what is None:
        return ()
    names: dict[str, list[str]] = {}
    for one in waiting:
        teams = one.teams(what, activity.at)
        if teams:
            names.setdefault(_why_not(activity, what, one.terms, teams, work), []).append(one.terms.name)
    word = what.replace("_", " ")
    if not names:
        return (f"{word}, no promise was running",)
    return tuple(_said(word, why, of if len(names) > 1 else ()) for why, of in sorted(names.items()))


def _why_not(activity: Activity, what: str, terms: Terms, teams: list[frozenset[str]], work: FollowUps) -> str:
    """Empty: it counted."""
    if what not in terms.counts:
        return "not in counts"
    if any(work.is_by(activity, terms, one) for one in teams):
        return ""
    if activity.by is None:
        return "but nobody knows by whom"
    others = sorted(frozenset().union(*teams)) if terms.by == "team" else []
    whose = ["the owner", *others]
    return "but not by " + (f"{', '.join(whose[:-1])} or {whose[-1]}" if others else whose[0])


def _said(word: str, why: str, of: Sequence[str]) -> str:
    to = f" for {', '.join(name.replace('_', ' ') for name in dict.fromkeys(of))}" if of else ""
    return f"{word}{to}, {why}" if why else f"follow-up ({word}){to}"
