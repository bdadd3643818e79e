"""`connector demo`: the whole line on a local CRM, with real commands and their real output."""

from __future__ import annotations

import json as encoding
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.app import Json
from connector.cli.output import Output
from connector.errors import Abort, BadInput

POLICY = """\
# The demo's policy: the preset, and what this firm agreed on.
extends = "demand-gen"

# The statuses they used before; converted leads keep theirs.
[remap.lead]
"Open - Not Contacted" = "Inquiry"
"Working - Contacted" = "LAL"
"Closed - Not Converted" = "Disqualified"

[evidence]
complete = true
signed_by = "RevOps"
date = 2026-01-15

# From 200 changes of one rule on, somebody has to put their name to it.
[limits]
rule = 200
"""

CRMS = {"salesforce": "Salesforce org", "dynamics": "Dynamics 365 environment"}
"""The CRMs that a demo can be given on, and what each calls an org."""


def demo(
    crm: Annotated[str, typer.Option(help="Which CRM: salesforce or dynamics.")] = "salesforce",
    people: Annotated[int, typer.Option(min=100, help="How many people the local CRM has.")] = 5_000,
    keep: Annotated[Path | None, typer.Option(help="Keep configuration, ledger and mirror in this folder.")] = None,
    json: Json = False,
) -> None:
    """Show it all on a local CRM with invented people: find, plan, approve, apply, undo. Touches nothing else."""
    if crm not in CRMS:
        known = " or ".join(CRMS)
        raise BadInput(f"there is no demo for {crm!r}", where="connector demo --crm", next=f"use {known}")
    out = Output(json=json)
    with _folder(keep) as folder, _sandbox(folder, crm, people) as told:
        (folder / "policy.toml").write_text(POLICY, encoding="utf-8")
        _use_policy(folder / "connector.toml")
        out.say(f"A local {CRMS[crm]} with {people:,} invented people serves at {told['url']}.")
        for line in told.get("planted_text") or ():
            out.say(f"  {line}")
        out.answer(_story(_Teller(out, folder)))
        if keep:
            out.say(f"\nkept: {folder} (start the sandbox again with: connector sandbox {crm} --write …)")


class _Teller:
    """Runs commands as an admin would and shows what they print."""

    def __init__(self, out: Output, folder: Path) -> None:
        self._out = out
        self._folder = folder

    def say(self, text: str) -> None:
        """What comes next, in a sentence."""
        self._out.say(f"\n# {text}", style="bold")

    def run(self, *words: str, exits: Sequence[int] = (0,)) -> None:
        """A command for people: shown, run, its output passed through."""
        self._out.say(f"$ connector {shlex.join(words)}", style="bold cyan")
        done = subprocess.run(self._line(words), stdout=subprocess.DEVNULL if self._out.json else None, check=False)
        self._expect(done.returncode, words, exits)

    def ask(self, *words: str, exits: Sequence[int] = (0,)) -> dict[str, Any]:
        """A command for us: its JSON answer."""
        done = subprocess.run([*self._line(words), "--json"], stdout=subprocess.PIPE, text=True, check=False)
        self._expect(done.returncode, words, exits)
        answer: dict[str, Any] = encoding.loads(done.stdout)
        return answer

    def _line(self, words: Sequence[str]) -> list[str]:
        return [sys.executable, "-m", "connector", "--config", str(self._folder / "connector.toml"), *words]

    def _expect(self, code: int, words: Sequence[str], exits: Sequence[int]) -> None:
        if code not in exits:
            raise Abort(f"`connector {shlex.join(words)}` ended with exit code {code}", where="demo")


def _story(teller: _Teller) -> dict[str, Any]:
    teller.say("Can we log in, and what does the org have?")
    teller.run("check")
    teller.say("The org lacks fields and values that the policy needs. What would be added?")
    teller.run("schema", "plan")
    teller.say("Add them, one by one, each read back. Nothing is deleted; no record is touched.")
    teller.run("schema", "apply")
    left = teller.ask("schema", "plan")["steps"]
    if left:
        raise Abort(f"nothing should be missing now, but {len(left)} steps are left", where="demo")
    teller.say("Read the CRM into a local mirror. Nothing is written.")
    teller.run("sync")
    teller.say("What is wrong here? The seven classic errors.")
    teller.run("audit")
    teller.say("What would be corrected, and why?")
    teller.run("plan")
    plan = teller.ask("show", "latest")
    if plan["over_limits"]:
        teller.say("It is a first cleanup, and more than the limits allow: somebody has to put their name to it.")
        teller.run("apply", plan["plan"], exits=(3,))
        teller.run("approve", plan["plan"], "--by", "Ada Admin", "--because", "first cleanup, reviewed with RevOps")
    teller.say("Write it: a few records first, then the rest, each reread before it is written.")
    teller.run("apply", plan["plan"], exits=(0, 4))
    smallest = min(plan["by_rule"], key=lambda name: plan["by_rule"][name])
    teller.say(f"Take a part of it back: what the rule {smallest} did.")
    teller.run("undo", plan["plan"], "--rule", smallest)
    undo = teller.ask("show", "latest")
    teller.run("apply", undo["plan"], exits=(0, 4))
    teller.say("Read again, plan again: nothing is left to do; what was taken back is left alone.")
    teller.run("sync")
    teller.run("plan")
    last = teller.ask("show", "latest")
    if last["changes"]:
        raise Abort(f"the second plan should be empty, but has {last['changes']} changes", where="demo")
    return {"plan": plan["plan"], "undo": undo["plan"], "second_plan_changes": last["changes"]}


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="connector-demo-") as made:
        yield Path(made)


@contextmanager
def _sandbox(folder: Path, crm: str, people: int) -> Iterator[dict[str, Any]]:
    """A sandbox in a process of its own; what it announced."""
    line = [sys.executable, "-m", "connector", "sandbox", crm, "--port", "0", "--people", str(people)]
    line += ["--write", str(folder / "connector.toml"), "--json"]
    server = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env={**os.environ})
    try:
        assert server.stdout is not None
        first = server.stdout.readline()
        if not first:
            raise Abort("the local CRM did not start; what it said stands above", where="demo")
        told: dict[str, Any] = encoding.loads(first)
        yield told
    finally:
        server.terminate()
        server.wait(timeout=20)


def _use_policy(config: Path) -> None:
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[[org]]\n", '[[org]]\npolicy = "policy.toml"\n', 1), encoding="utf-8")
