"""An alert is raised once, ever."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.errors import LeaseHeld, LeaseLost
from connector.model import LEVELS, Alert, Ref
from connector.store.ledger import Found, Identity, Ledger, Told, Way
from tests.store.ledger.open import NOON, ORG, Clock


def found(person: int = 1, level: str = "breach", *, promise: str = "mql", of: str = "7", id: str = "") -> Found:
    """An alert about a lead."""
    ref = Ref(ORG, "lead", id or f"00Q{person:012d}AAA")
    return ref, Alert(person_id=person, promise=promise, of=of, level=level, at=NOON, text="late", due_at=NOON)


def by_mail(new: Sequence[Found]) -> list[list[Way]]:
    """Everything goes by mail."""
    return [[Way("mail")] for _ in new]


def raised(ledger: Ledger, *standing: Found, storm_over: int = 50) -> list[str]:
    """The levels raised by a run of its own."""
    with ledger.lease("connector alerts", kind="sla") as lease:
        return [one.alert.level for one in ledger.alerts.raise_new(standing, by_mail, lease, storm_over)]


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return Ledger.open(tmp_path / "ledger.db", ORG, Clock())


def test_once_ever(ledger: Ledger, tmp_path: Path) -> None:
    """The same alert in a second run, and after a restart, raises nothing."""
    assert raised(ledger, found()) == ["breach"]
    assert raised(ledger, found()) == []
    ledger.close()
    assert raised(Ledger.open(tmp_path / "ledger.db", ORG, Clock()), found()) == []


def test_each_promise_stay_level_and_person_is_another(ledger: Ledger) -> None:
    """A difference in any part of the key is another alert; orgs do not meet."""
    alerts = [found(), found(2), found(promise="maql"), found(of="8")]
    assert len(raised(ledger, *alerts)) == 4
    assert raised(ledger, found(level="escalate")) == ["escalate"]
    other = Ledger(type(ledger._database)(ledger._database.place, "other"), Clock())
    assert raised(other, found()) == ["breach"]


def test_only_the_highest_level_is_told(ledger: Ledger) -> None:
    """Somebody first seen far too late gets one alert; the lower levels count as told, now and later."""
    assert raised(ledger, found(level="warn"), found(level="escalate"), found()) == ["escalate"]
    assert raised(ledger, found(level="warn"), found()) == []
    listed = ledger.alerts.latest()
    deliveries = ledger.deliveries.of([one.number for one in listed])
    assert {one.alert.level: len(deliveries[one.number]) for one in listed} == {"escalate": 1, "breach": 0, "warn": 0}


def test_a_lower_level_after_a_higher_is_not_told(ledger: Ledger) -> None:
    """A limit that was made longer does not warn of what was already breached."""
    assert raised(ledger, found(level="breach")) == ["breach"]
    assert raised(ledger, found(level="warn")) == []


def test_a_crossing_that_is_dated_anew_is_the_same(tmp_path: Path) -> None:
    """Another title, or a deed known late, dates a crossing otherwise: told once. One after it was told is another."""
    clock = Clock()
    ledger = Ledger.open(tmp_path / "ledger.db", ORG, clock)

    def crossed(days: float, person: int = 1) -> Found:
        of = str(int((NOON + timedelta(days=days)).timestamp()))
        return found(person, "tell", promise="crossing", of=of)

    assert raised(ledger, crossed(-1)) == ["tell"]
    clock.forward(3600)
    assert raised(ledger, crossed(-5)) == raised(ledger, crossed(-0.5)) == []
    assert raised(ledger, crossed(-5, person=2)) == ["tell"]
    ledger.identities.record([Identity(Ref(ORG, "lead", "00Q000000000002AAA"), 3, "merge")])
    assert raised(ledger, crossed(-6, person=3)) == []
    clock.forward(86_400 * 3)
    assert raised(ledger, crossed(2)) == ["tell"]


def test_one_alert_on_two_records_is_one(ledger: Ledger) -> None:
    """A lead and the contact it became are one person: told once."""
    assert raised(ledger, found(id="00Q1"), found(id="0031")) == ["breach"]


def test_alerts_follow_people(ledger: Ledger) -> None:
    """What was told of a record that became another person's is not told again of that person."""
    assert raised(ledger, found(2, id="00Q2")) == ["breach"]
    ledger.identities.record([Identity(Ref(ORG, "lead", "00Q2"), 1, "merge")])
    assert raised(ledger, found(1, id="00Q1"), found(3)) == ["breach"]
    assert {one.alert.person_id for one in ledger.alerts.latest()} == {1, 3}
    assert raised(ledger, found(2, id="00Q2")) == []


