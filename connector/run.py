"""One org's straight line, top to bottom. Nothing flows back.

    CRM ──sync──▶ mirror ──judge──▶ verdicts ──seal──▶ plan ──apply──▶ CRM
                    │                                    │
                    └──▶ report          ledger ◀────────┴──▶ undo

sync    An adapter reads what changed in the CRM. Rows of the common model go into the *mirror*, a local file that may
        be deleted at any time. Whoever is touched by a change is marked *dirty*. How far each table was read comes
        from the CRM's answers, never from our clock.
judge   The rules look at one dirty person at a time: pure functions over what the mirror knows, the policy, and what
        the *ledger* says we wrote ourselves. What they answer replaces that person's standing verdicts and findings.
seal    All standing verdicts, in order, are copied into the ledger through SHA-256: a *plan* with an id, which is what
        people look at, approve and apply. It is checked against its limits. The CRM is untouched so far.
apply   Per batch: reread, compare with the plan's before value, commit what we intend, write, commit what came of it.
        A few records of every kind go first and are looked at again. Whatever somebody changed since is left alone.
undo    A plan of the inverse changes of what was applied, sent down the same line.
tell    What somebody should be told is judged with the rest; `connector/slapass.py` raises it, once ever, and tells it,
        under a lease of its own, so that it does not wait for a long apply.

The ledger is the only memory of what was done; the mirror only of what the CRM held. Whatever writes either, or the
CRM, holds the org's lease. Everything is told the time; only `connector.wallclock` asks for it, and the daemon's list
of jobs, which goes by the machine's own clock.

Each step below is a function over an `OpenOrg` (`connector/openorg.py`), which opens mirror, ledger and CRM when they
are first needed and is the only place that picks an adapter, by name.
"""

from __future__ import annotations

import getpass
import socket
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import msgspec

from connector import apply as applying
from connector import migrate as migrating
from connector.apply import Applied, GoOn, Tools, Wait, Warn
from connector.case import Case
from connector.errors import NotFound
from connector.judge.explain import Explanation
from connector.judge.explain import explain as explained
from connector.judging import case_of, is_judged, judge_dirty, judge_in_memory
from connector.judging import include_held as release_held
from connector.model import OBJECTS, Change, Evidence, Judgement, Ref, Waiting
from connector.openorg import OpenOrg
from connector.plan import About, freshness, parked, seal, touched_by
from connector.policy import Policy
from connector.ports import Table
from connector.report.board import Board, board, waiting
from connector.report.scorecard import Scorecard, Told, nobody, scorecard
from connector.report.worklist import By, Gatherer, Order, WorkList, worklist
from connector.store.ledger import Entry, Lease, PlanHeader, Share
from connector.store.mirror import Mirror
from connector.sync import How, Synced
from connector.sync import sync as syncing


class Progress(Protocol):
    """Told how far a long piece of work has come: its name, how many are done, of how many (None: not known)."""

    def __call__(self, what: str, done: int, total: int | None) -> None: ...


def quiet(what: str, done: int, total: int | None) -> None:
    """Tells nobody."""


def sync(org: OpenOrg, how: How = How.CHANGES, progress: Progress = quiet) -> Synced:
    """CRM → mirror."""

    def told(table: Table, rows: int, expected: int | None) -> None:
        progress(f"read {table.value}", rows, expected)

    with org.writing():
        return syncing(
            org.mirror,
            org.adapter,
            org.ledger,
            org.policy,
            mapping=org.mapping.hash,
            now=org.now(),
            how=how,
            queues=org.config.alerts.task.on,
            progress=told,
        )


def plan(org: OpenOrg, *, include_held: bool = False, progress: Progress = quiet) -> PlanHeader:
    """Mirror → verdicts → a sealed plan."""
    with org.writing() as lease:
        if include_held:
            release_held(org.mirror, org.ledger)
        about = _judged(org, lease, progress)
        return seal(org.mirror.verdicts.changes(), org.ledger, lease, about, parked=org.ledger.parked_rules())


def plan_apart(org: OpenOrg, rules: Collection[str], progress: Progress = quiet) -> tuple[PlanHeader, PlanHeader]:
    """Mirror → verdicts → two sealed plans: records that these rules alone would change, and all the others."""
    with org.writing() as lease:
        about = _judged(org, lease, progress)
        parked, changes = org.ledger.parked_rules(), org.mirror.verdicts.changes
        others = {rule.name for rule in org.rules.on}.difference(rules)
        alone = seal(changes(), org.ledger, lease, about, parked=others.union(parked))
        rest = seal(touched_by(others, changes()), org.ledger, lease, about, parked=parked)
        return alone, rest


