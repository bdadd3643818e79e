"""What is spent is cleared away after a while; what anything depends on stays, in files and in PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from connector import ports
from connector.errors import Abort, LeaseLost
from connector.model import Alert, Ref
from connector.plan import approve, verify
from connector.store.ledger import Batch, Keep, Ledger, NightEnd, PlanHeader, Settled, Spent, State, Step, Told, Way
from connector.store.ledger.copyfile import read_lines, write_lines
from connector.store.place import Place
from tests.database import place
from tests.store.ledger.open import NOON, Clock, change, planned

KEEP = Keep(plans=30, alerts=365, nights=400, runs=90)
DAY = 86_400
PLACES = {"file": lambda path: path, "postgres": place}


@pytest.fixture(params=PLACES)
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    """A file, and a schema of a database."""
    make: Callable[[Path], Place] = PLACES[request.param]
    return make(tmp_path / "ledger.db")


@pytest.fixture
def clock() -> Clock:
    """Tells the time."""
    return Clock()


@pytest.fixture
def ledger(where: Place, clock: Clock) -> Iterator[Ledger]:
    """Empty."""
    with Ledger.open(where, "acme", clock) as made:
        yield made


def plan(ledger: Ledger, *ids: str, **about: object) -> PlanHeader:
    """A new plan of a change for each of these."""
    with ledger.lease("connector plan") as lease:
        return planned(ledger, lease, [change(id) for id in ids], **about)


def clear(ledger: Ledger, keep: Keep = KEEP) -> Spent:
    """As `connector ledger prune --yes`; what it says before is what it does."""
    before = ledger.retention.spent(keep)
    with ledger.lease("connector ledger prune") as lease:
        done = ledger.retention.clear(keep, lease)
    assert done == before
    assert not ledger.retention.spent(keep).any
    return done


def rows(ledger: Ledger, header: PlanHeader) -> int:
    """How many changes of the plan there are."""
    return len(list(ledger.changes.each(header.number)))


def test_changes_of_plans_never_applied(ledger: Ledger, clock: Clock) -> None:
    """After thirty days, and not before; the newest plan stays however old it is. The header stays, and says so."""
    old, other = plan(ledger, "1", "2"), plan(ledger, "3")
    clock.forward(10 * DAY)
    newest = plan(ledger, "1")
    clock.forward(20 * DAY)
    assert clear(ledger) == Spent()
    clock.forward(1)
    assert clear(ledger) == Spent(plans=2, changes=3)
    assert [rows(ledger, one) for one in (old, other, newest)] == [0, 0, 1]
    found = ledger.plans.find(old.id)
    assert found.bar == (
        "its 2 changes were cleared away on 2026-04-01, because it was made on 2026-03-02 and never applied"
    )
    assert (found.changes, found.digest, found.rules) == (old.changes, old.digest, old.rules)
    assert ledger.plans.kinds(old.number)
    with pytest.raises(Abort, match="were cleared away"):
        approve(ledger, old.id, "Ann", "it is right")
    clock.forward(365 * DAY)
    assert clear(ledger, Keep(plans=30, alerts=0, nights=0, runs=0)) == Spent()
    assert rows(ledger, newest) == 1


def test_a_replay_still_says_that_it_is_one(ledger: Ledger, clock: Clock) -> None:
    """Why it could not be applied before, and why it cannot be shown now."""
    replay, _ = plan(ledger, "1", bar="it was judged as of 2026-01-01 (--now)"), plan(ledger, "1")
    clock.forward(31 * DAY)
    clear(ledger)
    assert ledger.plans.find(replay.id).bar.startswith("it was judged as of 2026-01-01 (--now); its 1 changes were")


def test_what_was_applied_stays_for_good(ledger: Ledger, clock: Clock) -> None:
    """Begun or ended, with every row that was written, refused, or left alone: undo and our own history need it."""
    header = plan(ledger, "1", "2", "3")
    with ledger.lease("connector apply") as lease:
        ledger.journal.intend(header, Batch(1, ports.Way("rows", 200), False), [(1, None), (2, None)], [], lease)
        ledger.journal.settle(header, [Settled(1, State.APPLIED), Settled(2, State.CONFLICT)], lease)
    plan(ledger, "9")
    clock.forward(4_000 * DAY)
    assert clear(ledger, Keep(plans=7, alerts=7, nights=7, runs=0)) == Spent()
    assert rows(ledger, header) == 3
    verify(ledger.plans.find(header.id), ledger)
    assert [own.ref.id for own in ledger.own_writes([Ref("acme", "lead", "1")])] == ["1"]


def test_what_somebody_approved_or_the_last_night_left_stays(ledger: Ledger, clock: Clock) -> None:
    """Somebody may still apply it."""
    approved, tonight, waits, spent = (plan(ledger, str(number)) for number in range(4))
    approve(ledger, approved.id, "Ann", "it is right")
    number = ledger.nights.begin(clock())
    ledger.nights.planned(number, tonight.id, waits.id)
    ledger.nights.end(number, NightEnd.PARKED, "over its limits", {})
    plan(ledger, "9")
    clock.forward(31 * DAY)
    assert clear(ledger) == Spent(plans=1, changes=1)
    assert [rows(ledger, one) for one in (approved, tonight, waits, spent)] == [1, 1, 1, 0]
    ledger.nights.begin(clock())
    assert clear(ledger) == Spent(plans=2, changes=2)


def test_approved_at_the_last_moment_it_stays(ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    """Approving waits for no lease: what is approved after the plans were looked up is not cleared away either."""
    old, _ = plan(ledger, "1"), plan(ledger, "2")
    clock.forward(31 * DAY)
    found = ledger.retention._plans

    def then_approved(*what: Any) -> list[Any]:
        plans = found(*what)
        approve(ledger, old.id, "Ann", "it is right")
        return plans

    monkeypatch.setattr(ledger.retention, "_plans", then_approved)
    with ledger.lease("connector ledger prune") as lease:
        ledger.retention.clear(KEEP, lease)
    assert rows(ledger, old) == 1
    assert ledger.plans.find(old.id).bar == ""


def raised(ledger: Ledger, number: int, *ways: Way) -> int:
    """An alert, to be told in these ways; its number."""
    alert = Alert(person_id=number, promise="worked", of=str(number), level="warn", at=NOON, text=f"Ann Lee {number}")
    with ledger.lease("connector alerts", kind="sla") as lease:
        found = [(Ref("acme", "lead", str(number)), alert)]
        return ledger.alerts.raise_new(found, lambda new: [ways for _ in new], lease, 50)[0].number


def test_texts_of_alerts(ledger: Ledger, clock: Clock) -> None:
    """After a year, once nobody is to be told any more: sent, or given up. That it was told, to whom and when, stays,
    and it is never told again."""
    told: dict[Told, int] = {}
    for number, state in enumerate(Told, 1):
        told[state] = raised(ledger, number, Way("mail"))
        with ledger.lease("connector alerts", kind="sla") as lease:
            step = Step(alert=told[state], state=state, note="to ann.lee@acme.com")
            ledger.deliveries.commit("mail", [step], lease)
    task = raised(ledger, 99, Way("task", Told.SENT))
    unsent = raised(ledger, 100)
    keep = Keep(plans=0, alerts=365, nights=0, runs=0)
    clock.forward(365 * DAY)
    assert clear(ledger, keep) == Spent()
    clock.forward(1)
    open_ = {told[state] for state in (Told.PENDING, Told.SENDING, Told.FAILED, Told.UNKNOWN)} | {task}
    everything = ledger.alerts.latest()
    assert clear(ledger, keep) == Spent(alerts=len(everything) - len(open_))
    for one in ledger.alerts.latest():
        assert bool(one.alert.text) is (one.number in open_)
        for delivery in ledger.deliveries.of([one.number])[one.number]:
            assert bool(delivery.note) is (one.number in open_ - {task})
    assert unsent not in open_
    before = {one.key for one in everything}
    assert {one.key for one in ledger.alerts.latest()} == before
    with ledger.lease("connector alerts", kind="sla") as lease:
        again = ledger.alerts.raise_new([(one.ref, one.alert) for one in everything], lambda new: [], lease, 50)
    assert again == []


def test_nights_and_commands(ledger: Ledger, clock: Clock) -> None:
    """Old ones go; the latest sixty nights, the last that ended well, and whoever is at work stay."""
    for number in range(100):
        night = ledger.nights.begin(clock())
        ledger.nights.end(night, NightEnd.DONE if number < 30 else NightEnd.FAILED, "", {})
        with ledger.lease("connector run"):
            clock.forward(60)
    last_good = ledger.nights.last_good()
    with ledger.lease("connector apply", kind="other") as at_work:
        clock.forward(500 * DAY)
        done = clear(ledger, Keep(plans=0, alerts=0, nights=400, runs=90))
        assert done == Spent(nights=29, runs=100)
        kinds = [(run.kind, run.token) for run in ledger.runs.latest(10)]
        assert ("other", at_work.token) in kinds
    assert ledger.nights.last_good() == last_good
    assert len(ledger.nights.latest(200)) == 71
    assert ledger.nights.begin(clock()) == 101


def test_nothing_is_cleared_where_all_is_kept(ledger: Ledger, clock: Clock) -> None:
    """0 days is for ever."""
    plan(ledger, "1")
    plan(ledger, "2")
    raised(ledger, 1)
    ledger.nights.end(ledger.nights.begin(clock()), NightEnd.DONE, "", {})
    clock.forward(10_000 * DAY)
    assert clear(ledger, Keep(plans=0, alerts=0, nights=0, runs=0)) == Spent()


def test_of_another_org_nothing(ledger: Ledger, where: Place, clock: Clock) -> None:
    """Each org has its own."""
    with Ledger.open(where, "globex", clock) as other, other.lease("connector plan") as lease:
        theirs = [planned(other, lease, [change(str(n), org="globex")]) for n in range(2)]
        clock.forward(31 * DAY)
        assert clear(ledger) == Spent()
        assert rows(other, theirs[0]) == 1


def test_whoever_lost_the_lease_clears_nothing(ledger: Ledger, clock: Clock) -> None:
    """A process that stood still and wakes up."""
    old, _ = plan(ledger, "1"), plan(ledger, "2")
    clock.forward(31 * DAY)
    with ledger.lease("connector ledger prune") as lease:
        clock.forward(120)
        with pytest.raises(LeaseLost):
            ledger.retention.clear(KEEP, lease)
    assert rows(ledger, old) == 1


def test_begun_and_killed_it_is_ended_the_next_time(
    ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The header says that they are gone before the first row goes; the rest goes later."""
    monkeypatch.setattr("connector.store.ledger.retention.PAGE", 2)
    old, _ = plan(ledger, *"123456"), plan(ledger, "9")
    clock.forward(31 * DAY)
    run, count = ledger.retention._run, 0

    def killed(*what: Any) -> int:
        nonlocal count
        count += 1
        if count == 3:
            raise KeyboardInterrupt
        return run(*what)

    monkeypatch.setattr(ledger.retention, "_run", killed)
    with pytest.raises(KeyboardInterrupt), ledger.lease("connector ledger prune") as lease:
        ledger.retention.clear(KEEP, lease)
    bar = ledger.plans.find(old.id).bar
    assert (rows(ledger, old), "its 6 changes were cleared away" in bar) == (4, True)
    monkeypatch.setattr(ledger.retention, "_run", run)
    clock.forward(DAY)
    assert clear(ledger) == Spent(plans=1, changes=4)
    assert ledger.plans.find(old.id).bar == bar


