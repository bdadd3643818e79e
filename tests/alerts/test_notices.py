"""A night that needs somebody is told once; a quiet one is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connector.alerts.notices import of_nights
from connector.store.ledger import Night, NightEnd
from tests.alerts.scene import ALL, HOUR, Scene

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)


def night(outcome: NightEnd | None, *, waiting: str = "", why: str = "", ago: timedelta = HOUR) -> Night:
    """A night that ended so long ago."""
    ended = None if outcome is None else NOW - ago
    began = NOW - ago - HOUR
    return Night(number=7, due=began, started=began, ended=ended, outcome=outcome, waiting=waiting, why=why)


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (night(NightEnd.PARKED, why="over its limits"), "2026-03-04 04:00 UTC: parked; over its limits"),
        (night(NightEnd.CANARY, why="owner moved\n  → look"), "stopped at the canary; owner moved → look"),
        (night(NightEnd.FAILED, why="no disk"), "failed; no disk"),
        (
            night(NightEnd.DONE, waiting="3fa9c1d2"),
            "done; plan 3fa9c1d2 waits for somebody; look at it: connector show",
        ),
    ],
)
def test_what_somebody_has_to_look_at(one: Night, text: str) -> None:
    """Parked, stopped, failed, or with a plan for the morning."""
    ((ref, alert),) = of_nights([one], "acme", NOW)
    assert text in alert.text
    assert (ref.object, alert.person_id, alert.of, alert.level) == ("org", 0, "7", "tell")
    assert "\n" not in alert.text


@pytest.mark.parametrize(
    "one",
    [night(NightEnd.DONE), night(NightEnd.STOPPED), night(None), night(NightEnd.FAILED, ago=timedelta(days=2))],
)
def test_what_nobody_has_to_look_at(one: Night) -> None:
    """Done, to be continued, still at work, or long ago."""
    assert list(of_nights([one], "acme", NOW)) == []


def test_it_is_told_once_and_makes_no_task(scene: Scene) -> None:
    """By mail and chat, with what to do next; no link leads nowhere."""
    scene.configure(ALL)
    scene.lead()
    scene.run()
    with scene.opened() as org:
        number = org.ledger.nights.begin(scene.now)
        org.ledger.nights.planned(number, "", "3fa9c1d2")
        org.ledger.nights.end(number, NightEnd.PARKED, "it is outside its window", {})
    passed = scene.run(after=HOUR, read=False)
    assert passed.sent == {"chat:sales": 1, "mail": 1}
    assert scene.run(after=HOUR, read=False).raised == ()
    assert str(scene.mailbox.mails[0]["Subject"]) == "acme: 1 to know"
    for text in (scene.mailbox.text(), scene.mailbox.html(), scene.hook.messages[0]["message"]):
        assert "The org acme" in text
        assert "it is outside its window" in text
        assert "connector show 3fa9c1d2" in text
    assert "href" not in scene.mailbox.html()