def plan_as_of(org: OpenOrg, as_of: datetime) -> PlanHeader:
    """What would be planned at another time: judged in memory, nothing of it is kept, and it cannot be applied.

    Reads only, so it does not wait for whoever holds the org's lease; the lease it takes only keeps replays apart.
    """
    with org.lease("replay") as lease:
        mirror, people = org.reading, 0
        warnings = freshness(mirror.notes.synced_at(), org.now())
        findings: Counter[str] = Counter()
        changes: list[Change] = []
        judged = judge_in_memory(mirror, org.ledger, org.policy, org.rules, mirror.org_facts(), as_of)
        for _, _, judgement in judged:
            people += not judgement.skipped
            changes += judgement.changes
            findings.update(finding.name for finding in judgement.findings)
        changes.sort(key=lambda change: (change.ref, change.field))
        bar = f"it was judged as of {as_of:%Y-%m-%d %H:%M:%S} UTC (--now)"
        return seal(changes, org.ledger, lease, _about(org, mirror, as_of, people, findings, warnings, bar=bar))


def audit(org: OpenOrg, as_of: datetime, progress: Progress = quiet, told: Told = nobody) -> Scorecard:
    """Mirror → scorecard. Reads only; takes no lease. `told` hears of each error and finding of each person."""
    mirror = org.reading
    if mirror.is_empty():
        raise NotFound("the mirror is empty: nothing has been read from the CRM yet", next="run `connector sync`")
    facts, total = mirror.org_facts(), sum(mirror.counts.people().values())
    judged = judge_in_memory(mirror, org.ledger, org.policy, org.rules, facts, as_of)

    def watched() -> Iterator[tuple[Evidence, Case, Judgement]]:
        for done, one in enumerate(judged, 1):
            if done % 2_000 == 0:
                progress("judge", done, total)
            yield one

    policy = org.policy.for_org(facts.converting, facts.offered)
    return scorecard(watched(), org.loaded, policy, as_of.date(), told)


def sla(org: OpenOrg, as_of: datetime | None = None, progress: Progress = quiet) -> Board:
    """Mirror → the board of promises, as of now or another time. Reads only; takes no lease.

    What was judged last is shown if nothing has changed since; else, and for another time, all are judged in memory.
    """
    who = _who_waits(org, as_of, progress)
    return board(who.those, who.policy, who.now, who.in_force_since)


def work_list(
    org: OpenOrg,
    by: By = By.OWNER,
    order: Order = Order.AGE,
    most: int | None = None,
    as_of: datetime | None = None,
    progress: Progress = quiet,
) -> WorkList:
    """Mirror → who waits, by owner or manager; at most so many of each kind of each. Else as `sla`."""
    who = _who_waits(org, as_of, progress)
    return worklist(who.those, Gatherer(by, order, org.reading.users.all(), most, who.now), who.in_force_since)


class _Who(msgspec.Struct, frozen=True):
    """Everybody who waits, once, and by which policy and as of when."""

    those: Iterator[Waiting]
    policy: Policy
    now: datetime
    in_force_since: datetime | None


def _who_waits(org: OpenOrg, as_of: datetime | None, progress: Progress) -> _Who:
    mirror, now = org.reading, as_of or org.now()
    if mirror.is_empty():
        raise NotFound("the mirror is empty: nothing has been read from the CRM yet", next="run `connector sync`")
    facts = mirror.org_facts()
    policy = org.policy.for_org(facts.converting, facts.offered)
    force = policy.promises.effective_from or org.ledger.plans.first_finished()
    if as_of is None and is_judged(mirror, org.ledger, org.policy, org.rules, facts):
        return _Who(mirror.waiting(), policy, now, force)
    total = sum(mirror.counts.people().values())

    def judged() -> Iterator[Waiting]:
        everybody = judge_in_memory(mirror, org.ledger, org.policy, org.rules, facts, now)
        for done, (evidence, _, judgement) in enumerate(everybody, 1):
            if done % 2_000 == 0:
                progress("judge", done, total)
            yield from waiting(evidence, judgement)

    return _Who(judged(), policy, now, force)


def explain(org: OpenOrg, record: str, as_of: datetime) -> tuple[Explanation, list[tuple[str, Entry]]]:
    """One person by id: how they are judged, and every change of ours to them with its plan. Takes no lease."""
    evidence = org.reading.people.one(record)
    if evidence is None:
        wrote = [w for on in OBJECTS for w in org.ledger.changes.of(Ref(org.name, on, record))]
        if wrote:
            plans = ", ".join(dict.fromkeys(plan for plan, _ in wrote))
            what = f"{record!r} is no longer in the CRM, or cannot be seen; connector changed it in plan {plans}"
            raise NotFound(what, where=f"org {org.name}", next=f"connector show {wrote[-1][0]} --csv FILE lists it")
        what = f"no lead or contact {record!r} in the mirror"
        raise NotFound(what, where=f"org {org.name}", next="check the id; a new record needs: connector sync")
    facts = org.reading.org_facts()
    case = case_of(evidence, org.ledger, org.policy, facts, as_of)
    return explained(evidence, case, org.rules), org.ledger.changes.of(evidence.person.ref)


