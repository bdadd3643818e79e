"""What the log hears of alerts that cannot be told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from connector.daemon.warned import AGAIN, Warned

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PASS = timedelta(minutes=5)


def test_a_cause_that_stays_is_told_once() -> None:
    """However many it concerns by now; another cause, and another org, are told at once; the same after a day."""
    warned = Warned()
    first = "task: 2 not made, tried again with the next pass: nobody to give it to: no fallback is set"
    assert warned.news("acme", [first], {"task": 0}, NOON) == [first]
    for passes in range(1, 20):
        more = first.replace("2", f"{passes + 2:,}")
        assert warned.news("acme", [more], {"task": 0}, NOON + passes * PASS) == []
    assert warned.news("acme", [first, "mail: not sent: no route"], {}, NOON + PASS) == ["mail: not sent: no route"]
    assert warned.news("other", [first], {}, NOON) == [first]
    assert warned.news("acme", [first], {}, NOON + AGAIN) == [first]


def test_what_is_over_may_come_again() -> None:
    """A pass in which nothing was tried says nothing; one in which something got through ends the old cause."""
    warned, down = Warned(), "chat:ops: not sent, tried again with the next pass: it answers 503"
    assert warned.news("acme", [down], {}, NOON) == [down]
    assert warned.news("acme", [], {"mail": 1, "chat:ops": 0}, NOON + PASS) == []
    assert warned.news("acme", [down], {}, NOON + 2 * PASS) == []
    assert warned.news("acme", [], {"chat:ops": 1}, NOON + 3 * PASS) == []
    assert warned.news("acme", [down], {}, NOON + 4 * PASS) == [down]


def test_some_got_through_and_some_did_not() -> None:
    """Tasks for others are made in the same pass: the cause stays the same, and is not told again."""
    warned, nobody = Warned(), "task: 1 not made: nobody to give it to"
    assert warned.news("acme", [nobody], {"task": 3}, NOON) == [nobody]
    assert warned.news("acme", [nobody], {"task": 2}, NOON + PASS) == []


def test_orgs_that_are_gone_are_forgotten() -> None:
    """An org that was taken out, and comes again, is told of anew."""
    warned = Warned()
    warned.news("acme", ["mail: no"], {}, NOON)
    warned.keep({"acme"})
    assert warned.news("acme", ["mail: no"], {}, NOON) == []
    warned.keep({"other"})
    assert warned.news("acme", ["mail: no"], {}, NOON) == ["mail: no"]