def test_an_export_is_still_proved(ledger: Ledger, clock: Clock, tmp_path: Path) -> None:
    """What is left moves whole, and what it says of what is gone with it."""
    old, newest = plan(ledger, "1", "2"), plan(ledger, "3")
    raised(ledger, 1)
    clock.forward(400 * DAY)
    assert clear(ledger).any
    sums = write_lines(ledger.copies, tmp_path / "acme.jsonl", clock())
    with Ledger.open(tmp_path / "other.db", "acme", clock) as other:
        assert read_lines(other.copies, tmp_path / "acme.jsonl") == sums
        assert "were cleared away" in other.plans.find(old.id).bar
        verify(other.plans.find(newest.id), other)


@pytest.mark.file_only
def test_a_file_gets_smaller_and_holds_it_no_more(tmp_path: Path, clock: Clock) -> None:
    """The space goes back to the disk where it is worth it and nobody is at work; what was cleared is overwritten."""
    path = tmp_path / "ledger.db"
    with Ledger.open(path, "acme", clock) as ledger:
        with ledger.lease("connector plan") as lease:
            planned(ledger, lease, (change(f"secretname{n:06}") for n in range(20_000)))
        plan(ledger, "1")
        clock.forward(31 * DAY)
        clear(ledger)
        with ledger.lease("connector sync"):
            assert ledger.retention.shrink() is None
        before = path.stat().st_size
        freed = ledger.retention.shrink()
        assert freed is not None
        assert path.stat().st_size == before - freed < before / 4
        assert ledger.retention.shrink() is None
    assert b"secretname" not in b"".join(one.read_bytes() for one in tmp_path.iterdir())


def test_a_database_sees_to_its_space_itself(tmp_path: Path, clock: Clock) -> None:
    """Nothing is written anew there."""
    with Ledger.open(place(tmp_path / "ledger.db"), "acme", clock) as ledger:
        assert ledger.retention.shrink() is None


def test_what_is_deleted_is_found_by_what_is_asked_everywhere(ledger: Ledger, clock: Clock) -> None:
    """After it, the next plan, lease and alert go on as if nothing had been."""
    first, second = plan(ledger, "1"), plan(ledger, "2")
    clock.forward(timedelta(days=100).total_seconds())
    clear(ledger)
    third = plan(ledger, "3")
    assert third.number == second.number + 1
    assert [one.id for one in ledger.plans.latest()] == [third.id, second.id, first.id]
    assert raised(ledger, 7) == 1
