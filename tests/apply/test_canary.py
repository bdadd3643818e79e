"""The canary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.apply.canary import LITTLE
from connector.errors import CanaryStopped, NotAttended
from connector.policy.model import Limits
from connector.ports import Table
from connector.store.ledger import State
from tests.adapters.memory import Killed, MemoryCrm
from tests.apply.desk import GENEROUS, Desk, history, in_order, leads, to
from tests.store.ledger.open import Clock

Flow = Callable[[MemoryCrm, Table, dict[str, Any]], object]


def _plan(desk: Desk, crm: MemoryCrm, count: int = 40) -> str:
    return desk.plan(to(crm, leads(crm, *["Open"] * count, owner_id="rep"), "Inquiry")).id


def _written(crm: MemoryCrm) -> int:
    return sum(row["modified_by"] == "connector" for row in crm.tables[Table.LEAD].values())


@pytest.mark.parametrize(
    ("flow", "named"),
    [
        (lambda crm, table, row: row.update(owner_id="queue"), "owner_id changed (rep → queue)"),
        (lambda crm, table, row: row.update(country="DE"), "country changed (None → DE)"),
        (lambda crm, table, row: crm.add(Table.TASK, lead_id=row["id"]), "tasks: 0 → 1"),
        (lambda crm, table, row: crm.add(Table.MAIL, lead_id=row["id"]), "mails: 0 → 1"),
        (lambda crm, table, row: crm.add(Table.CAMPAIGN_MEMBER, lead_id=row["id"]), "campaign members: 0 → 1"),
        (lambda crm, table, row: row.update(status="Open"), "status was put back (Inquiry → Open)"),
        (lambda crm, table, row: crm.delete(Table.LEAD, row["id"]), "the record has disappeared"),
    ],
)
def test_stops(desk: Desk, crm: MemoryCrm, flow: Flow, named: str) -> None:
    """When something of a record changes that is not ours, the rest is not sent, and record and field are named."""
    plan = _plan(desk, crm)
    crm.automation = flow
    with pytest.raises(CanaryStopped) as caught:
        desk.apply(plan)
    assert named in str(caught.value)
    assert "lead lead-000001: " in str(caught.value)
    assert "connector resume" in caught.value.next
    assert caught.value.exit_code == 3
    states = Counter(entry.state for entry in desk.entries(plan))
    assert states == {State.APPLIED: 3, State.PLANNED: 37}


def test_only_one_of_the_canaries_hit(desk: Desk, crm: MemoryCrm) -> None:
    """It is enough that one record of the few shows something foreign."""
    plan = _plan(desk, crm)
    crm.automation = lambda crm, table, row: row["id"].endswith("3") and row.update(owner_id="queue")
    with pytest.raises(CanaryStopped, match="lead-000003: owner_id"):
        desk.apply(plan)
    assert _written(crm) == 3


def test_ours_may_move(desk: Desk, crm: MemoryCrm) -> None:
    """System stamps, formulas and our own fields may differ."""
    plan = _plan(desk, crm)
    crm.automation = lambda crm, table, row: row.update(status_entered_at=crm.now, modified_by="flow")
    assert desk.apply(plan).applied == 40


def test_every_kind_is_tried(desk: Desk, crm: MemoryCrm) -> None:
    """At least three of every object, record type and from → to go first: the rare kind at the end is caught too."""
    common = to(crm, leads(crm, *["Open"] * 30), "Inquiry")
    partner = to(crm, leads(crm, *["Open"] * 30), "Inquiry", record_type="Partner")
    rare = to(crm, leads(crm, "Vmail", "Vmail"), "Inquiry")
    plan = desk.plan(in_order(common + partner + rare))
    last = rare[-1].ref.id
    crm.automation = lambda crm, table, row: row["id"] == last and row.update(owner_id="queue")
    with pytest.raises(CanaryStopped, match=last):
        desk.apply(plan.id)
    assert _written(crm) == 3 + 3 + 2


def test_by_the_way_the_plan_takes(desk: Desk, crm: MemoryCrm) -> None:
    """A plan that goes by bulk job sends its canary by bulk job: a flow may treat them differently."""
    plan = _plan(desk, crm, 60)
    desk.apply(plan)
    sizes = [len(job.updates) for job in crm.jobs.values()]
    assert sizes == [3, 50, 7]


def test_failures_are_replaced(desk: Desk, crm: MemoryCrm) -> None:
    """Records that fail or are in conflict try nothing: others of their kind take their place."""
    plan = _plan(desk, crm)
    for n in (1, 2):
        crm.faults.refuse[f"lead-00000{n}"] = ("LOCKED", "no")
    crm.edit(Table.LEAD, "lead-000003", status="Working")
    crm.automation = lambda crm, table, row: row.update(owner_id="queue")
    with pytest.raises(CanaryStopped):
        desk.apply(plan)
    assert 3 <= _written(crm) <= 9


def test_waits(desk: Desk, crm: MemoryCrm) -> None:
    """It waits as the policy says; unattended at least ten minutes, longer than a marketing sync."""
    desk.apply(_plan(desk, crm), limits=Limits(floor=100, canary_wait=30))
    desk.apply(_plan(desk, crm), attended=False)
    assert desk.waits == [30, 600]


def test_flow_that_strikes_during_the_wait(desk: Desk, crm: MemoryCrm) -> None:
    """What happens while it waits is seen."""
    plan = _plan(desk, crm)
    desk.waits = _Strike(lambda: crm.edit(Table.LEAD, "lead-000002", owner_id="queue"))
    with pytest.raises(CanaryStopped, match="lead-000002: owner_id"):
        desk.apply(plan)


class _Strike(list[float]):
    def __init__(self, then: Callable[[], object]) -> None:
        self._then = then

    def append(self, seconds: float) -> None:
        self._then()


def test_goes_on_with_a_new_canary(desk: Desk, crm: MemoryCrm) -> None:
    """After a stop, resume tries other records first: as long as the flow is there it stops, then it goes on."""
    plan = _plan(desk, crm)
    crm.automation = lambda crm, table, row: row.update(owner_id="queue")
    for stops in (1, 2):
        with pytest.raises(CanaryStopped):
            desk.resume(plan) if stops > 1 else desk.apply(plan)
        assert _written(crm) == 3 * stops
    crm.automation = None
    assert desk.resume(plan).applied == 40
    assert history(crm) == 40


def test_undo_after_a_stop(desk: Desk, crm: MemoryCrm) -> None:
    """What the canary wrote can be taken back."""
    plan = _plan(desk, crm)
    crm.automation = lambda crm, table, row: row.update(owner_id="queue")
    with pytest.raises(CanaryStopped):
        desk.apply(plan)
    crm.automation = None
    assert desk.apply(desk.undo(plan).id).applied == 3
    assert {row["status"] for row in crm.tables[Table.LEAD].values()} == {"Open"}


@pytest.mark.parametrize("moment", ["kill_before", "kill_after"])
def test_killed_in_the_canary(desk: Desk, crm: MemoryCrm, moment: str) -> None:
    """A process killed between the canary's write and the look at it: the next one looks, with what was kept."""
    plan = _plan(desk, crm)
    crm.automation = lambda crm, table, row: row.update(owner_id="queue")
    getattr(crm.faults, moment).add(3)  # the last step of the first bulk job
    with pytest.raises(Killed):
        desk.apply(plan)
    with pytest.raises(CanaryStopped, match="rep → queue"):
        desk.resume(plan)
    assert _written(crm) == 3


