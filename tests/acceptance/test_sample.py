"""The sample org's faults are known one by one: connector finds each of them, and nothing else."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.salesforce.sample import Truth
from tests.acceptance.commandline import CommandLine
from tests.acceptance.conftest import Sample
from tests.acceptance.crm import Crm
from tests.acceptance.site import CLEANUP, Site, site

PLAIN = 'extends = "demand-gen"\n'


def test_the_preset_alone(sample: Sample, tmp_path: Path) -> None:
    """With nothing but the preset: its corrections, and what would need more of the policy is only reported."""
    planted = sample.planted
    with site(tmp_path, sample.snapshot, state=sample.state, policy=PLAIN) as at:
        plan = at.connector.ask("plan")
    assert plan["people"] == planted.people
    assert plan["by_rule"] == dict(planted.changes)
    expected = {
        **planted.findings,
        "no_evidence": planted.changes_if["[evidence] complete = true"],
        "missing_field": planted.rows["Contact"] + planted.changes_if['[dispositions] keep = "ledger"'],
    }
    assert plan["findings"] == expected


def test_every_rule_at_work(clean: Site, sample: Sample) -> None:
    """With a policy that lets each rule act: exactly the amounts that were planted."""
    planted, plan = sample.planted, clean.connector.ask("plan")
    more = Counter(planted.changes)
    more["raw"] += planted.changes_if["[evidence] complete = true"]
    more["normalise"] += planted.changes_if["[remap] of the retired values"]
    more["junk"] += planted.changes_if["[rules.junk] on = true"]
    more["disposition"] += planted.changes_if['[dispositions] keep = "ledger"']
    assert plan["by_rule"] == dict(more)
    assert plan["findings"] == {**planted.findings, "missing_field": planted.rows["Contact"]}
    assert plan["changes"] == sum(more.values())


def test_every_lead_one_by_one(clean: Site, sample: Sample) -> None:
    """Who changes, from what, to what and by which rule is what the makers of the org know of every lead."""
    plan = clean.connector.ask("plan")["plan"]
    rows = clean.connector.rows(plan)
    found = {(row["id"], row["before"], row["after"], row["rule"]) for row in rows}
    expected = {(truth.lead, truth.before, truth.after, truth.rule) for truth in _told(sample) if truth.rule}
    assert found == expected
    assert len(rows) == len(expected)


def test_audit_counts_what_was_planted(clean: Site, sample: Sample) -> None:
    """The scorecard's classic errors are the planted ones; the rest says why it cannot be answered."""
    audit = clean.connector.ask("audit")
    answered = {name: count for name, count in audit["errors"].items() if count is not None}
    planted = {name: count for name, count in sample.planted.errors.items() if name in answered}
    assert {name: answered[name] for name in planted} == planted
    assert set(audit["not_answerable"]) == {name for name, count in audit["errors"].items() if count is None}
    assert audit["unmapped"] == dict(sample.planted.unmapped)
    assert audit["people"] == sample.planted.people


def test_nothing_is_left_after_apply(clean: Site, sample: Sample) -> None:
    """After apply and sync a second plan is empty, every lead has the status it ought to have, and every one was
    written once."""
    before, connector = clean.tally(), clean.connector
    plan = connector.ask("plan")
    connector.ask("approve", plan["plan"], "--by", "Ada", "--because", "reviewed")
    applied = connector.ask("apply", plan["plan"])
    assert (applied["applied"], applied["failed"], applied["conflicts"]) == (plan["changes"], 0, 0)
    connector.ask("sync")
    assert connector.ask("plan")["by_rule"] == {}
    statuses, truths = clean.column(), _told(sample)
    assert {truth.lead: statuses[truth.lead] for truth in truths} == {truth.lead: truth.after for truth in truths}
    written = Counter(clean.tally())
    written.subtract(before)
    assert {id: count for id, count in written.items() if count} == {truth.lead: 1 for truth in truths if truth.rule}


