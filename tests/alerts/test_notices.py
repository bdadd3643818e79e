"""A night that needs somebody is told once; a quiet one is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from connector.alerts.notices import of_nights
from connector.store.ledger import ASKED_TO_END, Night, NightEnd
from tests.alerts.scene import ALL, HOUR, Scene

NOW = datetime(2026, 3, 4, 6, 0, tzinfo=UTC)


def night(
    outcome: NightEnd | None, *, waiting: str = "", why: str = "", ago: timedelta = HOUR, told: Any = None
) -> Night:
    """A night that ended so long ago."""
    ended = None if outcome is None else NOW - ago
    began = NOW - ago - HOUR
    more: dict[str, Any] = {"waiting": waiting, "why": why, "told": told or {}}
    return Night(number=7, due=began, started=began, ended=ended, outcome=outcome, **more)


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (night(NightEnd.PARKED, why="over its limits"), "2026-03-04 04:00 UTC: parked; over its limits"),
        (night(NightEnd.CANARY, why="owner moved\n  → look"), "stopped at the canary; owner moved → look"),
        (night(NightEnd.FAILED, why="no disk"), "failed; no disk"),
        (night(NightEnd.IDLE, why="no call is left"), "stopped before anything was written; no call is left"),
        (
            night(NightEnd.DONE, waiting="3fa9c1d2"),
            "done; plan 3fa9c1d2 waits for somebody; look at it: connector show",
        ),
    ],
)
def test_what_somebody_has_to_look_at(one: Night, text: str) -> None:
    """Parked, stopped, failed, nothing done, or with a plan for the morning."""
    ((ref, alert),) = of_nights([one], "acme", NOW)
    assert text in alert.text
    assert (ref.object, alert.person_id, alert.of, alert.level) == ("org", 0, "7", "tell")
    assert "\n" not in alert.text


@pytest.mark.parametrize(
    "one",
    [
        night(NightEnd.DONE), night(NightEnd.STOPPED), night(None), night(NightEnd.FAILED, ago=timedelta(days=2)),
        night(NightEnd.IDLE, told={ASKED_TO_END: True}),
    ],
)  # fmt: skip
def test_what_nobody_has_to_look_at(one: Night) -> None:
    """Done, to be continued after some writing, still at work, long ago, or ended by whoever asked its process to."""
    assert list(of_nights([one], "acme", NOW)) == []


def test_times_are_the_org_s_own() -> None:
    """As `connector status` writes them: the same night by the same hour."""
    ((_, alert),) = of_nights([night(NightEnd.FAILED)], "acme", NOW, ZoneInfo("Europe/Berlin"))
    assert "the unattended run of 2026-03-04 05:00 CET: failed" in alert.text


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
