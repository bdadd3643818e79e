"""What `connector status` says of a night that has not ended."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from subprocess import Popen

import pytest

from connector.config import read
from connector.openorg import OpenOrg
from connector.slapass import NIGHT_LEASE
from tests.acceptance.site import Site, site

KILLED = """
import os, signal, sys
from pathlib import Path
from connector.config import read
from connector.openorg import OpenOrg
from connector.slapass import NIGHT_LEASE

config = read(Path(sys.argv[1]))
with OpenOrg(config, config.choose(None)) as org, org.lease(NIGHT_LEASE):
    org.ledger.nights.begin(org.now())
    os.kill(os.getpid(), signal.SIGKILL)
"""
"""A night that is killed as soon as it has begun."""


def told(at: Site) -> tuple[str, bool]:
    """The first line, and what a machine is told."""
    done = at.connector.process("status", "--json")
    (night,) = json.loads(done.out)["nights"]
    return at.connector.process("status").out.splitlines()[0], night["at_work"]


@pytest.mark.long
def test_at_work_or_dead(tmp_path: Path) -> None:
    """The lease knows: one whose process was killed is dead at once, not "at work" for ever."""
    with site(tmp_path) as at:
        at.connector.ask("sync")
        Popen([sys.executable, "-c", KILLED, str(at.connector.config)]).wait(60)
        line, at_work = told(at)
        assert " · died · begun " in line
        assert not at_work
        config = read(at.connector.config)
        with OpenOrg(config, config.choose(None)) as org, org.lease(NIGHT_LEASE):
            line, at_work = told(at)
            assert " · at work · begun " in line
            assert at_work


def test_all_orgs_at_once(tmp_path: Path) -> None:
    """Without --org every org is told of, the one that cannot be read by its error; with it that one alone."""
    with site(tmp_path) as at:
        config = at.folder / "connector.toml"
        other = '\n[[org]]\nname = "second"\nurl = "http://127.0.0.1:9"\nlogin = "token"\ntoken = "file:crm.token"\n'
        config.write_text(config.read_text() + other + 'policy = "nowhere.toml"\n')
        done = at.connector.process("status", "--json")
        first, second = json.loads(done.out)["orgs"]
        assert (first["org"], second["org"]) == ("acme", "second")
        assert first["nights"] == []
        assert first["synced_at"] is None
        told = at.connector.process("status").out
        assert "acme: there is no ledger yet" in told
        assert "second: " in told
        alone = json.loads(at.connector.process("--org", "acme", "status", "--json").out)
        assert alone == first
