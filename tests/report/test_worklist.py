"""The work list: everybody once, those that wait longest first, with whoever has them or leads who does."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from connector.cli.worklist import answer, lines, title
from connector.model import Promise, PromiseState, Ref, User, Waiting
from connector.report.board import standing
from connector.report.worklist import KINDS, By, Gatherer, Order, WorkList, by_manager, worklist

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
USERS = {
    "jo": User("jo", "Jo", manager_id="pat"),
    "al": User("al", "Al", active=False, manager_id="pat"),
    "pat": User("pat", "Pat", manager_id="gone"),
    "q": User("q", "Inbound", kind="queue"),
    "k1": User("k1", "Kim", "kim@acme.example", manager_id="pat"),
    "k2": User("k2", "Kim"),
}


def waits(id: str, hours: float, owner: str = "jo", *, limit: float = 48, score: float | None = None) -> Waiting:
    """Somebody who has waited so long for something that was promised within `limit` hours."""
    since = NOW - hours * HOUR
    due = since + limit * HOUR
    promise = Promise(
        name="worked" if limit == 48 else "contacted", of="1", state=PromiseState.RUNNING, since=since, due_at=due,
        warn_at=since + 0.8 * limit * HOUR, status="MAQL",
    )  # fmt: skip
    return waiting(id, promise, owner, score)


def backlog(id: str, hours: float, owner: str = "jo") -> Waiting:
    """Somebody who has waited for at least so long, from before promises were in force."""
    at_least = NOW - hours * HOUR
    return waiting(
        id, Promise(name="worked", of="1", state=PromiseState.BACKLOG, since=None, at_least=at_least), owner, None
    )


def waiting(id: str, promise: Promise, owner: str, score: float | None) -> Waiting:
    """With an owner by their id."""
    named = USERS[owner].name if owner in USERS else owner
    return Waiting(
        ref=Ref("acme", "lead", id), name=id, company="", source="", owner=named, owner_id=owner, promise=promise,
        score=score,
    )  # fmt: skip


def listed(those: Iterable[Waiting], by: By = By.OWNER, order: Order = Order.AGE, most: int | None = None) -> WorkList:
    return worklist(those, Gatherer(by, order, USERS, most, NOW), None)


def people(found: WorkList) -> dict[str, dict[str, list[str]]]:
    """Whose list → kind → who is on it, in order."""
    return {
        one.name: {kind: [w.one.name for w in those] for kind, those in one.people.items() if those}
        for one in found.lists
    }


def test_the_top_entry_is_the_oldest_hot_lead() -> None:
    """Of those whose promise is broken whoever waits longest, whatever was due when; of each list, and of all."""
    found = listed([waits("new", 50), waits("hour", 30, limit=24), waits("old", 90, "al"), waits("older", 60)])
    assert people(found) == {"Al (has left)": {"breached": ["old"]}, "Jo": {"breached": ["older", "new", "hour"]}}
    assert found.lists[0].first is not None
    assert found.lists[0].first.one.name == "old"


def test_kinds_stand_apart() -> None:
    """Broken, at risk, with time to spare; what is from before promises were in force comes last, however old."""
    found = listed([backlog("ancient", 9_000), waits("fresh", 1), waits("soon", 40), waits("late", 49)])
    (one,) = people(found).values()
    assert list(one.items()) == [
        ("breached", ["late"]), ("at_risk", ["soon"]), ("running", ["fresh"]), ("backlog", ["ancient"]),
    ]  # fmt: skip
    (rows,) = (list(lines(one, found, "UTC")) for one in found.lists)
    assert [row[0] for row in rows] == ["breached", "at risk", "time to spare", "backlog"]
    assert str(rows[3][1]).startswith("≥ 2025-")
    assert title(found.lists[0], found) == ("Jo: 1 breached, 1 at risk, 1 time to spare, 1 backlog · manager: Pat")


def test_by_manager() -> None:
    """Owners under who leads them; whom nobody leads, queues and nobody's people under nobody, by that name."""
    found = listed(
        [waits("a", 50), waits("b", 60, "al"), waits("c", 70, "q"), waits("d", 80, ""), waits("e", 90, "pat")],
        By.MANAGER,
    )
    assert people(found) == {
        "gone": {"breached": ["e"]}, "(nobody)": {"breached": ["d", "c"]}, "Pat": {"breached": ["b", "a"]},
    }  # fmt: skip
    assert "owners without a manager in the CRM" in title(found.lists[1], found)
    rows = list(lines(found.lists[1], found, "UTC"))
    assert [row[4] for row in rows] == ["(nobody)", "Inbound"]
    owners = listed([waits("a", 50), waits("c", 70, "q"), waits("b", 40, "al")])
    assert [(name, [one.name for one in those]) for name, those in by_manager(owners.lists)] == [
        ("(nobody)", ["Inbound (queue)"]), ("Pat", ["Jo", "Al (has left)"]),
    ]  # fmt: skip


