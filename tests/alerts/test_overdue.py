"""Nights that no longer end well are told, once per outage; a rule that is parked is told each time that it is."""

from __future__ import annotations

from datetime import timedelta

from connector.slapass import Passed, overdue, sla_pass
from connector.store.ledger import NightEnd
from tests.alerts.scene import ALL, HOUR, START, Scene

OFF = '\n[org.schedule]\nnight = ""\n'


def night(scene: Scene, end: NightEnd | None, after: timedelta = timedelta()) -> None:
    """One begins now, and ends so; None: its process dies."""
    scene.now += after
    with scene.opened() as org:
        number = org.ledger.nights.begin(scene.now)
        if end is not None:
            org.ledger.nights.end(number, end, "the CRM was down" if end is NightEnd.FAILED else "", {})


def passed(scene: Scene, after: timedelta) -> list[str]:
    """The next pass; what it told of nights."""
    done: Passed = scene.run(after=after, read=False)
    return [one.alert.text for one in done.raised if one.alert.promise == "night overdue"]


def test_once_per_outage(scene: Scene) -> None:
    """Nobody hears of it for 26 hours, then once, by mail and chat; a good night ends it, and the next one is news."""
    scene.sync()
    night(scene, NightEnd.DONE)
    assert passed(scene, 26 * HOUR) == []
    night(scene, None)
    (told,) = passed(scene, HOUR)
    assert told.startswith("no night has ended well for 27 hours, since 2026-03-02 09:00 UTC")
    assert "died, or stands still" in told
    assert "connector status" in told
    assert [one["message"].count(told) for one in scene.hook.messages] == [1]
    assert told in " ".join(scene.mailbox.text().split())
    assert [passed(scene, HOUR) for _ in range(30)] == [[]] * 30
    night(scene, NightEnd.PARKED)
    assert passed(scene, 26 * HOUR) == []
    night(scene, NightEnd.FAILED)
    (again,) = passed(scene, HOUR)
    assert "since 2026-03-04" in again
    assert "the CRM was down" in again


def test_a_good_night_and_none_after_it(scene: Scene) -> None:
    """What ended well is not named as if it had not: not one has begun since; one that parked its plan says so."""
    scene.sync()
    night(scene, NightEnd.PARKED)
    (told,) = passed(scene, 27 * HOUR)
    assert told.startswith(
        "no night has ended well for 27 hours, since 2026-03-02 09:00 UTC; not one has begun after that"
    )
    assert "its plan was parked for somebody to look at" in told
    assert "the last one" not in told


def test_nights_that_get_nowhere_are_no_good_nights(scene: Scene) -> None:
    """Stopped before anything was written, night after night: after 26 hours that is told; after some it is good."""
    scene.sync()
    night(scene, NightEnd.STOPPED)
    night(scene, NightEnd.IDLE, after=24 * HOUR)
    (told,) = passed(scene, 3 * HOUR)
    assert "for 27 hours, since 2026-03-02 09:00 UTC; the last one, of 2026-03-03 09:00 UTC: stopped before" in told


def test_not_one_has_ever_ended_well(scene: Scene) -> None:
    """From when the first one began; told once, however long it goes on."""
    scene.sync()
    night(scene, NightEnd.FAILED)
    assert passed(scene, 26 * HOUR) == []
    (told,) = passed(scene, HOUR)
    assert "none ever has" in told
    night(scene, NightEnd.FAILED)
    assert passed(scene, 48 * HOUR) == []


def test_not_one_has_ever_begun(scene: Scene) -> None:
    """Nobody expects nights but a process that has them on its list: then it is told even if not one begins."""
    scene.sync()
    assert passed(scene, 1000 * HOUR) == []
    with scene.opened() as org:
        (raised,) = sla_pass(org, nights_since=START).raised
    assert "not even one has begun" in raised.alert.text
    with scene.opened() as org:
        assert sla_pass(org, nights_since=START + HOUR).raised == ()


def test_nights_that_are_off_are_not_missed(scene: Scene) -> None:
    """A schedule without nights expects none."""
    scene.sync()
    night(scene, NightEnd.DONE)
    scene.configure(ALL + OFF)
    assert passed(scene, 1000 * HOUR) == []


def test_a_long_night_is_waited_for(scene: Scene) -> None:
    """One that is at work, paced until the morning, is no silence; once it is given up, it is."""
    scene.sync()
    night(scene, NightEnd.DONE)
    night(scene, None, after=24 * HOUR)
    scene.now += 3 * HOUR
    with scene.opened() as org, org.lease("night"):
        assert overdue(org) is None
    with scene.opened() as org:
        assert overdue(org) is not None


def test_a_parked_rule_is_told_each_time(scene: Scene) -> None:
    """Once while it lasts, whatever the numbers; parked anew, it is news again."""
    scene.sync()
    told = []
    for rules in ({"raw": "9 of the 100"}, {"raw": "8 of the 100"}, {}, {"raw": "9 of the 100"}):
        scene.now += HOUR
        with scene.opened() as org, org.lease() as lease:
            org.ledger.parked.replace(rules, lease)
        told.append([one.alert.text for one in scene.run(read=False).raised])
    assert [len(one) for one in told] == [1, 0, 0, 1]
    assert told[0][0].startswith("the rule raw is parked, nothing of it is written: 9 of the 100")