@pytest.fixture
def broken_off(tmp_path: Path, crm: MemoryCrm) -> tuple[Clock, str, str]:
    """A process died in the wait for its canary, and somebody took over one of the first records: clock, plan, id."""
    clock = Clock()
    with Desk(tmp_path, crm, clock).open() as desk:
        plan = _plan(desk, crm)
        desk.waits = _Strike(_die)
        with pytest.raises(Killed):
            desk.apply(plan)
    sent = next(id for id, row in crm.tables[Table.LEAD].items() if row["status"] == "Inquiry")
    crm.edit(Table.LEAD, sent, owner_id="ann")
    return clock, plan, sent


def _die() -> None:
    raise Killed


def test_a_wait_that_was_broken_off_for_long(
    tmp_path: Path, crm: MemoryCrm, broken_off: tuple[Clock, str, str]
) -> None:
    """People work on the first records overnight: that is no flow. Others are tried, and a flow is still found."""
    clock, plan, sent = broken_off
    clock.forward(LITTLE.total_seconds() + 1)
    crm.automation = lambda crm, table, row: row.update(owner_id="queue")
    with Desk(tmp_path, crm, clock).open() as desk:
        with pytest.raises(CanaryStopped, match="rep → queue") as stopped:
            desk.resume(plan)
        assert sent not in stopped.value.what
        assert desk.ledger.changes.counts(desk.ledger.plans.find(plan).number).of(State.APPLIED) == 6
        crm.automation = None
        assert desk.resume(plan).applied == 40


