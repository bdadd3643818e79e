"""Secrets: read where they are needed, and found nowhere else afterwards."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.welcome import welcome
from connector.sandbox.server import Sandbox
from tests.acceptance.commandline import CommandLine

LOGINS = {
    "token": 'login = "token"\ntoken = "file:sandbox.token"',
    "jwt": 'login = "jwt"\nclient_id = "{client_id}"\nusername = "{username}"\nkey = "file:sandbox.key"\n'
    'audience = "https://test.salesforce.com"',
    "client_credentials": 'login = "client_credentials"\nclient_id = "{client_id}"\nclient_secret = "env:H_SECRET"',
    "refresh_token": 'login = "refresh_token"\nclient_id = "{client_id}"\nclient_secret = "env:H_SECRET"\n'
    'refresh_token = "file:sandbox.refresh"',
}
AT_FIRST = ("jwt", "refresh_token")
"""Both with a secret that is kept and a token that is fetched; the other ways are among the long tests."""
FILES = ("sandbox.token", "sandbox.key", "sandbox.secret", "sandbox.refresh")


class Place(NamedTuple):
    """A sandbox with an app to log in through. `known`: what must never be seen."""

    box: Sandbox[Org]
    folder: Path
    connector: CommandLine
    client_id: str
    known: set[str]

    def login(self, way: str) -> None:
        """Writes the configuration."""
        keys = LOGINS[way].format(client_id=self.client_id, username="integration@sandbox.example")
        head = f'[[org]]\nname = "acme"\nurl = "{self.box.url}"\n'
        self.connector.config.write_text(head + keys + "\n")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """30 leads to be corrected."""
    org = Org()
    org.load("Lead", ("LastName", "Company", "Status"), [(f"L{n}", "C", "inquiry") for n in range(15)])
    with Sandbox(org, folder=tmp_path) as box:
        config = welcome(box, tmp_path, tmp_path / "connector.toml")
        client_id = config.read_text().split('client_id = "')[1].partition('"')[0]
        secrets = {(tmp_path / name).read_text().strip() for name in FILES}
        key = (tmp_path / "sandbox.key").read_text().split("\n")
        yield Place(box, tmp_path, CommandLine(config), client_id, {*secrets, *key[1:-2]})
    org.close()


@pytest.mark.parametrize(
    "way", [way if way in AT_FIRST else pytest.param(way, marks=pytest.mark.long) for way in LOGINS]
)
def test_a_whole_run_shows_none(place: Place, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From check to undo, well or in error: no output, no ledger, no mirror, no plan holds a token, secret or key, nor
    a session that was given for them."""
    monkeypatch.setenv("H_SECRET", (place.folder / "sandbox.secret").read_text().strip())
    place.login(way)
    run, said = place.connector.run, []
    for words in ("check", "sync", "plan", "apply latest", f"show latest --csv {place.folder}/all.csv", "audit"):
        said += [run(*words.split()), run(*words.split(), "--json")]
    plan = said[5].answer["plan"]
    assert run("undo", plan).code == 0
    assert place.box.org.storage.reader().execute("SELECT DISTINCT Status FROM Lead").fetchall() == [("Inquiry",)]
    place.box.faults.add(path="/services", status=400, code="INVALID_FIELD", message="no", times=0)
    said += [run("sync"), run("sync", "--json"), run("check")]
    assert [ran.code for ran in said[-3:]] == [1, 1, 3]
    known = place.known | set(place.box.org.sessions._live)
    assert len(known) > len(place.known) or way == "token"
    for ran in said:
        assert not [secret for secret in known if secret in ran.everything], ran.words
    stored = [path for path in place.folder.rglob("*") if path.is_file() and path.name not in FILES]
    names = {path.name for path in stored}
    assert {"ledger.db", "mirror-acme.db", "all.csv"} <= names
    for path in stored:
        raw = path.read_bytes()
        if path.suffix != ".pem":
            assert not [secret for secret in known if secret.encode() in raw], path


@pytest.mark.parametrize("way", LOGINS)
def test_a_wrong_secret_is_not_repeated(place: Place, way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says that the login failed, never with what."""
    wrong = "Hunter2-is-not-the-password"
    monkeypatch.setenv("H_SECRET", wrong)
    place.login(way)
    for name in ("sandbox.token", "sandbox.refresh"):
        (place.folder / name).write_text(wrong)
    if way == "jwt":
        other = subprocess.run(
            [sys.executable, "-c", "from connector.sandbox.keys import key_pair; print(key_pair()[0])"],
            capture_output=True,
            text=True,
            check=True,
        )
        (place.folder / "sandbox.key").write_text(other.stdout)
    ran = place.connector.run("sync", "--json")
    assert ran.code == 1
    assert ran.error["next"]
    assert wrong not in ran.everything
    assert not (place.folder / "state" / "mirror-acme.db").exists() or place.connector.fails("plan")


def test_nothing_in_the_process_list(place: Place) -> None:
    """A running command's arguments and environment name references, not values."""
    place.login("client_credentials")
    text = place.connector.config.read_text().replace("env:H_SECRET", "file:sandbox.secret")
    place.connector.config.write_text(text)
    slow = place.box.faults.add(path="/describe", latency=3.0)
    process = place.connector.start("check")
    try:
        while not slow.hits:
            assert process.poll() is None
        shown = Path(f"/proc/{process.pid}/cmdline").read_bytes() + Path(f"/proc/{process.pid}/environ").read_bytes()
        assert not [secret for secret in place.known if secret.encode() in shown]
    finally:
        process.kill()
        process.communicate()


def test_files_of_state_are_for_their_owner_only(place: Place) -> None:
    """Ledger, mirror and an exported plan hold customers' data: mode 0600."""
    place.login("token")
    place.connector.ask("sync")
    plan = place.connector.ask("plan")["plan"]
    place.connector.rows(plan)
    for path in [*(place.folder / "state").iterdir(), place.folder / f"{plan}.csv"]:
        assert path.stat().st_mode & 0o077 == 0, path