def test_an_undo_gives_the_crm_back(clean: Site) -> None:
    """Apply and undo: every value of every lead and contact is as it was, and nothing undone is proposed again."""
    connector = clean.connector
    before = _everything(clean)
    plan = connector.ask("plan")["plan"]
    connector.ask("approve", plan, "--by", "Ada", "--because", "reviewed")
    connector.ask("apply", plan)
    assert _everything(clean) != before
    connector.ask("apply", connector.ask("undo", plan)["plan"])
    assert _everything(clean) == before
    connector.ask("sync")
    held = connector.ask("plan")
    assert held["changes"] == 0
    assert held["findings"]["held"] > 0
    again = connector.ask("plan", "--include-held")
    assert again["changes"] > 0


def test_incremental_is_as_good_as_new(clean: Site, sample: Sample, tmp_path: Path) -> None:
    """After edits, a plan from what changed equals a plan with a new mirror; what the ledger has seen is kept."""
    connector, leads = clean.connector, sorted(clean.column().items())
    connector.ask("plan")
    plain = [id for id, text in leads if text == "Inquiry"]
    clean.human("Lead", *({"Id": id, "Status": "Left Vmail"} for id in plain[:7]))
    clean.human("Lead", *({"Id": id, "Status": "Inquiry"} for id, text in leads if text == "LAL"))
    connector.ask("sync")
    rows = connector.rows(connector.ask("plan")["plan"])
    other = tmp_path / "other"
    other.mkdir()
    anew = Site(clean.box, other)
    anew.configure()
    shutil.copytree(clean.folder / "state", other / "state", ignore=shutil.ignore_patterns("mirror-*"))
    anew.connector.ask("sync")
    second = anew.connector.rows(anew.connector.ask("plan")["plan"])
    assert sorted(map(_what, rows)) == sorted(map(_what, second))
    assert len(rows) > 7


@pytest.mark.parametrize("preset", ["services-firm", pytest.param("simple", marks=pytest.mark.long)])
def test_other_presets_settle_too(sample: Sample, tmp_path: Path, preset: str) -> None:
    """Whatever the vocabulary: one apply, and the next plan is empty."""
    policy = CLEANUP.replace("demand-gen", preset).replace('"Working - Contacted" = "LAL"\n', "")
    policy = policy.replace('"Inquiry"', '"New"' if preset == "services-firm" else '"MQL"')
    policy = policy.replace('"Disqualified"', '"Rejected"' if preset == "services-firm" else '"Disqualified"')
    with site(tmp_path, sample.snapshot, state=sample.state, policy=policy) as at:
        plan = at.connector.ask("plan")
        assert plan["changes"] > 0
        at.connector.ask("approve", plan["plan"], "--by", "Ada", "--because", "reviewed")
        at.connector.ask("apply", plan["plan"])
        at.connector.ask("sync")
        assert at.connector.ask("plan")["changes"] == 0


@pytest.mark.long
def test_the_demo(tmp_path: Path) -> None:
    """`connector demo` tells its story to the end: approved, applied, a part undone, and a clean second plan."""
    ran = CommandLine(tmp_path / "none.toml").process("demo", "--people", "500", "--json")
    assert ran.code == 0, ran.everything
    assert ran.answer["second_plan_changes"] == 0


def _told(sample: Sample) -> list[Truth]:
    """What every open lead ought to become where junk is closed, too."""
    closed = {"after": "Disqualified", "rule": "junk"}
    return [truth._replace(**closed) if truth.kind == "junk" else truth for truth in sample.truths]


def _what(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[name] for name in ("object", "id", "field", "before", "after", "rule", "because"))


def _everything(at: Site) -> dict[str, list[dict[str, Any]]]:
    """Leads and contacts with every field but the stamps of the last write."""
    return {name: _rows(at.crm, name) for name in ("Lead", "Contact")}


def _rows(crm: Crm, name: str) -> list[dict[str, Any]]:
    fields = [field["name"] for field in getattr(crm.client, name).describe()["fields"] if field["type"] != "address"]
    stamps = {"SystemModstamp", "LastModifiedDate", "LastModifiedById", "LastViewedDate", "LastReferencedDate"}
    wanted = ", ".join(field for field in fields if field not in stamps)
    return crm.rows(f"SELECT {wanted} FROM {name} ORDER BY Id")