def test_a_wait_that_was_broken_off_for_a_little(
    tmp_path: Path, crm: MemoryCrm, broken_off: tuple[Clock, str, str]
) -> None:
    """Soon after, what differs is looked at as if nothing had happened."""
    clock, plan, sent = broken_off
    clock.forward(LITTLE.total_seconds() - 1)
    with Desk(tmp_path, crm, clock).open() as desk, pytest.raises(CanaryStopped, match=f"{sent}: owner_id"):
        desk.resume(plan)


def test_what_was_kept_is_forgotten(desk: Desk, crm: MemoryCrm) -> None:
    """The copies of whole records that the canary compares with do not stay in the ledger."""
    plan = _plan(desk, crm)
    desk.apply(plan)
    crm.automation = lambda crm, table, row: row.update(owner_id="queue")
    with pytest.raises(CanaryStopped):
        desk.apply(_plan(desk, crm), limits=GENEROUS)
    kept = desk.ledger._database.rows("SELECT COUNT(*) AS n FROM batch WHERE before IS NOT NULL")
    assert kept[0].n == 0


def _first_watched(desk: Desk, crm: MemoryCrm) -> None:
    """Somebody has watched this rule's first apply."""
    assert desk.apply(_plan(desk, crm, 3)).applied == 3


def test_what_cannot_be_counted_stops_when_nobody_watches(desk: Desk, crm: MemoryCrm) -> None:
    """Blind to tasks or mails, an unattended canary sends nothing, and says what it could not look at and why."""
    _first_watched(desk, crm)
    plan, before = _plan(desk, crm), _written(crm)
    crm.unseen = {"tasks": "no access", "mails": "no such object"}
    crm.automation = lambda crm, table, row: crm.add(Table.TASK, lead_id=row["id"])
    with pytest.raises(NotAttended) as caught:
        desk.apply(plan, attended=False)
    assert "mails: no such object; tasks: no access" in caught.value.what
    assert 'canary_without = ["mails", "tasks"]' in caught.value.next
    assert _written(crm) == before


def test_what_cannot_be_counted_is_told_to_whoever_watches(desk: Desk, crm: MemoryCrm) -> None:
    """Watched, it goes on and says what it could not look at."""
    crm.unseen = {"tasks": "no access"}
    assert desk.apply(_plan(desk, crm)).applied == 40
    assert any("cannot count tasks: no access" in text for text in desk.warned)


def test_the_policy_may_say_that_it_need_not_be_counted(desk: Desk, crm: MemoryCrm) -> None:
    """Where an org has no mails that could be counted, the policy says so, and nights go on; for mails only."""
    _first_watched(desk, crm)
    limits = Limits(floor=100_000, canary_without=("mails",))
    crm.unseen = {"mails": "no such object"}
    assert desk.apply(_plan(desk, crm), limits=limits, attended=False).applied == 40
    crm.unseen = {"mails": "no such object", "tasks": "no access"}
    with pytest.raises(NotAttended, match="tasks: no access"):
        desk.apply(_plan(desk, crm), limits=limits, attended=False)


def test_what_can_be_counted_no_more_stops(desk: Desk, crm: MemoryCrm) -> None:
    """A right that is lost between the write and the look is no “nothing happened”."""
    plan = _plan(desk, crm)
    crm.automation = lambda crm, table, row: crm.unseen.update(tasks="no access any more")
    with pytest.raises(CanaryStopped, match="tasks could be counted before the write and cannot now"):
        desk.apply(plan)
    assert _written(crm) == 3


def test_begun_watched_and_ended_unwatched(desk: Desk, crm: MemoryCrm) -> None:
    """A canary that somebody began while watching is not looked at half blind by a process that nobody watches."""
    _first_watched(desk, crm)
    crm.unseen = {"tasks": "no access"}
    plan = _plan(desk, crm)
    crm.faults.kill_after.add(crm.writes + 3)
    with pytest.raises(Killed):
        desk.apply(plan)
    for _ in range(2):
        with pytest.raises(NotAttended, match="tasks: no access"):
            desk.resume(plan, attended=False)
    assert _written(crm) == 3 + 3  # what was intended is brought to its end, nothing more is sent
