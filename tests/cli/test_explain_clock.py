"""How promises are told by `connector explain`."""

from __future__ import annotations

import pytest

from connector.case import build
from connector.cli.explain_clock import show_promises
from connector.cli.output import Output
from connector.judge import explain
from tests.rules.alone import rule
from tests.rules.promised import Line, broken, evidence, facts, known, setting, time


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
