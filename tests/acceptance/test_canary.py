"""The canary: a flow in the org that answers our writes is found out on a handful of records."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.faults import Faults
from connector.sandbox.salesforce.org import Org
from tests.acceptance.site import Site, site

REASSIGNS = """
[[automation]]
object = "Lead"
field = "Status"
becomes = ["LAL"]
owner = "Unassigned Leads"
"""
TASKS = """
[[automation]]
object = "Lead"
field = "Status"
task = { Subject = "Call them at once" }
"""
MAILS = """
[[automation]]
object = "Lead"
field = "Status"
becomes = ["Inquiry"]
email = "Welcome!"
"""
SETS = """
[[automation]]
object = "Lead"
field = "Status"
set = { Rating = "Hot" }
"""
PUTS_BACK = """
[[automation]]
object = "Lead"
field = "Status"
becomes = ["LAL"]
set = { Status = "Left Vmail" }
"""
LEADS = 60
WORDS = ("Left Vmail", "Ringing", "inquiry")
"""Three kinds of changes, twenty each: Left Vmail → LAL, Ringing → LAL, inquiry → Inquiry."""
CANARY = 3 * len(WORDS)


@contextmanager
def playing(folder: Path, flow: str = "") -> Iterator[Site]:
    """60 leads to be corrected in an org with that flow; the plan's id is not yet made."""
    org = Org()
    org.load("Lead", ("LastName", "Company", "Status"), [(f"L{n}", "C", WORDS[n % 3]) for n in range(LEADS)])
    snapshot = org.snapshot(folder / "org.db")
    org.close()
    with site(folder, snapshot, faults=Faults(own=tomllib.loads(flow))) as made:
        made.connector.ask("sync")
        yield made


def planned(at: Site) -> str:
    """An approved plan."""
    plan: str = at.connector.ask("plan")["plan"]
    at.connector.ask("approve", plan, "--by", "Ada", "--because", "reviewed")
    return plan


@pytest.mark.parametrize(
    ("flow", "what"),
    [
        (REASSIGNS, "OwnerId changed"),
        (TASKS, "tasks: 0 → 1"),
        (MAILS, "mails: 0 → 1"),
        (SETS, "Rating changed (None → Hot)"),
        (PUTS_BACK, "put back"),
    ],
    ids=["reassigns", "tasks", "mails", "sets a field", "puts back"],
)
def test_a_flow_stops_the_rest(tmp_path: Path, flow: str, what: str) -> None:
    """Only the canary's records were written; the error names a record, the field, and how to go on."""
    with playing(tmp_path, flow) as at:
        before, plan = at.column(), planned(at)
        error = at.connector.fails("apply", plan, exits=3)
        assert what in error["what"]
        changed = {id for id, text in at.column().items() if text != before[id]}
        assert len(changed) <= CANARY
        history = at.tally()
        assert len(history) == CANARY
        assert any(f"lead {id}" in error["what"] for id in history)
        assert f"connector undo {plan}" in error["next"]
        shown = at.connector.ask("show", plan)["outcomes"]
        assert shown == {"applied": CANARY, "planned": LEADS - CANARY}


def test_three_of_every_kind_go_first(tmp_path: Path) -> None:
    """The records that were written before the stop are three of each kind of change."""
    with playing(tmp_path, SETS) as at:
        plan = planned(at)
        at.connector.fails("apply", plan, exits=3)
        written = [row for row in at.connector.rows(plan) if row["outcome"] == "applied"]
    assert Counter(row["before"] for row in written) == dict.fromkeys(WORDS, 3)


def test_what_the_canary_wrote_can_be_taken_back(tmp_path: Path) -> None:
    """An undo of the stopped plan gives the canary's records their values back."""
    with playing(tmp_path, SETS) as at:
        before, plan = at.column(), planned(at)
        at.connector.fails("apply", plan, exits=3)
        at.box.org.rules.automation.clear()
        undo = at.connector.ask("undo", plan)
        assert undo["changes"] == CANARY
        assert at.connector.ask("apply", undo["plan"])["applied"] == CANARY
        assert at.column() == before


def test_once_the_flow_is_off_resume_goes_on(tmp_path: Path) -> None:
    """`resume` looks at a new canary, then writes the rest; no lead is written twice."""
    with playing(tmp_path, SETS) as at:
        plan = planned(at)
        at.connector.fails("apply", plan, exits=3)
        again = at.connector.fails("resume", plan, exits=3)
        assert "Rating changed" in again["what"]
        at.box.org.rules.automation.clear()
        assert at.connector.ask("resume", plan)["applied"] == LEADS
        assert set(at.column().values()) == {"LAL", "Inquiry"}
        assert set(at.tally().values()) == {1}


def test_without_a_flow_all_is_written(tmp_path: Path) -> None:
    """Nothing strange, nothing stopped, and the owner rule of the org never ran."""
    with playing(tmp_path) as at:
        owners: dict[str, Any] = at.column("OwnerId")
        assert at.connector.ask("apply", planned(at))["applied"] == LEADS
        assert at.column("OwnerId") == owners
        assert set(at.tally().values()) == {1}


def test_what_it_cannot_see_is_said(tmp_path: Path) -> None:
    """A user who may not read mails is told, once, that the canary cannot count them; the plan is written."""
    with playing(tmp_path) as at:
        blind = "sObject type 'EmailMessageRelation' is not supported"
        at.box.faults.add(path="FROM[+]EmailMessageRelation", times=0, status=400, code="INVALID_TYPE", message=blind)
        done = at.connector.ask("apply", planned(at))
        assert done["applied"] == LEADS
        (warning,) = done["warnings"]
        assert "cannot count mails" in warning
        assert blind in warning
