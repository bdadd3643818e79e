"""The commands themselves, as an admin types them: killed in the middle, resumed, undone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from connector.sandbox.server import Sandbox
from tests.kill.crms import AFTER, CRMS, Crm
from tests.kill.proxy import Blow, Proxy

pytestmark = pytest.mark.long
"""Whole commands killed and resumed."""


class Admin:
    """Types commands in a folder that holds connector.toml."""

    def __init__(self, folder: Path, crm: str, url: str, token: str) -> None:
        self.folder = folder
        (folder / "token").write_text(token)
        (folder / "connector.toml").write_text(
            f'[[org]]\nname = "acme"\ncrm = "{crm}"\nurl = "{url}"\nlogin = "token"\ntoken = "file:token"\n'
        )

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Starts a command in a process group of its own."""
        command = [sys.executable, "-m", "connector", *words, "--json"]
        pipe = subprocess.PIPE
        return subprocess.Popen(command, cwd=self.folder, stdout=pipe, stderr=pipe, text=True, start_new_session=True)

    def types(self, *words: str) -> Any:
        """Runs a command to its end; gives its JSON."""
        running = self.start(*words)
        out, err = running.communicate(timeout=120)
        assert "Traceback" not in err, err
        return json.loads(out)


@pytest.mark.parametrize("crm", CRMS.values(), ids=CRMS)
def test_killed_and_resumed(tmp_path: Path, crm: Crm) -> None:
    """sync, migrate, apply (killed after a write that was carried out), resume, undo, apply: as it was before."""
    org = crm.empty()
    crm.people(org, [("Zombie", "Old")[n % 2] for n in range(230)], 0)
    before = crm.statuses(org)
    (tmp_path / "map.csv").write_text("from,to\nZombie,Inquiry\n")
    with Sandbox(org) as sandbox, Proxy(sandbox.url) as proxy:
        admin = Admin(tmp_path, crm.name, proxy.url, sandbox.token)
        admin.types("sync")
        plan = admin.types("migrate", "map.csv")
        assert (plan["changes"], plan["findings"]) == (115, {"unmapped_value": 115})
        proxy.on = lambda number: _writes(proxy) and proxy.arm(number, Blow.UNANSWERED, lambda: dying.pid)
        dying = admin.start("apply", plan["plan"])
        dying.communicate()
        assert dying.returncode == -9
        proxy.on = lambda number: None
        assert crm.statuses(org).count(AFTER) == 3
        done = admin.types("resume")
        assert (done["plan"], done["applied"], done["failed"], done["conflicts"]) == (plan["plan"], 115, 0, 0)
        assert sorted(set(crm.statuses(org))) == [AFTER, "Old"]
        assert list(crm.changes(crm.left(org)).values()) == [1] * 115
        back = admin.types("undo", plan["plan"][:6])
        assert admin.types("apply", back["plan"])["applied"] == 115
        assert crm.statuses(org) == before
    org.close()


def _writes(proxy: Proxy) -> bool:
    method, path = proxy.seen[-1]
    return method == "PATCH" or (method == "POST" and path.endswith("$batch"))
