"""Limits: a plan that would change more than was agreed is refused until somebody puts their name to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.sandbox.salesforce.org import Org
from tests.acceptance.commandline import CommandLine
from tests.acceptance.conftest import Sample
from tests.acceptance.site import CLEANUP, Site, site

COLUMNS = ("LastName", "Company", "Status")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Site]:
    """100 leads, 30 of them with a disposition and 8 misspelt."""
    org = Org()
    org.load("Lead", COLUMNS, [(f"L{n}", "C", _status(n)) for n in range(100)])
    snapshot = org.snapshot(tmp_path / "org.db")
    org.close()
    with site(tmp_path, snapshot) as made:
        made.connector.ask("sync")
        yield made


def _status(n: int) -> str:
    return "Left Vmail" if n < 30 else "inquiry" if n < 38 else "Inquiry"


def _with(at: Site, limits: str) -> CommandLine:
    at.configure(policy=f"{CLEANUP}\n[limits]\n{limits}\n")
    return at.connector


def test_per_rule_by_share(small: Site) -> None:
    """A rule may change a share of the people in scope; the floor keeps small rules free."""
    connector = _with(small, "floor = 8")
    plan = connector.ask("plan")
    assert plan["by_rule"] == {"disposition": 30, "normalise": 8}
    assert [over["rule"] for over in plan["over_limits"]] == ["disposition", None]
    error = connector.fails("apply", plan["plan"], exits=3)
    assert (
        "rule disposition would make changes to 30 records; the limit is 10 (10% of 100 people in scope)"
        in (error["what"])
    )
    assert "lead status: Left Vmail → LAL, 30" in error["what"]
    assert "the plan would make changes to 38 records; the limit is 20" in error["what"]
    assert f"connector approve {plan['plan']} --by NAME --because TEXT" in error["next"]
    assert set(small.column().values()) == {"Left Vmail", "inquiry", "Inquiry"}


def test_per_rule_by_number(small: Site) -> None:
    """A rule may make so many changes, whatever its share."""
    connector = _with(small, "floor = 1\nrule = 7\nrule_share = 1.0\nrun_share = 1.0")
    plan = connector.ask("plan")
    assert [over["rule"] for over in plan["over_limits"]] == ["disposition", "normalise"]
    error = connector.fails("apply", plan["plan"], exits=3)
    assert "rule normalise would make 8 changes; the limit is 7" in error["what"]


def test_per_run(small: Site) -> None:
    """All rules together may make so many changes."""
    connector = _with(small, "floor = 30\nrun = 37\nrun_share = 1.0\nrule_share = 1.0")
    plan = connector.ask("plan")
    assert [over["rule"] for over in plan["over_limits"]] == [None]
    assert "the plan would make 38 changes; the limit is 37" in connector.fails("apply", plan["plan"], exits=3)["what"]


def test_the_floor(small: Site) -> None:
    """Never below the floor: what is so small is applied without approval."""
    connector = _with(small, "floor = 38")
    plan = connector.ask("plan")
    assert plan["over_limits"] == []
    assert connector.ask("apply", plan["plan"])["applied"] == 38


def test_approved(small: Site) -> None:
    """`approve` wants a name and a reason, is recorded, and lets exactly that plan be applied."""
    connector = small.connector
    plan, other = (connector.ask("plan")["plan"] for _ in range(2))
    for by, because in (("", "right"), ("Ada", "  ")):
        assert "a name and a reason" in connector.fails("approve", plan, "--by", by, "--because", because)["what"]
    connector.fails("apply", plan, exits=3)
    said = connector.ask("approve", plan, "--by", "Ada", "--because", "first cleanup")
    assert said == {"plan": plan, "approved_by": "Ada", "because": "first cleanup"}
    assert connector.ask("show", plan)["approved"]
    assert not connector.ask("show", other)["approved"]
    connector.fails("apply", other, exits=3)
    assert connector.ask("apply", plan)["applied"] == 38
    assert "already been applied" in connector.fails("approve", plan, "--by", "Ada", "--because", "again")["what"]


def test_the_command_in_the_error_works(small: Site) -> None:
    """The exact command that the refusal names is one that can be typed."""
    connector = small.connector
    plan = connector.ask("plan")["plan"]
    command = connector.fails("apply", plan, exits=3)["next"].rpartition("`connector ")[2].removesuffix("`")
    words = command.replace("NAME", "Ada").replace("TEXT", "reviewed").split()
    connector.ask(*words)
    assert connector.ask("apply", plan)["applied"] == 38


def test_migrations_and_undos_count_as_approved(small: Site, tmp_path: Path) -> None:
    """Applied from the command line they are approved, and recorded so, unless the policy limits them too."""
    (tmp_path / "map.csv").write_text("from,to\nLeft Vmail,MQL\n")
    connector = small.connector
    plan = connector.ask("migrate", str(tmp_path / "map.csv"))
    assert plan["over_limits"] == []
    assert connector.ask("apply", plan["plan"])["applied"] == 30
    assert connector.ask("show", plan["plan"])["approved"]
    undo = connector.ask("undo", plan["plan"])["plan"]
    _with(small, "migrate = true")
    assert "over its limits" in connector.fails("apply", undo, exits=3)["what"]
    connector.ask("approve", undo, "--by", "Ada", "--because", "wrong file")
    assert connector.ask("apply", undo)["applied"] == 30


def test_a_plan_for_people_says_what_comes_next(small: Site) -> None:
    """`plan` shows the excess and ends well; the next step it names is the one that works."""
    text = small.connector.tell("plan")
    assert "over its limits: rule disposition would make" in text
    assert "next: connector approve" in text


def test_exit_code_says_that_there_is_something(small: Site, sample: Sample) -> None:
    """`--exit-code` ends with 2 for changes or findings, with 0 for neither."""
    connector = small.connector
    plan = connector.ask("plan", "--exit-code", exits=2)["plan"]
    connector.ask("approve", plan, "--by", "Ada", "--because", "right")
    connector.ask("apply", plan)
    left = connector.ask("plan")
    assert (left["changes"], set(left["findings"])) == (0, {"source_blank"})
    connector.ask("plan", "--exit-code", exits=2)
    small.configure(policy=f"{CLEANUP}\n[rules.source]\non = false\n")
    assert connector.ask("plan", "--exit-code", exits=0)["findings"] == {}
    connector.ask("audit", "--exit-code", exits=2)