def test_two_of_one_name_are_two() -> None:
    """They have lists of their own, told apart by address, or by id where there is none."""
    found = listed([waits("a", 50, "k1"), waits("b", 60, "k2"), waits("c", 70, "005stranger")])
    assert list(people(found)) == ["005stranger", "Kim (k2)", "Kim (kim@acme.example)"]


def test_a_person_stands_on_it_once() -> None:
    """With the promise that presses most; the others are named. The board's counts are of promises."""
    both = [waits("a", 30, limit=24), waits("a", 30), waits("b", 10)]
    found = listed(both)
    (one,) = found.lists
    assert {kind: count for kind, count in one.counts.items() if count} == {"breached": 1, "running": 1}
    (late,) = one.people["breached"]
    assert (late.one.promise.name, late.also) == ("contacted", ("worked",))
    assert (found.promises["breached"], found.promises["running"]) == (1, 2)


def test_by_score() -> None:
    """The highest first, and of equals whoever waits longest; who has no points comes last. Kinds stay apart."""
    found = listed(
        [waits("a", 60, score=20), waits("b", 50, score=120), waits("c", 55, score=20), waits("d", 99),
         waits("e", 1, score=500)],
        order=Order.SCORE,
    )  # fmt: skip
    assert people(found) == {"Jo": {"breached": ["b", "a", "c", "d"], "running": ["e"]}}


@given(
    those=st.lists(
        st.builds(
            waits, st.uuids().map(str), st.integers(0, 200), st.sampled_from([*USERS, ""]),
            score=st.none() | st.integers(-5, 5).map(float),
        ) | st.builds(backlog, st.uuids().map(str), st.integers(0, 200)),
        max_size=300,
        unique_by=lambda one: one.ref,
    ),
    most=st.integers(0, 3),
    by=st.sampled_from(By),
    order=st.sampled_from(Order),
)  # fmt: skip
def test_a_short_list_is_the_top_of_the_long_one(those: list[Waiting], most: int, by: By, order: Order) -> None:
    """Whatever is kept while people pass by; counts hold for everybody; no list comes before one that presses more."""
    short, long = listed(those, by, order, most), listed(those, by, order)
    assert short.counts == long.counts
    assert sum(long.counts.values()) == len(those)
    tops = {one.id: {kind: rows[:most] for kind, rows in one.people.items()} for one in long.lists}
    assert {one.id: dict(one.people) for one in short.lists} == tops
    assert all(one.more(kind) == max(0, one.counts[kind] - most) for one in short.lists for kind in KINDS)
    for one in long.lists:
        for kind, rows in one.people.items():
            assert all(standing(row.one.promise, NOW) is kind for row in rows)
            ages = [row.since or NOW for row in rows]
            assert order is Order.SCORE or ages == sorted(ages)
    if long.lists and order is Order.AGE:
        kinds = [standing(one.promise, NOW) for one in those]
        pressing = min(kinds, key=KINDS.index)
        ages = [
            row.promise.since or row.promise.at_least or NOW for row in those if standing(row.promise, NOW) is pressing
        ]
        assert long.lists[0].first is not None
        assert long.lists[0].first.since == min(ages)


def test_room_is_for_what_is_listed() -> None:
    """However many pass by, in whatever order."""
    gather = Gatherer(By.OWNER, Order.AGE, USERS, 3, NOW)
    found = worklist((waits(f"{n:04}", 50 + n * 7 % 1000) for n in range(1000)), gather, None)
    (kept,) = gather._kept.values()
    assert people(found) == {"Jo": {"breached": ["0857", "0714", "0571"]}}
    assert (found.lists[0].counts["breached"], found.lists[0].more("breached"), len(kept)) == (1000, 997, 3)


def test_for_machines() -> None:
    """Everybody with owner, score and since when; whose list it is by name and id."""
    found: dict[str, Any] = answer(listed([waits("a", 50, score=77), waits("b", 60, "")]))
    assert (found["by"], found["order"], found["counts"]["breached"]) == ("owner", "age", 2)
    nobody, jo = found["lists"]
    assert (nobody["owner"], nobody["owner_id"], nobody["manager"]) == ("(nobody)", None, "(nobody)")
    assert (jo["owner"], jo["owner_id"], jo["manager"]) == ("Jo", "jo", "Pat")
    (row,) = jo["breached"]
    assert (row["person"], row["score"], row["owner_id"], row["also"]) == ("a", 77, "jo", ())
