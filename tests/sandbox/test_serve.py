"""The sandbox as a process of its own."""

import json
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from connector.errors import BadInput
from connector.sandbox.serve import serve

PROGRAM = """
import json, sys
from pathlib import Path
from connector.sandbox.serve import serve
keys = json.loads(sys.argv[1])
keys = {key: Path(value) if key in ("write", "data", "faults") else value for key, value in keys.items()}
serve(port=0, announce=lambda told: print(json.dumps(told), flush=True), **keys)
print("stopped")
"""


class Running:
    """A sandbox process, what it announced, and how it ends."""

    def __init__(self, **keys: Any) -> None:
        command = [sys.executable, "-c", PROGRAM, json.dumps(keys)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.told: dict[str, Any] = json.loads(self.process.stdout.readline())

    def stop(self, number: int = signal.SIGINT) -> str:
        """Ask it to stop; the rest of its output."""
        self.process.send_signal(number)
        return self.process.communicate(timeout=20)[0]


@pytest.fixture
def written(tmp_path: Path) -> Iterator[tuple[Running, Path]]:
    """A sandbox of 50 people that wrote its connector.toml into a folder that did not exist."""
    running = Running(people=50, seed=3, write=str(tmp_path / "new" / "connector.toml"))
    yield running, tmp_path / "new"
    running.process.kill()
    running.process.communicate()


def test_announces_serves_and_stops(written: tuple[Running, Path]) -> None:
    """It tells its addresses and token, serves people, and ends on SIGINT."""
    running, folder = written
    assert {"url", "https_url", "ca_file", "token", "config"} <= set(running.told)
    assert running.told["config"] == str(folder / "connector.toml")
    answer = requests.get(
        f"{running.told['url']}/services/data/v59.0/query",
        params={"q": "SELECT COUNT() FROM Lead"},
        headers={"Authorization": f"Bearer {running.told['token']}"},
        timeout=30,
    )
    assert answer.json()["totalSize"] > 10
    assert running.stop() == "stopped\n"
    assert running.process.returncode == 0


def test_configuration_works(written: tuple[Running, Path]) -> None:
    """The file points at the sandbox; every login it offers is one that works; secrets are the owner's only."""
    running, folder = written
    text = (folder / "connector.toml").read_text()
    org = tomllib.loads(text)["org"][0]
    assert (org["crm"], org["url"], org["login"], org["state"]) == ("salesforce", running.told["url"], "token", "state")
    token = Path(org["token"].removeprefix("file:"))
    assert token.read_text() == running.told["token"]
    for name in ("sandbox.token", "sandbox.key", "sandbox.secret", "sandbox.refresh"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600
    client_id = next(line for line in text.splitlines() if line.startswith("# client_id")).split('"')[1]
    form = {"client_id": client_id, "client_secret": (folder / "sandbox.secret").read_text()}
    refresh = {"grant_type": "refresh_token", "refresh_token": (folder / "sandbox.refresh").read_text()}
    for grant in ({"grant_type": "client_credentials"}, refresh):
        answer = requests.post(f"{org['url']}/services/oauth2/token", data={**form, **grant}, timeout=30)
        assert answer.status_code == 200, answer.text


def test_stops_when_it_is_terminated(tmp_path: Path) -> None:
    """SIGTERM ends it as well; without a file to write there is no configuration, and the CA file vanishes with it."""
    running = Running(people=20)
    ca_file = Path(running.told["ca_file"])
    assert running.told["config"] is None
    assert ca_file.exists()
    assert running.stop(signal.SIGTERM) == "stopped\n"
    assert not ca_file.exists()


def test_own_data(tmp_path: Path) -> None:
    """--data loads one CSV per object instead of the sample org."""
    (tmp_path / "Lead.csv").write_text("Id,LastName,Company,Status\n00Q000000000001,Byron,Engines,Left Vmail\n")
    running = Running(data=str(tmp_path))
    answer = requests.get(
        f"{running.told['url']}/services/data/v59.0/sobjects/Lead/00Q000000000001",
        headers={"Authorization": f"Bearer {running.told['token']}"},
        timeout=30,
    )
    running.stop()
    assert (answer.json()["Name"], answer.json()["Status"]) == ("Byron", "Left Vmail")


def test_dynamics(tmp_path: Path) -> None:
    """A Dataverse environment is served as well, with the sample in it and a configuration that names it."""
    running = Running(crm="dynamics", people=50, write=str(tmp_path / "connector.toml"))
    assert running.told["planted"]["people"] == 50
    answer = requests.get(
        f"{running.told['url']}/api/data/v9.2/contacts/$count",
        headers={"Authorization": f"Bearer {running.told['token']}"},
        timeout=30,
    )
    assert int(answer.text) == running.told["planted"]["rows"]["contact"]
    assert tomllib.loads((tmp_path / "connector.toml").read_text())["org"][0]["crm"] == "dynamics"
    assert running.stop() == "stopped\n"


def test_own_data_in_dynamics(tmp_path: Path) -> None:
    """--data loads one CSV per table, by logical names."""
    (tmp_path / "lead.csv").write_text("lastname,statuscode\nByron,Left Vmail\n")
    running = Running(crm="dynamics", data=str(tmp_path))
    running.stop()
    assert running.told["planted_text"][0] == "loaded 1 lead"


def test_unknown_crm() -> None:
    """A CRM without a sandbox is refused, naming those that have one."""
    with pytest.raises(BadInput, match="salesforce, dynamics"):
        serve("hubspot", announce=print)
