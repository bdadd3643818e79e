"""Applying a plan from start to end, or going on with one that was interrupted."""

from __future__ import annotations

from collections.abc import Sequence

from connector.apply.applied import Applied, applied
from connector.apply.canary import canary
from connector.apply.pace import Pace
from connector.apply.send import Replies, finish, gather, reconcile, send
from connector.apply.work import BatchJournal, Tools, Work, batches, records
from connector.errors import Abort, NotAttended, NotFound
from connector.plan import permit, verify
from connector.store.ledger import RULES, Batch, Ledger, PlanHeader, State


def apply(plan: str, tools: Tools, *, by: str, attended: bool) -> Applied:
    """Applies exactly that plan. One that was applied says so; one that was interrupted is resumed.

    `by`: who applies it. `attended`: a person watches; else limits bind every plan, and a rule's first apply in the
    org is refused. Raises NotFound, Abort, OverLimit, NotAttended, CanaryStopped, LeaseLost, or what the adapter or
    the ledger raise; whatever was committed stays so, and `resume` goes on from there.
    """
    ledger = tools.ledger
    header = ledger.plans.find(plan)
    if header.bar:
        raise Abort(f"plan {header.id} cannot be applied: {header.bar}", next="make a new plan with `connector plan`")
    if header.finished_at is not None:
        return applied(header, ledger, again=True)
    verify(header, ledger)
    if header.started_at is None:
        _refuse_beside_open(ledger)
        permit(header, ledger, tools.limits, by=by, attended=attended, earlier=tools.earlier)
        if not attended:
            _refuse_new(header, ledger)
    return _go(header, tools, attended=attended)


def resume(plan: str | None, tools: Tools, *, attended: bool) -> Applied:
    """Goes on with a plan that was interrupted (without a name: the newest one). Errors as `apply`.

    First every journalled job is settled, then what was intended is reread, then the rest is sent.
    """
    ledger = tools.ledger
    unfinished = ledger.plans.unfinished()
    if plan is None and not unfinished:
        todo = "`connector show` lists the plans"
        raise NotFound("there is nothing to resume: no plan was interrupted", next=todo)
    header = ledger.plans.find(plan) if plan is not None else unfinished[0]
    if header.finished_at is not None:
        return applied(header, ledger, again=True)
    if header.started_at is None:
        raise Abort(f"plan {header.id} was never begun", next=f"`connector apply {header.id}`")
    verify(header, ledger)
    return _go(header, tools, attended=attended)


def _go(header: PlanHeader, tools: Tools, *, attended: bool) -> Applied:
    if header.changes:
        way = tools.adapter.way(header.records)
        work = Work(header=header, way=way, attended=attended, **vars(tools))
        for batch, jobs in work.ledger.batches.open(header):
            _settle_open(work, batch, jobs)
        if header.canary_at is None:
            canary(work)
            _attend(work)
        _send_rest(work)
        _attend(work)
    tools.ledger.journal.stage(header, "finished", tools.lease)
    return applied(header, tools.ledger)


def _send_rest(work: Work) -> None:
    pace = Pace(work.limits.max_rows_per_hour, work.now, work.wait)
    waiting = work.ledger.changes.each(work.header.number, [State.PLANNED])
    number = work.ledger.batches.next_number(work.header)
    for batch in batches(records(waiting), pace.size(work.way.size)):
        work.go_on()
        pace.before(len(batch))
        number += send(work, batch, number)


def _settle_open(work: Work, batch: Batch, jobs: Sequence[str]) -> None:
    """What a crash left: first what the CRM's jobs say, then what the records say."""
    intended = work.ledger.changes.of_batch(work.header.number, batch.number, State.INTENDED)
    waiting = {record[0].change.ref: record for record in records(intended)}
    replies = Replies(unsure=set(waiting))
    for job in jobs:
        refs = list(waiting)
        gather(work, waiting, work.adapter.settle(job, refs, BatchJournal(work, batch.number)), replies)
    sending, now = reconcile(work, list(waiting.values()), replies)
    if sending:
        finish(work, batch.number, sending, now, replies)
    else:
        work.ledger.journal.close(work.header, batch.number, work.lease)


def _refuse_beside_open(ledger: Ledger) -> None:
    for other in ledger.plans.unfinished():
        if ledger.batches.open(other):
            raise Abort(
                f"plan {other.id} was interrupted, and it isn't known what the CRM carried out of its last batch",
                next=f"`connector resume {other.id}` first",
            )


def _refuse_new(header: PlanHeader, ledger: Ledger) -> None:
    """The first apply of each rule in an org is attended."""
    new = header.rules.keys() - ledger.approvals.attended() if header.kind == RULES else set[str]()
    if new:
        rules = ", ".join(sorted(new))
        raise NotAttended(
            f"plan {header.id} has changes of rules that were never applied in this org before: {rules}",
            next=f"the first time somebody has to watch: `connector apply {header.id}`",
        )


def _attend(work: Work) -> None:
    """Whoever attends is remembered, once something of a rule was written and the canary has shown nothing foreign."""
    approvals, header = work.ledger.approvals, work.header
    if work.attended and header.kind == RULES and header.rules.keys() - approvals.attended():
        approvals.attend(work.ledger.changes.rules_written(header.number), header.id, work.lease)
