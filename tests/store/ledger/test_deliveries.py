"""How far each alert has got on each channel."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from connector.errors import LeaseLost
from connector.store.ledger import Ledger, Step, Told, Way
from tests.store.ledger.open import NOON, ORG, Clock
from tests.store.ledger.test_alerts import found


@pytest.fixture
def clock() -> Clock:
    """Stands at noon."""
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path, clock: Clock) -> Iterator[Ledger]:
    """Three alerts, to be told by mail and by task."""
    with Ledger.open(tmp_path / "ledger.db", ORG, clock) as ledger:
        with ledger.lease("connector alerts", kind="sla") as lease:
            ways = [Way("mail"), Way("task")]
            ledger.alerts.raise_new([found(n) for n in (1, 2, 3)], lambda new: [ways for _ in new], lease, 50)
        yield ledger


def commit(ledger: Ledger, channel: str, *steps: Step) -> None:
    """Commits steps."""
    with ledger.lease("connector alerts", kind="sla") as lease:
        ledger.deliveries.commit(channel, steps, lease)


def test_what_waits_is_what_is_not_settled(ledger: Ledger) -> None:
    """Pending, sending and failed ones wait, on their channel alone; sent and given up ones do not."""
    commit(
        ledger,
        "mail",
        Step(alert=1, state=Told.SENDING),
        Step(alert=2, state=Told.FAILED, note="down", again=NOON + timedelta(hours=1)),
        Step(alert=3, state=Told.SENT, message="<id>"),
    )
    assert [(one.alert, one.state) for one in ledger.deliveries.waiting("mail")] == [
        (1, Told.SENDING),
        (2, Told.FAILED),
    ]
    assert ledger.deliveries.waiting("mail")[1].again == NOON + timedelta(hours=1)
    assert len(ledger.deliveries.waiting("task")) == 3
    assert [one.message for one in ledger.deliveries.standing("mail")] == ["<id>"]
    commit(ledger, "mail", Step(alert=1, state=Told.UNKNOWN), Step(alert=2, state=Told.GIVEN_UP, note="a week"))
    assert ledger.deliveries.channels() == ["task"]


def test_tries_are_counted_and_messages_kept(ledger: Ledger) -> None:
    """Each SENDING is a try; a step that names no message leaves it; a note lasts until the next step."""
    commit(ledger, "mail", Step(alert=1, state=Told.SENDING, message="<id>"))
    commit(ledger, "mail", Step(alert=1, state=Told.FAILED, note="down"))
    commit(ledger, "mail", Step(alert=1, state=Told.SENDING))
    (one,) = (delivery for delivery in ledger.deliveries.of([1])[1] if delivery.channel == "mail")
    assert (one.state, one.tries, one.message, one.note) == (Told.SENDING, 2, "<id>", "")


def test_the_unknown_are_named_once(ledger: Ledger, clock: Clock) -> None:
    """An unknown delivery stays unnamed until a digest that went out has named it."""
    commit(ledger, "mail", Step(alert=1, state=Told.UNKNOWN))
    unnamed = ledger.deliveries.unnamed()
    assert [(one.alert, one.channel) for one in unnamed] == [(1, "mail")]
    with ledger.lease("connector alerts", kind="sla") as lease:
        ledger.deliveries.commit("mail", [Step(alert=2, state=Told.SENT)], lease, named=unnamed)
    assert ledger.deliveries.unnamed() == []
    assert [one.state for one in ledger.deliveries.standing("mail", Told.UNKNOWN)] == [Told.UNKNOWN]


def test_when_something_was_last_sent(ledger: Ledger, clock: Clock) -> None:
    """Failed tries do not count."""
    commit(ledger, "mail", Step(alert=1, state=Told.FAILED))
    assert ledger.deliveries.last_sent("mail") is None
    clock.forward(60)
    commit(ledger, "mail", Step(alert=1, state=Told.SENT))
    clock.forward(60)
    commit(ledger, "mail", Step(alert=2, state=Told.FAILED))
    assert ledger.deliveries.last_sent("mail") == NOON + timedelta(seconds=60)


def test_a_lost_lease_commits_nothing(ledger: Ledger, clock: Clock) -> None:
    """A process that stood still past its lease changes no state any more."""
    with pytest.raises(LeaseLost), ledger.lease("slow", kind="sla") as lease:  # noqa: PT012
        clock.forward(3600)
        ledger.deliveries.commit("mail", [Step(alert=1, state=Told.SENT)], lease)
    assert [one.state for one in ledger.deliveries.waiting("mail")] == [Told.PENDING] * 3
