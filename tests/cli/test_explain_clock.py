"""How promises are told by `connector explain`."""

from __future__ import annotations

import pytest

from connector.case import build
from connector.cli.explain_clock import day, on_the_clock, show_promises
from connector.cli.output import Output
from connector.judge import explain
from tests.rules.alone import rule
from tests.rules.promised import Line, broken, evidence, facts, known, setting, time


@pytest.mark.parametrize(
    ("clock", "used", "limit", "text"),
    [
        ("Office hours", 446 * 3600, 16 * 3600, "446 h of 16 h on the clock (Office hours)"),
        ("Office hours", 30, 3600, "30 s of 1 h on the clock (Office hours)"),
        ("elapsed", 50 * 3600, 48 * 3600, "2 d 2 h on the clock (elapsed), 104% of 2 d 0 h"),
    ],
)
def test_working_time_is_told_in_hours(clock: str, used: int, limit: int, text: str) -> None:
    """Nobody works 24 hours a day: a business clock has no days."""
    assert on_the_clock(clock, used, limit) == text


def test_a_late_entry_is_told_as_one(capsys: pytest.CaptureFixture[str]) -> None:
    """A follow-up dated in time of a broken promise: whoever wonders is told why it does not count."""
    when = "call connected 03-31 10:00 ldr late"
    line = Line("Inquiry 02-01 > MAQL 03-30 09:00", when, "read 04-01 10:00", "04-05", "", "")
    said = setting(line.setting)
    terms, (found, own) = known(said), evidence(line)
    assert said.read is not None
    case = build(found, terms, facts(said), time(line.now), own, (), broken(line, said, said.read))
    show_promises(Output(json=False), explain(found, case, rule("sla", terms)), "UTC")
    told = capsys.readouterr().out.splitlines()[0]
    assert told == (
        "promise worked (MAQL): breached, since 2026-03-30 09:00 UTC, due 2026-04-01 09:00 UTC, "
        "stopped 2026-03-31 10:00 UTC (not in the CRM yet when it was read after the deadline)"
    )


def test_a_day_is_told_as_a_day() -> None:
    """The last moment of a day, in the org's zone or in UTC, is that day and not the next one."""
    assert day(time("09-18 23:59"), "Europe/Berlin") == "2026-09-18"
    assert day(time("09-18 21:59"), "Europe/Berlin") == "2026-09-18"