def test_a_merge_of_two_who_were_told_the_same_stops_nothing(ledger: Ledger) -> None:
    """Both rows stay, and new alerts go on being raised."""
    assert len(raised(ledger, found(1, id="00Q1"), found(2, id="00Q2"))) == 2
    ledger.identities.record([Identity(Ref(ORG, "lead", "00Q2"), 1, "merge")])
    assert raised(ledger, found(1, "escalate", id="00Q1")) == ["escalate"]
    assert len(ledger.alerts.latest()) == 3


def test_a_storm_is_marked(ledger: Ledger) -> None:
    """Over the line all of them are marked as a storm; at the line none is."""
    raised(ledger, *(found(person) for person in range(3)), storm_over=3)
    raised(ledger, *(found(person) for person in range(10, 14)), storm_over=3)
    assert [one.storm for one in ledger.alerts.latest()] == [True] * 4 + [False] * 3


def test_the_same_comes_back_as_it_was(ledger: Ledger) -> None:
    """An alert read from the ledger is the one that was raised."""
    raised(ledger, found())
    (one,) = ledger.alerts.latest(1)
    assert (one.ref, one.alert) == found()
    assert (one.key, one.raised_at, one.storm) == ("1:mql:7:breach", NOON, False)
    assert ledger.alerts.each([one.number, 99]) == [one]


def test_two_at_once_raise_once(tmp_path: Path) -> None:
    """Of processes that raise at the same moment one does it; the others are told who, or find nothing new."""
    told: list[str] = []
    ready = threading.Barrier(4)

    def one_process() -> None:
        mine = Ledger.open(tmp_path / "ledger.db", ORG, Clock())
        ready.wait()
        for _ in range(50):
            try:
                told.extend(raised(mine, *(found(person) for person in range(20))))
                return
            except LeaseHeld:
                continue

    threads = [threading.Thread(target=one_process) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 20


def test_a_lost_lease_raises_nothing(ledger: Ledger, tmp_path: Path) -> None:
    """A process that stood still past its lease raises nothing any more."""
    clock = Clock()
    slow = Ledger.open(tmp_path / "ledger.db", ORG, clock)
    with pytest.raises(LeaseLost), slow.lease("slow", kind="sla") as lease:  # noqa: PT012
        clock.forward(3600)
        slow.alerts.raise_new([found()], by_mail, lease, 50)
    assert ledger.alerts.latest() == []


@settings(max_examples=30, deadline=None)
@given(
    runs=st.lists(
        st.lists(st.tuples(st.integers(1, 3), st.sampled_from(LEVELS), st.sampled_from("ab")), max_size=6), max_size=5
    )
)
def test_no_run_tells_what_an_earlier_one_told(
    runs: list[list[tuple[int, str, str]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever stands in whatever order: no key is told twice, and levels of one stay only rise."""
    ledger = Ledger.open(tmp_path_factory.mktemp("ledger") / "ledger.db", ORG, Clock())
    highest: dict[tuple[int, str], int] = {}
    for run in runs:
        standing = [found(person, level, of=of) for person, level, of in run]
        with ledger.lease("connector alerts", kind="sla") as lease:
            told = [one.alert for one in ledger.alerts.raise_new(standing, by_mail, lease, 50)]
        for alert in told:
            about = (alert.person_id, alert.of)
            assert LEVELS.index(alert.level) > highest.get(about, -1)
            highest[about] = LEVELS.index(alert.level)
        for _, alert in standing:
            assert highest[alert.person_id, alert.of] >= LEVELS.index(alert.level)
    ledger.close()


def test_deliveries_begin_as_told(ledger: Ledger) -> None:
    """The way an alert is to be told may be closed from the start, with the reason."""

    def ways(new: Sequence[Found]) -> list[list[Way]]:
        return [[Way("mail"), Way("task", Told.GIVEN_UP, "a storm")] for _ in new]

    with ledger.lease("connector alerts", kind="sla") as lease:
        (one,) = ledger.alerts.raise_new([found()], ways, lease, 50)
    deliveries = {each.channel: (each.state, each.note) for each in ledger.deliveries.of([one.number])[one.number]}
    assert deliveries == {"mail": (Told.PENDING, ""), "task": (Told.GIVEN_UP, "a storm")}
    assert ledger.deliveries.channels() == ["mail"]
    assert NOON + timedelta(0) == one.raised_at


def test_what_nobody_would_hear_is_no_storm(ledger: Ledger) -> None:
    """Only alerts that some channel tells are counted; the others are written down all the same."""

    def breaches(new: Sequence[Found]) -> list[list[Way]]:
        return [[Way("mail")] if alert.level == "breach" else [] for _, alert in new]

    standing = [found(person, "warn") for person in range(10, 20)] + [found(person) for person in range(3)]
    with ledger.lease("connector alerts", kind="sla") as lease:
        raised = ledger.alerts.raise_new(standing, breaches, lease, 3)
    assert len(raised) == 13
    assert not any(one.storm for one in raised)
