"""An SLA pass killed at any step, and run again: every alert is told, and no one is told twice.

Real processes and SIGKILL, a real sandbox, a real mail server and a real web hook. `make test` takes a sample of the
steps, `make test-all` every one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.config import read
from connector.mapping import load
from connector.openorg import OpenOrg
from connector.run import sync
from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from connector.store.ledger import Ledger, Told
from tests.adapters.salesforce.world import fields_of_ours
from tests.alerts.receivers import Hook, Mailbox, hook, mailbox
from tests.kill.forking import Runner
from tests.kill.killed_pass import Ended, Job

LEADS = 3
_HUMAN = Options(user_id=ADMIN_ID, auto_assign=False)
CONFIG = """\
[[org]]
name = "acme"
url = "{url}"
login = "token"
token = "file:token"

[policy.sla]
effective_from = 2020-01-01

[org.alerts.mail]
to = ["revops@acme.example"]
from = "connector@acme.example"
smtp = "file:smtp"

[[org.alerts.chat]]
name = "sales"
url = "file:chat"

[org.alerts.task]
on = true
"""


class Scene:
    """Three leads, owned by the admin, whose promise breaks within a second of our clock."""

    def __init__(self, folder: Path, box: Mailbox, chat: Hook) -> None:
        self.folder, self.box, self.chat = folder, box, chat
        self.org, mapping = Org(), load("salesforce")
        for name in ("lead", "contact"):
            for made in fields_of_ours(mapping, name):
                self.org.add_field(mapping.object(name).api, made)
        rows = [{"LastName": f"Lead {n}", "Company": "Acme", "Status": "Inquiry"} for n in range(LEADS)]
        self.leads = [one.id or "" for one in self.org.insert("Lead", rows, _HUMAN)]
        self.org.update("Lead", [{"Id": id, "Status": "MAQL"} for id in self.leads], _HUMAN)
        self.sandbox = Sandbox(self.org)
        self.clock = folder / "clock"
        self.runner = Runner("tests.kill.killed_pass", Ended)

    def __enter__(self) -> Scene:
        self.sandbox.__enter__()
        self.runner.__enter__()
        (self.folder / "connector.toml").write_text(CONFIG.format(url=self.sandbox.url))
        for name, text in (("token", self.sandbox.token), ("smtp", self.box.url), ("chat", self.chat.url)):
            (self.folder / name).write_text(text)
        self.sync()
        self.at(timedelta(minutes=1))
        assert self.run().error == ""
        self.at(timedelta(hours=49))
        shutil.copytree(self.folder / "state", self.folder / "before")
        return self

    def __exit__(self, *error: Any) -> None:
        self.runner.__exit__(*error)
        self.sandbox.__exit__(*error)
        self.org.close()

    def at(self, after: timedelta) -> None:
        """What time it is for us."""
        self.clock.write_text((datetime.now(UTC) + after).isoformat())

    def again(self) -> None:
        """Everything as it was before anybody was told."""
        shutil.rmtree(self.folder / "state")
        shutil.copytree(self.folder / "before", self.folder / "state")
        self.org.delete("Task", [id for id, _ in self.tasks()], _HUMAN)
        self.box.raw.clear()
        self.chat.messages.clear()

    def sync(self) -> None:
        """Reads the CRM."""
        with self.opened() as org:
            sync(org)

    def opened(self) -> OpenOrg:
        """The org, as a process of ours opens it."""
        config = read(self.folder / "connector.toml")
        return OpenOrg(config, config.choose(None))

    def run(self, die_after: int | None = None) -> Ended:
        """A pass in a process of its own."""
        ended = self.runner.run(Job(folder=str(self.folder), clock=str(self.clock), die_after=die_after))
        assert (ended is None) == (die_after is not None), "it was to be killed, and only then"
        return ended or Ended()

    def tasks(self) -> list[tuple[str, str]]:
        """Id and lead of our live tasks in the CRM."""
        query = "SELECT \"Id\", WhoId FROM Task WHERE NOT IsDeleted AND Subject LIKE '%[connector-alert %'"
        return [(id, who) for id, who in self.org.storage.reader().execute(query).fetchall()]

    def states(self) -> dict[str, set[Told]]:
        """The states of all deliveries, by channel; each channel has one for each lead."""
        with Ledger.open(self.folder / "state" / "ledger.db", "acme", lambda: datetime.now(UTC)) as ledger:
            raised = ledger.alerts.latest()
            assert len(raised) == LEADS
            found: dict[str, list[Told]] = {}
            for deliveries in ledger.deliveries.of([one.number for one in raised]).values():
                for one in deliveries:
                    found.setdefault(one.channel, []).append(one.state)
        assert {channel: len(states) for channel, states in found.items()} == dict.fromkeys(found, LEADS)
        return {channel: set(states) for channel, states in found.items()}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """The leads, and those who are told."""
    with mailbox() as box, hook() as chat, Scene(tmp_path_factory.mktemp("pass"), box, chat) as scene:
        yield scene


def survives(scene: Scene, step: int) -> None:
    """A pass dies after that step; two more follow; what must hold then."""
    scene.again()
    scene.run(die_after=step)
    for _ in range(2):
        ended = scene.run()
        assert (ended.error, ended.problems) == ("", ())
    assert sorted(who for _, who in scene.tasks()) == sorted(scene.leads)
    states = scene.states()
    assert states["task"] == {Told.SENT}
    for channel, came in (("mail", len(scene.box.raw)), ("chat:sales", len(scene.chat.messages))):
        if states[channel] == {Told.SENT}:
            assert came == 1, f"{channel}, died after step {step}"
        else:
            assert states[channel] == {Told.UNKNOWN}
            assert came <= 1
    if states["chat:sales"] == {Told.UNKNOWN} and states["mail"] == {Told.SENT}:
        assert scene.box.text().count("(chat:sales)") == LEADS


def unbroken(scene: Scene) -> Ended:
    """A pass that nobody kills; it tells everything."""
    scene.again()
    ended = scene.run()
    assert (ended.raised, ended.problems) == (LEADS, ())
    assert (len(scene.box.raw), len(scene.chat.messages), len(scene.tasks())) == (1, 1, LEADS)
    assert set().union(*scene.states().values()) == {Told.SENT}
    return ended


@pytest.mark.long
def test_killed_around_what_goes_out(scene: Scene) -> None:
    """Killed right before and right after mail, message and tasks: told once, or unknown and named; one task each."""
    outside = unbroken(scene).outside
    assert len(outside) == 6
    for step in outside:
        survives(scene, step)


@pytest.mark.long
def test_killed_at_every_step(scene: Scene) -> None:
    """Killed after any step at all."""
    for step in range(1, unbroken(scene).steps + 1):
        survives(scene, step)


def test_our_tasks_are_no_news_to_sync(scene: Scene) -> None:
    """The CRM's stamps of the leads move; the next sync marks nobody, no promise is kept, nothing is raised anew."""
    unbroken(scene)
    scene.sync()
    with scene.opened() as org:
        assert org.reading.dirty.count() == 0
        assert [one.is_open for _, one in org.reading.verdicts.promises()] == [True] * LEADS
        assert [one for one in org.reading.verdicts.changes() if one.field == "status"] == []
    assert scene.run().raised == 0


def test_two_processes_at_once(scene: Scene) -> None:
    """Two commands started at the same moment: one tells, the other tells nothing, or is told who is at work."""
    scene.again()
    command = [sys.executable, "-m", "connector", "--config", str(scene.folder / "connector.toml"), "alerts", "--send"]
    environment = {**os.environ, "CONNECTOR_CLOCK": str(scene.clock)}
    both = [
        subprocess.Popen(
            [*command, "--json"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    answers = [msgspec.json.decode(one.communicate()[0]) for one in both]
    assert sorted(one.returncode for one in both) in ([0, 0], [0, 1])
    assert sum(answer.get("raised", 0) for answer in answers) == LEADS
    for answer in answers:
        assert "error" not in answer or "has been working on org" in answer["error"]["what"]
    assert (len(scene.box.raw), len(scene.chat.messages), len(scene.tasks())) == (1, 1, LEADS)
