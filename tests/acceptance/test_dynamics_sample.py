"""The Dynamics sample's faults are known one by one: connector finds each of them there, too, and nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.sample import MAPPING, Planted, Truth, fill
from connector.sandbox.dynamics.welcome import welcome
from connector.sandbox.server import Sandbox
from tests.acceptance.commandline import CommandLine
from tests.acceptance.conftest import PEOPLE
from tests.acceptance.site import CLEANUP

PLAIN = 'extends = "demand-gen"\n'
OPENING = CLEANUP.replace('extends = "demand-gen"\n', 'extends = "demand-gen"\nreopen_closed = true\n')


class Dynamics(NamedTuple):
    """An environment that was read once; what was planted, and what every open lead ought to become."""

    org: Org
    connector: CommandLine
    planted: Planted
    truths: list[Truth]

    def with_policy(self, text: str) -> CommandLine:
        """The command line under another policy."""
        self.connector.config.with_name("policy.toml").write_text(text, encoding="utf-8")
        return self.connector


@pytest.fixture(scope="module")
def dynamics(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dynamics]:
    """Made and read once; the tests here write nothing to it."""
    folder, org, truths = tmp_path_factory.mktemp("dynamics"), Org(), list[Truth]()
    planted = fill(org, PEOPLE, truth=truths.append)
    with Sandbox(org, folder=folder) as box:
        config = welcome(box, folder, folder / "connector.toml", MAPPING)
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("[[org]]\n", '[[org]]\npolicy = "policy.toml"\n', 1), encoding="utf-8")
        made = Dynamics(org, CommandLine(config), planted, truths)
        made.with_policy(PLAIN).ask("sync")
        yield made
    org.close()


def wanted(planted: Planted, *, reopen: bool) -> dict[str, int]:
    """Corrections by rule under a policy that lets each rule act."""
    more = Counter(planted.changes)
    more["raw"] += planted.changes_if["[evidence] complete = true"]
    more["normalise"] += planted.changes_if["[remap] of the retired values"]
    more["normalise"] += planted.changes_if["reopen_closed = true"] if reopen else 0
    more["junk"] += planted.changes_if["[rules.junk] on = true"]
    more["disposition"] += planted.changes_if['[dispositions] keep = "ledger"']
    return without_a_place(more)


def without_a_place(changes: Mapping[str, int]) -> dict[str, int]:
    """The environment has no status reason Re-Market, and takes none that it does not have: whoever should be there is
    a finding, no change, and is not to be handed back either."""
    return {name: count for name, count in changes.items() if name not in ("recycled", "hand_back")}


def test_the_preset_alone(dynamics: Dynamics) -> None:
    """With nothing but the preset: its corrections, and nothing of leads that Dynamics keeps closed."""
    plan = dynamics.with_policy(PLAIN).ask("plan")
    planted = dynamics.planted
    assert plan["by_rule"] == without_a_place(planted.changes)
    retired = planted.changes_if["[remap] of the retired values"]  # defaults of another CRM, which mean nothing here
    expected = {
        **without_a_place(planted.findings),
        "unmapped_value": planted.findings["unmapped_value"] + retired,
        "no_evidence": planted.changes_if["[evidence] complete = true"],
        "missing_field": planted.rows["contact"]
        + planted.changes_if['[dispositions] keep = "ledger"']
        + planted.changes["recycled"],
    }
    assert plan["findings"] == expected


@pytest.mark.parametrize("reopen", [False, True])
def test_every_rule_at_work(dynamics: Dynamics, reopen: bool) -> None:
    """With a policy that lets each rule act: exactly the amounts that were planted, closed leads only if it says so."""
    plan = dynamics.with_policy(OPENING if reopen else CLEANUP).ask("plan")
    assert plan["by_rule"] == wanted(dynamics.planted, reopen=reopen)
    missing = dynamics.planted.rows["contact"] + dynamics.planted.changes["recycled"]
    assert plan["findings"] == {**without_a_place(dynamics.planted.findings), "missing_field": missing}


def test_every_lead_one_by_one(dynamics: Dynamics) -> None:
    """Who changes, from what, to what and by which rule is what the makers of the sample know of every lead."""
    connector = dynamics.with_policy(OPENING)
    rows = connector.rows(connector.ask("plan")["plan"])
    found = {(row["id"], row["before"], row["after"], row["rule"]) for row in rows}
    junk = {"after": "Disqualified", "rule": "junk"}
    told = [one._replace(**junk) if one.kind == "junk" else one for one in dynamics.truths]
    assert found == {(one.lead, one.before, one.after, one.rule) for one in told if one.rule not in ("", "recycled")}
    assert len(rows) == len(found)


def test_the_audit_counts_what_was_planted(dynamics: Dynamics) -> None:
    """The scorecard's classic errors are the planted ones."""
    audit, planted = dynamics.with_policy(CLEANUP).ask("audit"), dynamics.planted
    answered = {name: count for name, count in audit["errors"].items() if count is not None}
    expected = {name: count for name, count in planted.errors.items() if name in answered}
    assert {name: answered[name] for name in expected} == expected
    assert audit["unmapped"] == dict(planted.unmapped)
    assert audit["people"] == planted.people - planted.kept["closed leads"]


@pytest.mark.long
def test_the_demo(tmp_path: Path) -> None:
    """`connector demo --crm dynamics` tells the same story to the end."""
    ran = CommandLine(tmp_path / "none.toml").process("demo", "--crm", "dynamics", "--people", "200", "--json")
    assert ran.code == 0, ran.everything
    assert ran.answer["second_plan_changes"] == 0


def test_a_remap_across_a_state_is_refused_by_policy_check(dynamics: Dynamics) -> None:
    """`policy check` names the line whose value closes a lead and whose successor would open it, and exits 1."""
    remap = '[remap.lead]\n"Closed - Not Converted" = "Inquiry"\n"Open - Not Contacted" = "Inquiry"\n'
    told = dynamics.with_policy(PLAIN + remap).ask("policy", "check", exits=1)
    (error,) = told["errors"]
    assert "policy.toml" in error["where"]
    assert "Closed - Not Converted" in error["where"]
    assert "belongs to the state Disqualified, its successor 'Inquiry' to Open" in error["what"]
    assert dynamics.with_policy(PLAIN).ask("policy", "check")["errors"] == []
