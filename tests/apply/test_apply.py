"""Applying plans to a memory CRM."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from connector.errors import (
    Abort,
    BudgetSpent,
    CanaryStopped,
    CrmFailed,
    LeaseLost,
    NotAttended,
    NotFound,
    OverLimit,
    StoreFailed,
)
from connector.policy.model import Limits
from connector.ports import Journal, Outcome, Result, Table, Update, Way
from connector.store.ledger import State
from tests.adapters.memory import MemoryAdapter, MemoryCrm
from tests.apply.desk import GENEROUS, Desk, history, in_order, leads, to, values
from tests.store.ledger.open import NOON


@pytest.mark.parametrize("count", [1, 3, 12, 120])
def test_applies(desk: Desk, crm: MemoryCrm, count: int) -> None:
    """Every change is written once, by rows or by bulk, and the ledger knows it."""
    refs = leads(crm, *["Open"] * count)
    plan = desk.plan(to(crm, refs, "Inquiry"))
    done = desk.apply(plan.id)
    assert (done.applied, done.failed, done.conflicts, done.skipped, done.already) == (count, 0, 0, 0, 0)
    assert done.is_clean
    assert {crm.value(ref, "status") for ref in refs} == {"Inquiry"}
    assert history(crm) == count
    assert {entry.state for entry in desk.entries(plan.id)} == {State.APPLIED}
    assert {write.after for write in desk.ledger.own_writes(refs)} == {"Inquiry"}
    assert desk.ledger.batches.open(plan) == []
    assert bool(crm.jobs) is (count > 20)
    assert sorted(desk.told) == [(ref, {"status": "Inquiry"}) for ref in sorted(refs)]


def test_again(desk: Desk, crm: MemoryCrm) -> None:
    """Applying an applied plan, or resuming it, does nothing and says so."""
    plan = desk.plan(to(crm, leads(crm, "Open"), "Inquiry"))
    first = desk.apply(plan.id)
    calls = crm.calls
    for again in (desk.apply(plan.id), desk.resume(plan.id)):
        assert again.again
        assert again.applied == first.applied == 1
    assert not first.again
    assert crm.calls == calls


def test_nothing_to_do(desk: Desk, crm: MemoryCrm) -> None:
    """A plan without changes is applied without a single call."""
    done = desk.apply(desk.plan([]).id)
    assert done.applied == 0
    assert crm.calls == 0


def test_edited_between_plan_and_apply(desk: Desk, crm: MemoryCrm) -> None:
    """What somebody changed since the plan is left alone and named; the rest goes on."""
    edited, converted, deleted, same, *rest = leads(crm, *["Open"] * 40)
    plan = desk.plan(to(crm, [edited, converted, deleted, same, *rest], "Inquiry"))
    crm.edit(Table.LEAD, edited.id, status="Working")
    crm.convert(converted.id, "Qualified")
    crm.delete(Table.LEAD, deleted.id)
    crm.edit(Table.LEAD, same.id, status="Inquiry")
    done = desk.apply(plan.id)
    assert (done.applied, done.conflicts, done.skipped, done.already) == (36, 1, 2, 1)
    assert not done.is_clean
    assert crm.value(edited, "status") == "Working"
    (conflict,) = [entry for entry in desk.entries(plan.id) if entry.state is State.CONFLICT]
    assert conflict.change.ref == edited
    assert conflict.text == "status is 'Working' now; the plan saw 'Open'"
    assert desk.ledger.own_writes([edited, converted, same]) == []


def test_edited_while_applying(desk: Desk, crm: MemoryCrm) -> None:
    """Each batch is reread right before it is sent: an edit during a long apply is respected too."""
    refs = leads(crm, *["Open"] * 12)
    plan = desk.plan(to(crm, refs, "Inquiry"))
    crm.automation = lambda crm, table, row: (
        crm.edit(Table.LEAD, refs[-1].id, status="Working") if crm.value(refs[-1], "status") == "Open" else None
    )
    done = desk.apply(plan.id, limits=Limits(floor=100, canary=1))
    assert (done.applied, done.conflicts) == (11, 1)
    assert crm.value(refs[-1], "status") == "Working"


def test_rows_that_fail(desk: Desk, crm: MemoryCrm) -> None:
    """A row that the CRM refuses is recorded with the CRM's own code and text; the rest goes on."""
    refs = leads(crm, *["Open"] * 30)
    crm.faults.refuse[refs[7].id] = ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Status needs a reason")
    plan = desk.plan(to(crm, refs, "Inquiry"))
    done = desk.apply(plan.id)
    assert (done.applied, done.failed) == (29, 1)
    failed = desk.entries(plan.id)[7]
    assert (failed.state, failed.code) == (State.FAILED, "FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert failed.text == "Status needs a reason"


def test_fields_of_a_record_go_together(desk: Desk, crm: MemoryCrm) -> None:
    """Several fields of one record are one write, and one conflict."""
    one, two = leads(crm, "Inquiry", "Inquiry")
    changes = to(crm, [one, two], "Re-Market") + to(crm, [one, two], "2026-06-01", "wake_up_date")
    plan = desk.plan(sorted(changes, key=lambda change: (change.ref, change.field)))
    crm.edit(Table.LEAD, two.id, status="MQL")
    done = desk.apply(plan.id)
    assert (done.applied, done.conflicts, done.skipped) == (2, 1, 1)
    assert crm.writes == 1
    assert crm.value(two, "wake_up_date") is None


@pytest.mark.parametrize("fault", ["unanswered", "lost"])
@pytest.mark.parametrize("strikes", [{1}, {2}, {1, 2}])
def test_no_answer(desk: Desk, crm: MemoryCrm, fault: str, strikes: set[int]) -> None:
    """A write without an answer is looked at before it is sent again: nothing is written twice, nothing is lost."""
    getattr(crm.faults, fault).update(strikes)
    refs = leads(crm, *["Open"] * 12)
    plan = desk.plan(to(crm, refs, "Inquiry"))
    done = desk.apply(plan.id)
    assert done.applied == 12
    assert history(crm) == 12
    assert (done.seen > 0) is (fault == "unanswered")


def test_never_an_answer(desk: Desk, crm: MemoryCrm) -> None:
    """If no answer ever comes we stop and say so; before anything else is applied, that plan is resumed."""
    crm.faults.lost.update(range(1, 50))
    plan = desk.plan(to(crm, leads(crm, *["Open"] * 5), "Inquiry"))
    with pytest.raises(CrmFailed, match="sent 3 times") as caught:
        desk.apply(plan.id)
    assert f"connector resume {plan.id}" in caught.value.next
    other = desk.plan(to(crm, leads(crm, "Open"), "Inquiry"))
    with pytest.raises(Abort, match=f"plan {plan.id} was interrupted"):
        desk.apply(other.id)
    crm.faults.lost.clear()
    assert desk.resume().applied == 5
    assert desk.apply(other.id).applied == 1


def test_bulk_job_that_does_not_tell(desk: Desk, crm: MemoryCrm) -> None:
    """Rows that a bulk job leaves out of its results are looked at and sent again."""
    refs = leads(crm, *["Open"] * 60)
    plan = desk.plan(to(crm, refs, "Inquiry"))
    crm.faults.unprocessed.add(refs[30].id)
    with pytest.raises(CrmFailed):
        desk.apply(plan.id)
    crm.faults.unprocessed.clear()
    assert desk.resume(plan.id).applied == 60
    assert history(crm) == 60


def test_failed_job(desk: Desk, crm: MemoryCrm) -> None:
    """A bulk job that fails as a whole is sent again."""
    crm.faults.job_fails = True
    plan = desk.plan(to(crm, leads(crm, *["Open"] * 60), "Inquiry"))
    assert desk.apply(plan.id).applied == 60
    assert history(crm) == 60


def test_budget_spent(desk: Desk, crm: MemoryCrm) -> None:
    """When the allowance is used up it stops cleanly, and resume goes on the next day."""
    plan = desk.plan(to(crm, leads(crm, *["Open"] * 15), "Inquiry"))
    crm.faults.spent_after = 9
    with pytest.raises(BudgetSpent):
        desk.apply(plan.id)
    assert 0 < history(crm) < 15
    crm.faults.spent_after = None
    assert desk.resume().applied == 15
    assert history(crm) == 15


def test_lost_lease_stops_before_the_next_request(desk: Desk, crm: MemoryCrm) -> None:
    """A process that finds its lease gone sends nothing more."""
    plan = desk.plan(to(crm, leads(crm, *["Open"] * 15), "Inquiry"))

    def stand_still(crm: MemoryCrm, table: Table, row: object) -> None:
        desk.lease._over.set()
        desk.clock.forward(3_600)

    crm.automation = stand_still
    with pytest.raises(LeaseLost):
        desk.apply(plan.id)
    assert crm.writes == 1


def test_over_limit(desk: Desk, crm: MemoryCrm) -> None:
    """A plan over its limits writes nothing until somebody approves it."""
    plan = desk.plan(to(crm, leads(crm, *["Open"] * 21), "Inquiry"))
    with pytest.raises(OverLimit):
        desk.apply(plan.id, limits=Limits())
    assert crm.calls == 0
    desk.ledger.approvals.approve(plan.number, "Ann", "agreed")
    assert desk.apply(plan.id, limits=Limits()).applied == 21


def test_first_apply_of_a_rule_is_attended(desk: Desk, crm: MemoryCrm) -> None:
    """Unattended, a rule is only applied after a person watched it once; migrations are no rules."""
    first, second, third = leads(crm, "Open", "Open", "Open")
    plan = desk.plan(to(crm, [first], "Inquiry"))
    with pytest.raises(NotAttended, match="normalise"):
        desk.apply(plan.id, attended=False)
    assert crm.writes == 0
    desk.apply(plan.id)
    desk.apply(desk.plan(to(crm, [second], "Inquiry")).id, attended=False)
    desk.apply(desk.plan(to(crm, [third], "Inquiry", rule="migrate"), kind="migrate").id, attended=False)
    assert {crm.value(ref, "status") for ref in (first, second, third)} == {"Inquiry"}


def test_an_apply_that_sent_nothing_was_never_begun(desk: Desk, crm: MemoryCrm) -> None:
    """The CRM fails before the first batch is written down: there is nothing to resume, and apply begins as ever."""
    plan = desk.plan(to(crm, leads(crm, "Open"), "Inquiry"))
    crm.faults.spent_after = 0
    with pytest.raises(BudgetSpent):
        desk.apply(plan.id)
    crm.faults.spent_after = None
    assert (crm.writes, desk.ledger.plans.find(plan.id).started_at) == (0, None)
    assert desk.ledger.plans.unfinished() == []
    with pytest.raises(OverLimit):
        desk.apply(plan.id, limits=Limits(floor=0, rule_share=0))
    assert desk.apply(plan.id).applied == 1


def test_a_rule_is_attended_once_it_has_written(desk: Desk, crm: MemoryCrm) -> None:
    """Not before its first change was applied and the canary has passed; a rule that another ended counts as well."""
    one, two, three, *more = leads(crm, "Open", "Open", None, *["Open"] * 5)
    attended = desk.ledger.approvals.attended
    foiled = desk.plan(to(crm, [one], "Inquiry", rule="raw"))
    crm.edit(Table.LEAD, one.id, status="Customer")
    assert desk.apply(foiled.id).conflicts == 1
    assert attended() == set()
    crm.automation = lambda crm, table, row: row.update(owner_id="queue")
    with pytest.raises(CanaryStopped):
        desk.apply(desk.plan(to(crm, more, "Inquiry", rule="recycled")).id)
    assert attended() == set()
    crm.automation = None
    desk.apply(
        desk.plan(
            in_order(to(crm, [two], "Inquiry") + to(crm, [three], "MQL", rule="qualify", also=("contact-status",)))
        ).id
    )
    assert attended() == {"normalise", "qualify", "contact-status"}


def test_replayed_plan_cannot_be_applied(desk: Desk, crm: MemoryCrm) -> None:
    """A plan that judged another time than now can be shown, not applied."""
    plan = desk.plan(to(crm, leads(crm, "Open"), "Inquiry"), bar="it replays 2025-01-01 (--now)")
    with pytest.raises(Abort, match="replays 2025-01-01"):
        desk.apply(plan.id)
    assert crm.calls == 0


def test_edited_ledger(desk: Desk, crm: MemoryCrm) -> None:
    """A plan whose rows are no longer the sealed ones writes nothing."""
    plan = desk.plan(to(crm, leads(crm, "Open"), "Inquiry"))
    with desk.ledger._database.transaction() as connection:
        connection.exec_driver_sql("UPDATE change SET after = 'Customer'")
    with pytest.raises(StoreFailed, match="sealed"):
        desk.apply(plan.id)
    assert crm.calls == 0


def test_pace(desk: Desk, crm: MemoryCrm) -> None:
    """After the canary no more records are sent per hour than the policy says."""
    plan = desk.plan(to(crm, leads(crm, *["Open"] * 13), "Inquiry"))
    desk.apply(plan.id, limits=Limits(floor=100, max_rows_per_hour=120))
    canary, *pauses = desk.waits
    assert canary == 0
    assert pauses == [60, 120, 180, 240]  # two a minute; the clock stands still here


def test_nothing_to_resume(desk: Desk, crm: MemoryCrm) -> None:
    """Resume says when there is nothing, or when a plan was never begun."""
    with pytest.raises(NotFound, match="nothing to resume"):
        desk.resume()
    plan = desk.plan(to(crm, leads(crm, "Open"), "Inquiry"))
    with pytest.raises(Abort, match="never begun"):
        desk.resume(plan.id)


def test_large_plan_rereads_only_what_changed(desk: Desk, crm: MemoryCrm) -> None:
    """Of very many records only those modified since the mirror read them are asked for; edits are still seen."""
    refs = leads(crm, *["Open"] * 40)
    mark = str(crm.now + 10)
    crm.now += 100
    plan = desk.plan(to(crm, refs, "Inquiry"), marks={"lead": mark}, synced_at=NOON)
    crm.edit(Table.LEAD, refs[5].id, status="Working")
    desk.adapter = crm.adapter(reread_to=4)
    before = values(crm)
    done = desk.apply(plan.id, limits=GENEROUS)
    assert (done.applied, done.conflicts) == (39, 1)
    assert values(crm)["lead", refs[5].id] == before["lead", refs[5].id]


class Guarded(MemoryAdapter):
    """Refuses what was changed since it was reread, as CRMs with versions do.

    `meanwhile`: what people do just before
    each write. `deaf`: so many writes have no answer, and are carried out a moment later.
    """

    meanwhile: list[Callable[[], object]]
    late: tuple[Update, ...] = ()
    deaf: int = 0

    def write(self, updates: Sequence[Update], way: Way, journal: Journal) -> Iterator[Outcome]:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        if self.deaf:
            self.deaf -= 1
            self.late = tuple(updates)
            yield from (Outcome(update.ref, Result.UNKNOWN) for update in updates)
            return
        for update in self.late:
            self.crm.update(update)
        self.late = ()
        for update in updates:
            row = self.crm.tables[Table(update.ref.object)][update.ref.id]
            if row["version"] != update.version:
                yield Outcome(update.ref, Result.CONFLICT, "412", "the version has changed")
            else:
                yield self.crm.update(update)


def _guarded(desk: Desk, crm: MemoryCrm) -> Guarded:
    desk.adapter = made = Guarded(crm)
    made.meanwhile = []
    return made


def test_what_somebody_entered_in_between_is_theirs(desk: Desk, crm: MemoryCrm) -> None:
    """Refused for certain, and found as we wanted it: somebody else entered it, and no undo takes it away."""
    refs = leads(crm, "Open", "Open")
    plan = desk.plan(to(crm, refs, "Inquiry"))
    adapter = _guarded(desk, crm)
    adapter.meanwhile = [lambda: crm.edit(Table.LEAD, refs[0].id, status="Inquiry")]
    done = desk.apply(plan.id)
    assert (done.applied, done.already, done.seen, done.conflicts) == (1, 1, 0, 0)
    (theirs,) = [entry for entry in desk.entries(plan.id) if entry.change.ref == refs[0]]
    assert (theirs.state, theirs.written) == (State.ALREADY, None)
    assert all(ref != refs[0] for ref, _ in desk.told)
    assert desk.undo(plan.id).changes == 1


def test_a_record_that_was_only_saved_in_between_is_sent_again(desk: Desk, crm: MemoryCrm) -> None:
    """Refused, though none of our fields was changed: reread, and written with the new version."""
    (ref,) = leads(crm, "Open")
    plan = desk.plan(to(crm, [ref], "Inquiry"))
    _guarded(desk, crm).meanwhile = [lambda: crm.edit(Table.LEAD, ref.id)]
    assert desk.apply(plan.id).applied == 1
    assert crm.value(ref, "status") == "Inquiry"


def test_refused_after_a_write_that_was_not_heard_of(desk: Desk, crm: MemoryCrm) -> None:
    """A write without an answer, carried out late, lets the next one be refused: what stands there is still ours."""
    (ref,) = leads(crm, "Open")
    plan = desk.plan(to(crm, [ref], "Inquiry"))
    _guarded(desk, crm).deaf = 1
    done = desk.apply(plan.id)
    assert (done.applied, done.seen, done.already) == (1, 1, 0)
    assert desk.undo(plan.id).changes == 1
