"""One unattended pass over one org, inside the envelope that the policy's [night] sets.

    what was left ──resume──▶ sync ──▶ judge ──seal──▶ tonight's plan ──apply──▶ alerts
                                            └────────▶ the plan for the morning

Tonight's plan holds the records that only rules of [night] would change, rules that a person has applied before. All
the others wait as a plan for the morning. Over the limits, at a canary that shows a stranger's hand, or outside of the
window nothing more is written, and the reason is kept. What a night began and did not end, the next one ends first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec

from connector import run
from connector.apply import Wait
from connector.errors import (
    BudgetSpent,
    CanaryStopped,
    ConnectorError,
    LeaseHeld,
    LeaseLost,
    NotAttended,
    OverLimit,
    Paused,
    StoreFailed,
)
from connector.openorg import OpenOrg
from connector.policy.night import is_open
from connector.retention import clear
from connector.run import Manner, Progress, quiet
from connector.slapass import NIGHT_LEASE, Passed, sla_pass
from connector.store.ledger import (
    ASKED_TO_END,
    HELD_BACK,
    NEVER_ATTENDED,
    OUTCOMES,
    Lease,
    Ledger,
    Night,
    NightEnd,
    PlanHeader,
    Share,
    State,
)
from connector.wallclock import sleep
from connector.words import part, plural

SPARE: Final = 30
"""API calls that are left for ending a batch cleanly when the budget runs out."""

Ask = Callable[[], str]
"""Why the night should end now, "" if it need not: somebody asked the process to stop."""


def nobody() -> str:
    """Nobody asks."""
    return ""


Heard = Callable[[Passed], None]
"""Told what came of alerts."""


def nobody_hears(passed: Passed) -> None:
    """Nobody counts alerts."""


def night(
    org: OpenOrg,
    *,
    due: datetime | None = None,
    asked: Ask = nobody,
    wait: Wait = sleep,
    progress: Progress = quiet,
    last_try: bool = False,
    heard: Heard = nobody_hears,
) -> Night:
    """One pass. `due`: the moment it was planned for; None: somebody makes it by hand, whatever ran before. `last_try`:
    if another command is at work on the org, nobody tries again, and that is written down and told. `heard`: is given
    what came of the alerts that the night raised and told.

    However it ends is written down, and given back; only an error that is nobody's decision is raised as well. Raises
    LeaseHeld at once if another process is at it, Paused if the night that was due then has been walked through.
    """
    with org.lease(NIGHT_LEASE) as lease:
        _not_again(org, due)
        number = org.ledger.nights.begin(due or org.now())
        one = _Pass(org, number, lease, asked, wait, progress)
        try:
            end, why = one.walk()
        except (Paused, BudgetSpent) as error:
            end, why = NightEnd.STOPPED if one.got_on else NightEnd.IDLE, error.what
            one.told |= {ASKED_TO_END: True} if asked() else {}
        except CanaryStopped as error:
            end, why = NightEnd.CANARY, str(error)
        except (OverLimit, NotAttended) as error:
            end, why = NightEnd.PARKED, str(error)
        except LeaseHeld as error:
            if not last_try:
                org.ledger.nights.forget(number)
                raise
            org.ledger.nights.end(number, NightEnd.FAILED if one.told else NightEnd.MISSED, str(error), one.told)
            _tell(org, heard)
            raise
        except LeaseLost:
            raise  # another process has this night now; whoever stood still past it writes nothing more
        except ConnectorError as error:
            one.spend()
            org.ledger.nights.end(number, NightEnd.FAILED, str(error), one.told)
            _tell(org, heard)
            raise
        one.spend()
        one.told |= _clear(org) if end not in (NightEnd.STOPPED, NightEnd.IDLE) else {}
        about = "" if end in (NightEnd.CANARY, NightEnd.IDLE) else one.about  # those are news whatever was before
        org.ledger.nights.end(number, end, why, one.told, about)
        done = org.ledger.nights.latest()[0]
    _tell(org, heard)
    return done


def patient_night(org: OpenOrg, pauses: Iterable[float], *, wait: Wait = sleep, **how: Any) -> Night:
    """As `night`, but another command at work on the org is waited for: so many seconds before each further try.

    If it is still there after the last one, the night is written down as one that did not take place, and told. Raises
    LeaseHeld then; at once if it is another night that is at work: that one does it. Raises Paused if asked to end.
    """
    for pause in pauses:
        try:
            return night(org, wait=wait, **how)
        except LeaseHeld:
            if NIGHT_LEASE in org.ledger.runs.at_work():
                raise
            wait(pause)
    return night(org, wait=wait, last_try=True, **how)


def _not_again(org: OpenOrg, due: datetime | None) -> None:
    """Under the lease, so that of two processes that have the same night due only one walks through it.

    One that died, or whose process was asked to end, may be gone on with.
    """
    for one in org.ledger.nights.latest(5) if due is not None else ():
        if due is not None and one.is_of(due) and not one.may_go_on:
            raise Paused(f"the night of {one.due:%Y-%m-%d %H:%M} UTC is done")


def _clear(org: OpenOrg) -> dict[str, Any]:
    """Clears away what is spent; what is to be told of that. What keeps it from that is no failure of the night."""
    try:
        done = clear(org)
    except LeaseHeld:
        return {}  # the next night does it
    except LeaseLost:
        raise
    except ConnectorError as error:
        return {"not cleared": error.what}
    return {"cleared": msgspec.structs.asdict(done)} if done.any else {}


def _tell(org: OpenOrg, heard: Heard) -> None:
    """Alerts, that of this night among them. Whatever keeps them from being told now is left to the next pass."""
    with suppress(ConnectorError):
        heard(sla_pass(org))


class _Pass:
    """What one night carries from step to step.

    told:  its numbers so far
    about: what it leaves for somebody to look at: the same for the same rows, whatever their plan is called
    """

    def __init__(self, org: OpenOrg, number: int, lease: Lease, asked: Ask, wait: Wait, progress: Progress) -> None:
        self._org = org
        self._number = number
        self._lease = lease
        self._asked = asked
        self._wait = wait
        self._progress = progress
        self._writes = False
        self._begun = org.now()
        self._before = org.ledger.nights.calls_before(number)
        self._earlier: dict[str, Share] = {}
        """What was written of earlier nights' plans, by rule and under "" in all: it counts for tonight's limits."""
        self.told: dict[str, Any] = {}
        self.about = ""

    @property
    def got_on(self) -> bool:
        """Whether anything was written tonight, or found written already."""
        return any(self.told.get(OUTCOMES[state]) for state in (State.APPLIED, State.ALREADY))

    def walk(self) -> tuple[NightEnd, str]:
        """The steps; how it ended and why."""
        org = self._org
        self._go_on()
        if org.mirror.notes.synced_at() is None:  # nothing is known of the org, not even its time zone
            self._sync()
        stuck = self._finish_what_was_left()
        self._go_on()
        self._sync()
        tonight, waiting = run.plan_apart(org, self._unattended(), self._progress)
        self._lease.check()
        self._plan(tonight, waiting)
        if stuck:
            return NightEnd.PARKED, stuck
        self.about = _about("waits", waiting)
        if tonight.changes:
            if outside := self._outside():
                self.about = _about("parked", tonight)
                return NightEnd.PARKED, outside
            self._apply(tonight)
        if waiting.changes:
            return NightEnd.DONE, f"plan {waiting.id} waits for somebody: {plural(waiting.changes, 'change')}"
        return NightEnd.DONE, ""

    def _sync(self) -> None:
        synced = run.sync(self._org, progress=self._progress)
        self.told["read"] = self.told.get("read", 0) + sum(synced.read.values())
        self._lease.check()

    def _apply(self, tonight: PlanHeader) -> None:
        try:
            with self._writing(tonight):
                manner = msgspec.structs.replace(self._manner(), earlier=self._earlier)
                run.apply(self._org, tonight.id, self._progress, manner)
        except (OverLimit, NotAttended):
            self.about = _about("parked", tonight)
            raise

    def _finish_what_was_left(self) -> str:
        """Ends plans that a night began and did not end; why nothing may be written tonight, "" if it may.

        A plan that a person began and left is theirs: nobody knows whether they meant to stop.
        """
        ledger = self._org.ledger
        for plan in reversed(ledger.plans.unfinished()):
            if _leaves_nothing(plan, ledger):
                continue
            begun = ledger.nights.begun_by_night(plan.id)
            if begun is None:
                return self._left(
                    f"plan {plan.id} was begun by hand and not ended: `connector resume {plan.id}` or undo it"
                )
            if begun.outcome is NightEnd.CANARY:
                return self._left(
                    f"plan {plan.id} stopped at its canary on {begun.started:%Y-%m-%d}; nobody has looked at it yet"
                )
            if why := self._against_policy(plan):
                return self._left(why)
            if outside := self._outside():
                self.about = f"plan {plan.id} could not be gone on with in the window"
                return outside
            ledger.nights.planned(self._number, plan.id, "")  # what it shows is told of this night, too
            self.told["resumed"] = plan.id
            with self._writing(plan):
                run.resume(self._org, plan.id, self._progress, self._manner())
            for rule, share in ledger.changes.written_since(plan.number, self._begun).items():
                self._earlier[rule] = self._earlier.get(rule, Share(0, 0)) + share
        return ""

    def _left(self, why: str) -> str:
        """Somebody has to look at a plan that was begun: the same every night until they do."""
        self.about = why
        return why

    def _against_policy(self, plan: PlanHeader) -> str:
        """Why a plan of an earlier night is no longer what the policy wants, "" if it is."""
        todo = f"`connector resume {plan.id}` ends it as it was made, `connector undo {plan.id}` takes it back"
        if gone := sorted(plan.rules.keys() - set(self._org.policy.file.night.rules)):
            return f"plan {plan.id} has changes of {', '.join(gone)}, which [night] lists no more: {todo}"
        if plan.policy != self._org.policy.hash:
            return f"plan {plan.id} was begun under another policy than today's: {todo}"
        return ""

    def _unattended(self) -> set[str]:
        """Rules that may write when nobody watches."""
        allowed = set(self._org.policy.file.night.rules)
        new = allowed - self._org.ledger.approvals.attended()
        if new:
            self.told[NEVER_ATTENDED] = sorted(new)
        return allowed - new

    def _plan(self, tonight: PlanHeader, waiting: PlanHeader) -> None:
        kept = waiting.id if waiting.changes else ""
        self._org.ledger.nights.planned(self._number, tonight.id if tonight.changes else "", kept)
        self.told |= {
            "people": tonight.people,
            "changes": {rule: share.changes for rule, share in tonight.rules.items()},
            "waiting_changes": waiting.changes,
            "findings": dict(tonight.findings),
        }
        shares = {rule: waiting.rules[rule] for rule in self.told.get(NEVER_ATTENDED, ()) if rule in waiting.rules}
        if held := {rule: share.all for rule, share in shares.items() if share.all}:
            self.told[HELD_BACK] = held

    @contextmanager
    def _writing(self, plan: PlanHeader) -> Iterator[None]:
        """While a plan is under way the window is looked at before every batch; however that ends, it is counted."""
        outcomes = self._org.ledger.changes.outcomes
        before, self._writes = outcomes(plan.number), True
        try:
            yield
        finally:
            self._writes = False
            with suppress(StoreFailed):  # what ended it matters more
                self._count(plan, Counter(outcomes(plan.number)) - Counter(before))

    def _count(self, plan: PlanHeader, done: Mapping[tuple[str, State], int]) -> None:
        """Adds what came of changes of a plan tonight: of that plan, in all, and by rule."""
        by_rule = self.told.setdefault("outcomes", {})
        of_plan: dict[str, Any] = {"plan": plan.id}
        self.told.setdefault("written", []).append(of_plan)
        for state, name in OUTCOMES.items():
            self.told.setdefault(name, 0)
            of_plan[name] = sum(count for (_, of), count in done.items() if of is state)
            self.told[name] += of_plan[name]
            for rule, count in ((rule, count) for (rule, of), count in done.items() if of is state):
                by_rule.setdefault(rule, {}).setdefault(name, 0)
                by_rule[rule][name] += count

    def _manner(self) -> Manner:
        night = self._org.policy.file.night
        pace = (night.max_rows_per_hour, night.canary_wait)
        return Manner(attended=False, wait=self._patiently, go_on=self._go_on, pace=pace)

    def _patiently(self, seconds: float) -> None:
        """Waits, but not when it was asked to end meanwhile."""
        self._wait(seconds)
        self._org.revive()
        self._go_on()

    def _go_on(self) -> None:
        """Raises Paused where the window or the budget ends, or somebody asked us to; LeaseLost if it is too late."""
        self.spend()
        reason = self._asked() or self._poor()
        if not reason and self._writes:
            reason = self._outside()
        if reason:
            raise Paused(f"{reason}; the next night goes on")
        self._lease.check()

    def spend(self) -> None:
        """Writes down the API calls made so far: those of one night count together, whoever makes them, died or not."""
        calls = self._org.adapter.budget().ours if "adapter" in vars(self._org) else 0
        if calls != self.told.get("calls", 0):
            self.told["calls"] = calls
            self._org.ledger.nights.called(self._number, calls)

    def _poor(self) -> str:
        budget, config = self._org.adapter.budget(), self._org.config
        if budget.allowed is None:
            return ""
        made, share = budget.ours + self._before, budget.allowed * config.api_share
        if made + SPARE > share:
            before = f", {self._before:,} of them by an earlier pass of this night" if self._before else ""
            return (
                f"{plural(made, 'API call')} made{before}; with the {SPARE} that are kept for ending a batch that is "
                f"the night's share of {share:,.0f} ({part(config.api_share)} of {budget.allowed:,} a day: api_share)"
            )
        if budget.used is not None and budget.used + SPARE > budget.allowed * config.api_stop_at:
            return (
                f"{budget.used:,} of the org's {budget.allowed:,} API calls of the day are gone; with the {SPARE} that "
                f"are kept for ending a batch that is where connector stops ({part(config.api_stop_at)}: api_stop_at)"
            )
        return ""

    def _outside(self) -> str:
        """Why it may not write now, by the window in the org's own time."""
        window = self._org.policy.file.night.window
        if not window:
            return ""
        zone = ZoneInfo(self._org.mirror.org_facts().timezone)
        here = self._org.now().astimezone(zone)
        if within(window, here):
            return ""
        return f"it is {here:%H:%M} in {zone.key}, outside of the window {window}"


def _leaves_nothing(plan: PlanHeader, ledger: Ledger) -> bool:
    """Whether nothing that was written of a plan that was not ended still stands: it waits for nobody any more."""
    counts = ledger.changes.counts(plan.number)
    return counts.undone == counts.of(State.APPLIED) and not ledger.batches.open(plan)


def _about(how: str, plan: PlanHeader) -> str:
    return f"{how} {plan.digest}" if plan.changes else ""


def within(window: str, here: datetime) -> bool:
    """Whether a local time is in a window such as `22:00-06:00`."""
    return is_open(window, f"{here:%H:%M}")
