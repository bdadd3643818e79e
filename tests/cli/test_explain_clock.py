"""How promises are told by `connector explain`."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from connector.case import build
from connector.cli.explain_clock import day, on_the_clock, show_happened, show_promises
from connector.cli.output import Output
from connector.judge import explain, load
from tests.people import at, membership
from tests.rules.alone import rule
from tests.rules.promised import Line, broken, evidence, facts, judged, known, setting, time


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


def happened(line: Line, capsys: pytest.CaptureFixture[str], **facts_: Any) -> list[str]:
    """The lines of the table of what happened, without its frame."""
    said = setting(line.setting)
    terms, (found, own) = known(said), evidence(line)
    found = replace(found, **facts_)
    case = build(found, terms, facts(said), time(line.now), own)
    show_happened(Output(json=False), explain(found, case, load(terms)), "UTC")
    return [" ".join(line.replace("│", " ").replace("┃", " ").split()) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("done", "counts"),
    [
        ("call done 03-31 10:00 ldr", "follow-up (call)"),
        ("call done 03-31 10:00 lena", "follow-up (call)"),
        ("call done in 03-31 10:00 ldr", "interaction; follow-up (conversation)"),
        ("task done 03-31 10:00 ldr", "task, not in counts"),
        ("call done 03-31 10:00 rep", "call, but not by the owner or ldr"),
        ("call connected 03-31 10:00 rep", "interaction; conversation, but not by the owner or ldr"),
        ("call voicemail 03-31 10:00 ldr", "attempt, not in counts"),
        ("mail out 03-20 10:00 ldr", "mail, no promise was running"),
        ("mail in 03-31 10:00 ldr", "interaction"),
        ("call done 03-30 05:00 ldr", "follow-up (call)"),
        ("call done 03-30 04:59:59 ldr", "call, no promise was running"),
    ],
)
def test_why_work_kept_no_promise(done: str, counts: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is called a follow-up has kept a promise; of other work it is said why it has not."""
    line = Line("Inquiry 02-01 > MAQL 03-30 09:00", done, "", "04-01", "", "")
    (row,) = [one for one in happened(line, capsys) if one.startswith("2026-03")]
    assert row.endswith(f" {counts}")
    assert ("follow-up" in row) == any(one.stopped_at for one in judged(line).promises)


def test_work_that_kept_one_promise_of_two() -> None:
    """An automatic answer, and a call by somebody of another team: for which promise is said."""
    done = "form demo 03-30 09:00, auto_reply out 03-30 08:58 bot, call done 03-30 10:00 rep"
    line = Line("Inquiry 02-01 > MAQL 03-30 08:00", done, "", "03-30 12:00", "", "")
    (found, own), said = evidence(line), setting("")
    terms = known(said)
    told = explain(found, build(found, terms, facts(said), time(line.now), own), rule("sla", terms))
    assert told.counted == (
        ("follow-up (auto reply) for acknowledged", "auto reply for worked, contacted, not in counts"),
        ("interaction",),
        ("follow-up (call) for contacted", "call for worked, but not by the owner or ldr"),
    )


def test_moved_on_by_us_the_next_team_counts_too(capsys: pytest.CaptureFixture[str]) -> None:
    """The stay before waits on, and work by whoever owns the status now keeps it."""
    history = "Inquiry 02-01 > MAQL 03-30 09:00 > =MQL 03-31 10:00 qualify"
    line = Line(history, "call done 03-31 11:00 rep", "", "03-31 12:00", "", "")
    (row,) = [one for one in happened(line, capsys) if one.startswith("2026-03")]
    assert row.endswith("follow-up (call)")


def test_answers_to_campaigns_have_happened(capsys: pytest.CaptureFixture[str]) -> None:
    """What earns points, and counts as an interaction, stands among what happened, with the campaign's name."""
    answered = membership("Spring fair", "Event", responded=True, responded_at=at("2026-02-16T10:00"))
    silent = membership("Newsletter", responded=False)
    line = Line("Inquiry 02-01", "list_mail done 02-18 08:00 bot", "", "03-01", "", "")
    rows = [one for one in happened(line, capsys, memberships=(answered, silent)) if one.startswith("2026-")]
    assert [row.split(" ")[0] for row in rows] == ["2026-02-16", "2026-02-18"]
    assert "campaign response in responded event (Spring fair)" in rows[0]
    assert rows[0].endswith(" interaction")
