"""SIGTERM to a command, as a service manager or a container engine sends it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from connector.config import read
from connector.model import Ref
from connector.openorg import OpenOrg
from connector.sandbox.faults import Fault, Faults
from tests.acceptance.commandline import until
from tests.acceptance.site import HUMAN, Site, site

POLICY = """\
extends = "demand-gen"
[evidence]
complete = true
signed_by = "RevOps"
date = 2026-01-15
[remap.lead]
"Open - Not Contacted" = "Inquiry"
[limits]
rule_share = 1.0
run_share = 1.0
[night]
window = ""
rules = ["normalise"]
"""


def ended(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Asks it to end; what it answered."""
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert "Traceback" not in out + err
    answer: dict[str, Any] = json.loads(out)
    return answer


@contextmanager
def running(at: Site, *words: str, when: Callable[[], object]) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own, as soon as it is so."""
    process = at.connector.start(*words, "--json")
    try:
        until(when)
        yield process
    finally:
        process.kill()


@pytest.mark.long
def test_a_command_ends_as_by_ctrl_c(tmp_path: Path) -> None:
    """Exit code 1, said in three parts, without waiting for a CRM that takes its time."""
    slow = Fault(latency=60.0, times=0)
    with site(tmp_path, faults=Faults([slow])) as at, running(at, "sync", when=lambda: slow.hits) as process:
        assert "nothing is lost" in ended(process)["error"]["what"]
    assert process.returncode == 1


def test_a_night_by_hand_ends_its_batch(tmp_path: Path) -> None:
    """Met while it waits after its first few records: it says so, leaves nothing open, and gives the lease back."""
    with site(tmp_path, policy=POLICY) as at:
        rows = [{"LastName": f"L{n}", "Company": "C", "Status": "Open - Not Contacted"} for n in range(30)]
        leads = [str(done.id) for done in at.org.insert("Lead", rows, HUMAN)]
        at.connector.ask("sync")
        config = read(at.connector.config)
        with OpenOrg(config, config.choose(None)) as org, org.lease() as lease:
            org.ledger.approvals.attend({"normalise"}, "00000000", lease)
        written = lambda: "Inquiry" in at.column().values()  # noqa: E731
        with running(at, "run", when=written) as process:
            told = ended(process)
        assert (process.returncode, told["outcome"]) == (0, "stopped")
        assert "asked to end" in told["why"]
        outcomes = at.connector.ask("show", told["plan"])["outcomes"]
        assert 0 < outcomes["applied"] < len(leads)
        assert not outcomes.get("intended")
        with OpenOrg(config, config.choose(None)) as org, org.lease():
            assert {own.ref for own in org.ledger.own_writes([Ref("acme", "lead", id) for id in leads])}
