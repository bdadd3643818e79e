"""Many requests at a time: never more than recommended, none while the CRM says wait, nothing lost, nothing twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest

from connector.adapters.dynamics.lanes import MOST, STOPPED, Lanes, Width
from connector.adapters.web.errors import Broke, Declined, Refused, Unreached
from connector.adapters.web.retrying import Pace
from connector.errors import CrmFailed, LeaseLost, Unanswered


class Server:
    """Answers pieces of work; counts how many are on their way at once."""

    def __init__(self, answer: Callable[[int], object] = lambda piece: piece) -> None:
        self.answer = answer
        self.tries: Counter[int] = Counter()
        self.at_once = 0
        self.most = 0
        self._lock = threading.Lock()
        self.slept: list[float] = []
        self.asked_while_waiting = 0
        self._together = threading.Event()

    def send(self, piece: int) -> object:
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
            self.tries[piece] += 1
        try:
            self._together.wait(0.002)
            return self.answer(piece)
        finally:
            with self._lock:
                self.at_once -= 1

    def sleep(self, seconds: float) -> None:
        self.asked_while_waiting += self.at_once
        self.slept.append(seconds)

    def lanes(self, width: Width, guard: Callable[[], None] = lambda: None) -> Lanes[int, object]:
        return Lanes(width, Pace(self.sleep, seed=1, longest=600), guard, self.send)


@pytest.mark.parametrize("hint", [1, 3, 8, 52])
def test_as_many_as_recommended(hint: int) -> None:
    """It opens up to the number that the CRM recommends, never beyond, and never beyond our connections."""
    width = Width()
    server = Server()
    for _, _ in server.lanes(width).run(range(30)):
        width.hear({"x-ms-dop-hint": str(hint)})
    assert width.now == min(hint, MOST)
    assert server.most <= max(2, min(hint, MOST))
    assert set(server.tries.values()) == {1}


def test_fewer_for_long_after_a_429() -> None:
    """What was too many is halved, and only calm brings it back."""
    width = Width()
    for _ in range(20):
        width.hear({"x-ms-dop-hint": "8"})
    seen = []
    for _ in range(4):
        width.narrow()
        assert width.now == 1
        for _ in range(10):
            width.hear({"x-ms-dop-hint": "8"})
        seen.append(width.now)
    assert seen == [4, 2, 1, 1]
    for _ in range(200):
        width.hear({"x-ms-dop-hint": "8"})
    assert width.now == 8


def test_without_a_recommendation() -> None:
    """A CRM that names no number gets four at a time at most."""
    width = Width()
    for _ in range(20):
        width.hear({})
    assert width.now == 4


@pytest.mark.trap("D6")
def test_everybody_waits() -> None:
    """After a 429 nothing is sent until the named time is over; then one goes ahead, and nothing is lost or doubled."""
    turned_away: list[int] = []

    def answer(piece: int) -> object:
        if piece == 5 and len(turned_away) < 2:
            turned_away.append(piece)
            raise Refused("too many requests", after=37.0 + len(turned_away))
        return piece

    width = Width()
    server = Server(answer)
    done = list(server.lanes(width).run(range(20)))
    assert sorted(piece for piece, _ in done) == list(range(20))
    assert server.slept == [38.0, 39.0]
    assert server.asked_while_waiting == 0
    assert server.tries == Counter({piece: 3 if piece == 5 else 1 for piece in range(20)})


def test_no_answer_is_told_and_not_repeated() -> None:
    """A request without an answer is not sent again here: whoever wrote must look first."""

    def answer(piece: int) -> object:
        if piece == 1:
            raise Unanswered("the connection broke")
        return piece

    server = Server(answer)
    done = dict(server.lanes(Width()).run(range(4)))
    assert isinstance(done[1], Unanswered)
    assert set(server.tries.values()) == {1}


def test_a_broken_server_that_names_a_time() -> None:
    """A 503 with Retry-After leaves its rows unknown, and nothing else is sent before that time is over."""

    def answer(piece: int) -> object:
        if piece == 1:
            raise Broke("HTTP 503", after=7.0)
        return piece

    server = Server(answer)
    done = dict(server.lanes(Width()).run(range(9)))
    assert isinstance(done[1], Broke)
    assert server.slept == [7.0]
    assert server.asked_while_waiting == 0


def test_given_up_in_the_end() -> None:
    """A CRM that turns everything away for ever ends the command; one that cannot be reached does so sooner."""

    def busy(piece: int) -> object:
        raise Refused("busy", after=1.0)

    def away(piece: int) -> object:
        raise Unreached("no route")

    for answer, waits in ((busy, STOPPED - 1), (away, 2)):
        server = Server(answer)
        with pytest.raises(CrmFailed, match="no request got through"):
            list(server.lanes(Width()).run(range(4)))
        assert len(server.slept) == waits


def test_a_lost_lease_sends_nothing_more() -> None:
    """The lease is looked at before every single request."""
    looks: list[int] = []

    def guard() -> None:
        looks.append(1)
        if len(looks) == 3:
            raise LeaseLost("gone")

    server = Server()
    with pytest.raises(LeaseLost):
        list(server.lanes(Width(), guard).run(range(9)))
    assert sum(server.tries.values()) == 2


def test_other_errors_come_out() -> None:
    """What will not go away by itself stops everything."""

    def answer(piece: int) -> object:
        raise Declined("0x80060888", "wrong address")

    with pytest.raises(Declined):
        list(Server(answer).lanes(Width()).run(range(3)))
