"""What `connector status` says of a night that was killed: what the ledger knows of it, and what happens next."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

import pytest

from tests.acceptance.conftest import Sample
from tests.acceptance.site import Site, site
from tests.acceptance.test_night import ALL, NIGHT, ROOMY, attend, one

KILLED = """
import os, signal, sys
from pathlib import Path
from connector import run
from connector.config import read
from connector.night import night
from connector.openorg import OpenOrg

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

config = read(Path(sys.argv[1]))
if sys.argv[2] == "before":
    run.apply = die
with OpenOrg(config, config.choose(None)) as org:
    night(org, wait=die)
"""
"""A night that is killed before its plan is begun, or in the wait of its canary."""


@pytest.fixture
def at(sample: Sample, tmp_path: Path) -> Iterator[Site]:
    """The sample org, and an installation that has read it and applied each rule once."""
    with site(tmp_path, sample.snapshot, state=sample.state, policy=NIGHT + ROOMY) as made:
        attend(made, *ALL)
        yield made


def killed(at: Site, when: str) -> tuple[str, dict[str, object]]:
    """A night that dies; what is told of it, and what a machine is told."""
    Popen([sys.executable, "-c", KILLED, str(at.connector.config), when]).wait(60)
    (night,) = json.loads(at.connector.process("status", "--json").out)["nights"]
    return at.connector.process("status").out, night


@pytest.mark.long
def test_killed_in_the_wait_of_the_canary(at: Site) -> None:
    """What it planned and wrote is shown, with the calls it took, and which command goes on; later, that it is done."""
    before = at.column()
    text, night = killed(at, "waiting")
    plan = night["plan"]
    assert isinstance(night["written"], list)
    assert isinstance(night["changes"], dict)
    (written,) = night["written"]
    changed = sum(value != before[id] for id, value in at.column().items())
    assert written["plan"] == plan
    assert 0 < changed <= written["applied"] < sum(night["changes"].values())
    assert written["applied"] + written["not sent"] == sum(night["changes"].values())
    assert f"→ {written['applied']:,} applied, {written['not sent']:,} not sent" in text
    assert "broken off: its process ended" in text
    assert f"or at once: connector resume {plan}" in text
    assert f"{night['calls']:,} API calls" in text
    assert f"plan {night['waiting']} waits for you: {night['waiting_changes']:,} changes" in text
    assert night["waiting_changes"] == len(at.connector.rows(str(night["waiting"])))
    assert night["at_work"] is False
    assert one(at).told["resumed"] == plan
    text = at.connector.tell("status", "--nights", "2")
    assert f"plan {plan} was ended since" in text
    assert "not sent" not in text


def test_killed_before_anything_was_sent(at: Site) -> None:
    """Its plan is shown, and that nothing of it was written; the next night begins anew."""
    before = at.column()
    text, night = killed(at, "before")
    assert (at.column(), night["written"]) == (before, [])
    assert f"plan {night['plan']}: " in text
    assert "→ nothing was written" in text
    assert "nothing of it was sent to the CRM; the next night begins anew" in text
    assert "resume" not in text