def migrate(org: OpenOrg, file: Path) -> PlanHeader:
    """A plan that replaces retired status values, from a file of two columns."""
    with org.lease() as lease:
        now = org.now()
        freshness(org.mirror.notes.synced_at(), now)
        facts = org.mirror.org_facts()
        policy = org.policy.for_org(facts.converting, facts.offered)
        return migrating.plan(
            file, mirror=org.mirror, ledger=org.ledger, lease=lease, policy=policy, org=facts, now=now
        )


class Manner(msgspec.Struct, frozen=True):
    """How writing goes on: `attended` by a person or not, how it waits, and what is asked before every batch.

    `pace`: records per hour and seconds of waiting after the canary, where they are not the policy's. `warn`: told what
    whoever watches should know, in a sentence. `earlier`: what was written before in the same run, by rule and under ""
    in all; limits count it.
    """

    attended: bool = True
    wait: Wait = time.sleep
    go_on: GoOn = lambda: None
    pace: tuple[int | None, int] | None = None
    warn: Warn = lambda text: None
    earlier: Mapping[str, Share] = {}


WATCHED: Final = Manner()
"""Somebody sits before it."""


def apply(org: OpenOrg, plan: str, progress: Progress = quiet, manner: Manner = WATCHED) -> Applied:
    """A plan → CRM. Raises ConfigError if it is another CRM than the ledger's."""
    with org.lease() as lease:
        org.ledger.crm.expect(org.adapter.schema().org_id)
        return applying.apply(plan, _tools(org, plan, lease, progress, manner), by=whoever(), attended=manner.attended)


def resume(org: OpenOrg, plan: str | None, progress: Progress = quiet, manner: Manner = WATCHED) -> Applied:
    """Finishes a plan that was interrupted; without a name, the newest. Raises ConfigError as `apply`."""
    with org.lease() as lease:
        org.ledger.crm.expect(org.adapter.schema().org_id)
        return applying.resume(plan, _tools(org, plan, lease, progress, manner), attended=manner.attended)


def undo(org: OpenOrg, plan: str, *, rules: Sequence[str] = (), refs: Sequence[Ref] = ()) -> PlanHeader:
    """The plan that takes a plan back, or a part of it."""
    with org.lease() as lease:
        return applying.undo(plan, ledger=org.ledger, lease=lease, rules=rules, refs=refs)


def whoever() -> str:
    """Who runs this: user and host."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a container's user need not have a name
        user = "unknown user"
    return f"{user}@{socket.gethostname()}"


def _about(
    org: OpenOrg,
    mirror: Mirror,
    as_of: datetime,
    people: int,
    findings: Mapping[str, int],
    warnings: tuple[str, ...],
    *,
    bar: str = "",
) -> About:
    notes, facts = mirror.notes, mirror.org_facts()
    return About(
        as_of=as_of,
        policy=org.policy.hash,
        people=people,
        synced_at=notes.synced_at(),
        marks={table.value: mark.text for table in (Table.LEAD, Table.CONTACT) if (mark := notes.mark(table))},
        findings=findings,
        warnings=(*warnings, *facts.warnings),
        bar=bar,
        org=facts,
    )


def _judged(org: OpenOrg, lease: Lease, progress: Progress) -> About:
    """Judges who is to be judged now; what the plans that follow from it are about."""
    now, mirror = org.now(), org.mirror
    warnings = freshness(mirror.notes.synced_at(), now)
    seen, total = 0, mirror.dirty.count()

    def judged(people: int) -> None:
        nonlocal seen
        seen += people
        progress("judge", seen, total)

    judge_dirty(mirror, org.ledger, org.policy, org.rules, mirror.org_facts(), now, seen=judged)
    warnings += _park(org, lease)
    return _about(org, mirror, now, mirror.counts.in_scope(), mirror.counts.findings(), warnings)


def _park(org: OpenOrg, lease: Lease) -> tuple[str, ...]:
    """Parks the rules whose corrections too many people contest, and says which."""
    mirror = org.mirror
    now = parked(mirror.verdicts.findings("contested"), mirror.counts.in_scope(), org.policy.file.contested.share)
    org.ledger.parked.replace(now, lease)
    return tuple(f"the rule {rule} is parked and not in this plan: {why}" for rule, why in now.items())


def _tools(org: OpenOrg, plan: str | None, lease: Lease, progress: Progress, manner: Manner) -> Tools:
    done, total = 0, org.ledger.plans.find(plan).changes if plan else None

    def settled(changes: int) -> None:
        nonlocal done
        done += changes
        progress("apply", done, total)

    def waited(seconds: float) -> None:
        manner.wait(seconds)
        org.revive()

    limits = org.policy.file.limits
    if manner.pace is not None:
        per_hour, wait = manner.pace
        limits = limits.model_copy(update={"max_rows_per_hour": per_hour, "canary_wait": wait})
    return Tools(
        adapter=org.adapter,
        ledger=org.ledger,
        lease=lease,
        limits=limits,
        wait=waited,
        progress=settled,
        told=org.mirror.wrote,
        go_on=manner.go_on,
        warn=manner.warn,
        earlier=manner.earlier,
        reopen_closed=org.policy.file.reopen_closed,
    )
