"""What scripts rely on: one JSON object on standard output, the names in it, and the exit codes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connector.model import FINDINGS
from tests.acceptance.commandline import CommandLine, sandbox
from tests.acceptance.conftest import Sample
from tests.acceptance.site import CLEANUP, Site, site

FINDING_NAMES = {
    "unmapped_value",
    "needs_conversion",
    "opportunity_without_conversion",
    "same_email",
    "inactive_owner",
    "sales_owns_unqualified",
    "raw_in_campaign",
    "data_fault",
    "no_evidence",
    "contested",
    "held",
    "hand_back",
    "source_blank",
    "missing_field",
    "rule_failed",
    "unsettled",
}
CLASSIC = {
    "unsigned_definition",
    "raw_as_inquiry",
    "disposition_as_status",
    "contact_without_status",
    "score_not_reviewed",
    "sla_not_kept",
    "unaccounted",
}
PLAN = {"plan": str, "people": int, "changes": int, "by_rule": dict, "findings": dict}
APPLIED = {"plan": str, "applied": int, "failed": int, "conflicts": int}
LIMITS = "\n[limits]\nfloor = 1000\n"


@pytest.fixture(scope="module")
def at(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One installation for all; a large floor, so that approvals are not in the way."""
    with site(
        tmp_path_factory.mktemp("contract"), sample.snapshot, state=sample.state, policy=CLEANUP + LIMITS
    ) as made:
        (made.folder / "map.csv").write_text(f'from,to\n"{next(iter(sample.planted.unmapped))}",Inquiry\n')
        made.connector.ask("plan")
        yield made


def holds(answer: dict[str, Any], **names: type) -> None:
    """The answer has these names, of these types."""
    for name, kind in names.items():
        assert isinstance(answer[name], kind), f"{name}: {answer.get(name)!r}"
    assert all(re.fullmatch(r"[a-z][a-z_]*", name) for name in answer)


def test_sync(at: Site) -> None:
    """`{"read": {table: n}, "api_calls": n}`"""
    answer = at.connector.ask("sync")
    holds(answer, read=dict, api_calls=int)
    assert answer["api_calls"] > 0
    assert {"lead", "contact", "opportunity", "user"} <= set(answer["read"])
    assert all(isinstance(rows, int) for rows in answer["read"].values())


def test_plan(at: Site) -> None:
    """`{"plan": ID, "people": n, "changes": n, "by_rule": {rule: n}, "findings": {name: n}}`; empty ones too"""
    answer = at.connector.ask("plan")
    holds(answer, **PLAN)
    assert sum(answer["by_rule"].values()) == answer["changes"] > 0
    assert set(answer["findings"]) <= FINDING_NAMES
    empty = at.connector.ask("plan", "--now", "1999-01-01T00:00:00Z")
    holds(empty, **PLAN)
    assert re.fullmatch(r"[0-9a-f]{8}", answer["plan"])
    assert answer["plan"] != empty["plan"]


def test_finding_names(at: Site) -> None:
    """The sixteen names, and what each means, are those that were agreed."""
    assert set(FINDINGS) >= FINDING_NAMES


def test_show(at: Site, tmp_path: Path) -> None:
    """The same as `plan`, and what became of the changes."""
    plan = at.connector.ask("plan")
    shown = at.connector.ask("show", plan["plan"], "--csv", str(tmp_path / "x.csv"))
    assert {name: shown[name] for name in PLAN} == {name: plan[name] for name in PLAN}
    assert shown["outcomes"] == {"planned": plan["changes"]}
    header = (tmp_path / "x.csv").read_text().splitlines()[0]
    assert header == "object,id,field,before,after,rule,because,outcome"


def test_migrate_apply_undo_resume(at: Site) -> None:
    """`apply`, `resume`: `{"plan": ID, "applied": n, "failed": n, "conflicts": n}`; `migrate`, `undo` like `plan`"""
    plan = at.connector.ask("migrate", str(at.folder / "map.csv"))
    holds(plan, **PLAN)
    assert set(plan["by_rule"]) == {"migrate"}
    applied = at.connector.ask("apply", plan["plan"])
    holds(applied, **APPLIED)
    assert (applied["plan"], applied["applied"]) == (plan["plan"], plan["changes"])
    holds(at.connector.ask("resume", plan["plan"]), **APPLIED)
    undo = at.connector.ask("undo", plan["plan"])
    holds(undo, **PLAN)
    assert undo["by_rule"] == {"undo": plan["changes"]}
    assert at.connector.ask("apply", undo["plan"])["applied"] == plan["changes"]


