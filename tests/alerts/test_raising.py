"""On which channels an alert is told."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.alertconfig import AlertsConfig
from connector.alerts.raising import channels, ways
from connector.model import LEVELS, Alert, Ref
from connector.store.ledger import Found, Told

CONFIG = AlertsConfig.model_validate(
    {
        "storm": 3,
        "mail": {"to": ["a@x.org"], "from": "b@x.org", "smtp": "env:S"},
        "chat": [{"name": "sales", "url": "env:C", "levels": ["escalate"]}],
        "task": {"on": True, "levels": ["breach", "escalate"]},
    }
)


def found(level: str, number: int = 1) -> Found:
    """An alert."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    alert = Alert(person_id=number, promise="worked", of="7", level=level, at=at, text="late")
    return Ref("acme", "lead", "1"), alert


def test_each_channel_has_its_levels() -> None:
    """Mail tells all, the chat what is escalated, tasks what is broken."""
    told = ways(CONFIG)([found(level) for level in LEVELS[1:]])
    assert [[way.channel for way in each] for each in told] == [
        ["mail"],
        ["mail", "task"],
        ["mail", "chat:sales", "task"],
    ]
    assert all(way.state is Told.PENDING for each in told for way in each)
    assert ways(AlertsConfig())([found("breach")]) == [[]]
    assert channels(AlertsConfig()) == {}


def test_no_tasks_in_a_storm() -> None:
    """Over the line tasks are given up from the start; at the line they are not."""
    calm = ways(CONFIG)([found("breach", number) for number in range(3)])
    storm = ways(CONFIG)([found("breach", number) for number in range(4)])
    assert {way.state for each in calm for way in each} == {Told.PENDING}
    assert {(way.channel, way.state) for each in storm for way in each} == {
        ("mail", Told.PENDING),
        ("task", Told.GIVEN_UP),
    }
    assert "one of 4 new alerts" in storm[0][1].note


def test_what_nobody_would_hear_is_no_storm() -> None:
    """Alerts of levels that no channel tells are listed, and take nobody's task away."""
    quiet = [found("tell", number) for number in range(10, 90)]
    told = ways(CONFIG.model_copy(update={"mail": None}))([*quiet, *(found("breach", number) for number in range(3))])
    assert told[:80] == [[]] * 80
    assert [[(way.channel, way.state) for way in each] for each in told[80:]] == [[("task", Told.PENDING)]] * 3
