"""Applying a plan from start to end, or going on with one that was interrupted."""

from __future__ import annotations

from collections.abc import Sequence

from connector.apply.applied import Applied, applied
from connector.apply.canary import canary
from connector.apply.pace import Pace
from connector.apply.send import commit, finish, reconcile, send
from connector.apply.work import BatchJournal, Progress, Record, Wait, Work, batches, records
from connector.errors import Abort, NotAttended, NotFound
from connector.model import Ref
from connector.plan import permit, verify
from connector.policy.model import Limits
from connector.ports import Adapter, Result
from connector.store.ledger import RULES, Batch, Lease, Ledger, PlanHeader, Settled, State


def apply(
    plan: str,
    *,
    adapter: Adapter,
    ledger: Ledger,
    lease: Lease,
    limits: Limits,
    by: str,
    attended: bool,
    wait: Wait,
    progress: Progress = lambda settled: None,
) -> Applied:
    """Applies exactly that plan. One that was applied says so; one that was interrupted is resumed.

    `by`: who applies it. `attended`: a person watches; else limits bind every plan, and a rule's first apply in the
    org is refused. Raises NotFound, Abort, OverLimit, NotAttended, CanaryStopped, LeaseLost, or what the adapter or
    the ledger raise; whatever was committed stays so, and `resume` goes on from there.
    """
    header = ledger.plans.find(plan)
    if header.bar:
        raise Abort(f"plan {header.id} cannot be applied: {header.bar}", next="make a new plan with `connector plan`")
    if header.finished_at is not None:
        return applied(header, ledger, again=True)
    verify(header, ledger)
    if header.started_at is None:
        _refuse_beside_open(ledger)
        permit(header, ledger, limits, by=by, attended=attended)
        _attend(header, ledger, lease, attended=attended)
        ledger.journal.stage(header, "started", lease)
    return _go(_work(header, adapter, ledger, lease, limits, wait, progress, attended=attended))


def resume(
    plan: str | None,
    *,
    adapter: Adapter,
    ledger: Ledger,
    lease: Lease,
    limits: Limits,
    attended: bool,
    wait: Wait,
    progress: Progress = lambda settled: None,
) -> Applied:
    """Goes on with a plan that was interrupted (without a name: the newest one). Parameters and errors as `apply`.

    First every journalled job is settled, then what was intended is reread, then the rest is sent.
    """
    unfinished = ledger.plans.unfinished()
    if plan is None and not unfinished:
        raise NotFound("there is nothing to resume: no plan was interrupted")
    header = ledger.plans.find(plan) if plan is not None else unfinished[0]
    if header.finished_at is not None:
        return applied(header, ledger, again=True)
    if header.started_at is None:
        raise Abort(f"plan {header.id} was never begun", next=f"`connector apply {header.id}`")
    verify(header, ledger)
    return _go(_work(header, adapter, ledger, lease, limits, wait, progress, attended=attended))


def _go(work: Work) -> Applied:
    if work.header.changes:
        for batch, jobs in work.ledger.journal.open(work.header):
            _settle_open(work, batch, jobs)
        if work.header.canary_at is None:
            canary(work)
        _send_rest(work)
    work.ledger.journal.stage(work.header, "finished", work.lease)
    return applied(work.header, work.ledger)


def _send_rest(work: Work) -> None:
    pace = Pace(work.limits.max_rows_per_hour, work.now, work.wait)
    waiting = work.ledger.changes.each(work.header.number, [State.PLANNED])
    number = work.ledger.journal.next_batch(work.header)
    for batch in batches(records(waiting), pace.size(work.way.size)):
        pace.before(len(batch))
        number += send(work, batch, number)


def _settle_open(work: Work, batch: Batch, jobs: Sequence[str]) -> None:
    """What a crash left: first what the CRM's jobs say, then what the records say."""
    intended = work.ledger.changes.of_batch(work.header.number, batch.number, State.INTENDED)
    waiting = {record[0].change.ref: record for record in records(intended)}
    for job in jobs:
        _settle_job(work, batch, job, waiting)
    sending, now = reconcile(work, list(waiting.values()))
    if sending:
        finish(work, batch.number, sending, now)
    else:
        work.ledger.journal.close(work.header, batch.number, work.lease)


def _settle_job(work: Work, batch: Batch, job: str, waiting: dict[Ref, Record]) -> None:
    refs = [record[0].change.ref for record in waiting.values()]
    done: list[Settled] = []
    for outcome in work.adapter.settle(job, refs, BatchJournal(work, batch.number)):
        if outcome.result in (Result.WRITTEN, Result.FAILED):
            state = State.APPLIED if outcome.result is Result.WRITTEN else State.FAILED
            said = (outcome.code, outcome.text, outcome.version)
            done += [Settled(entry.seq, state, *said) for entry in waiting.pop(outcome.ref)]
    commit(work, done)


def _work(
    header: PlanHeader,
    adapter: Adapter,
    ledger: Ledger,
    lease: Lease,
    limits: Limits,
    wait: Wait,
    progress: Progress,
    *,
    attended: bool,
) -> Work:
    way = adapter.way(header.records)
    return Work(header, adapter, ledger, lease, limits, way, wait, progress, attended)


def _refuse_beside_open(ledger: Ledger) -> None:
    for other in ledger.plans.unfinished():
        if ledger.journal.open(other):
            raise Abort(
                f"plan {other.id} was interrupted, and it isn't known what the CRM carried out of its last batch",
                next=f"`connector resume {other.id}` first",
            )


def _attend(header: PlanHeader, ledger: Ledger, lease: Lease, *, attended: bool) -> None:
    """The first apply of each rule in an org is attended; whoever attends is remembered."""
    new = header.rules.keys() - ledger.approvals.attended() if header.kind == RULES else set[str]()
    if new and not attended:
        rules = ", ".join(sorted(new))
        raise NotAttended(
            f"plan {header.id} has changes of rules that were never applied in this org before: {rules}",
            next=f"the first time somebody has to watch: `connector apply {header.id}`",
        )
    if new:
        ledger.approvals.attend(new, header.id, lease)