def test_audit(at: Site) -> None:
    """`{"people": n, "errors": {name: n or null}, "not_answerable": {name: text}, "unmapped": {value: n}}`"""
    answer = at.connector.ask("audit")
    holds(answer, people=int, errors=dict, not_answerable=dict, unmapped=dict)
    assert set(answer["errors"]) == CLASSIC
    for name, count in answer["errors"].items():
        assert (count is None) == bool(answer["not_answerable"].get(name))
    assert all(isinstance(text, str) and text for text in answer["not_answerable"].values())
    at.connector.ask("audit", "--exit-code", exits=2)


def test_the_sandbox_says_first_where_it_is(tmp_path: Path) -> None:
    """`{"url", "https_url", "ca_file", "token", "config"}` in the first line."""
    with sandbox(tmp_path, "--people", "20") as told:
        holds(told, url=str, https_url=str, ca_file=str, token=str, config=str)
        assert told["url"].startswith("http://127.0.0.1:")
        assert told["https_url"].startswith("https://127.0.0.1:")
        assert Path(told["ca_file"]).exists()
        assert CommandLine(Path(told["config"])).ask("check")["safe"]


COMMANDS = (
    "check",
    "sync",
    "sync --reconcile",
    "audit",
    "plan",
    "plan --include-held",
    "plan --now 2027-01-01T00:00:00+01:00",
    "show",
    "show latest",
    "show latest --all",
    "approve latest --by Ada --because reviewed",
    "explain {lead}",
    "explain {contact}",
    "rules",
    "rules contact-status",
    "policy check",
    "policy show",
    "policy show --origin",
    "undo nothing",
    "apply nothing",
    "resume",
    "migrate {folder}/map.csv",
    "migrate {folder}/none.csv",
    "init --write {folder}/connector.toml",
    "init --write {folder}/new/connector.toml",
    "demo --crm nosuch",
    "sandbox nosuch",
    "plan --nosuch",
    "nosuch",
)


@pytest.mark.parametrize("words", COMMANDS)
def test_one_object_and_nothing_else(at: Site, words: str) -> None:
    """Whatever the command and however it ends: with --json, standard output holds exactly one JSON object, in one
    line; without, there is none. Errors have three parts."""
    lead = min(id for id, converted in at.column("IsConverted").items() if not converted)
    contact = min(at.column("Id", "Contact"))
    line = words.format(folder=at.folder, lead=lead, contact=contact).split()
    ran = at.connector.run(*line, "--json")
    assert isinstance(ran.answer, dict)
    assert ran.out.endswith("}\n")
    assert ("error" in ran.answer) == (ran.code == 1)
    if ran.code == 1:
        assert all(ran.error.values()), ran.error
    else:
        assert ran.err == ""
    people = at.connector.run(*line)
    with pytest.raises(json.JSONDecodeError):
        json.loads(people.out)
    assert people.err if people.code == 1 else people.out


def test_exit_codes(at: Site) -> None:
    """0 done · 1 error · 2 found, if asked · 3 refused · 4 some records failed; a wrong command line is an error."""
    run = at.connector.run
    assert run("plan").code == 0
    assert run("plan", "--exit-code").code == 2
    assert run("show", "zzz").code == run("plan", "--nosuch").code == run("nosuch").code == 1
    assert run("--help").code == run("plan", "--help").code == 0


@pytest.mark.long
def test_a_traceback_is_never_seen(at: Site) -> None:
    """Odd words in every place where words may stand."""
    for word in ("", "--", "-", "\x00", "ä" * 300, "'; DROP TABLE plan; --", "../../etc/passwd", "%s", "*", "latest "):
        for command in ("show", "apply", "undo", "explain", "rules", "migrate", "resume"):
            ran = at.connector.run(command, word, "--json")
            assert ran.code in (0, 1), (command, word)
            assert ran.answer or ran.code == 0
