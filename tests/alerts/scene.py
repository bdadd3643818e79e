"""An org in memory whose promises break, our mirror and ledger of it, and those who are told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

from connector.config import read
from connector.mapping import load
from connector.openorg import OpenOrg
from connector.policy.loader import Loaded
from connector.ports import Table
from connector.run import sync
from connector.slapass import Passed, sla_pass
from connector.store.ledger import Told
from tests.adapters.memory import MemoryAdapter, MemoryCrm
from tests.alerts.receivers import Hook, Mailbox

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""A Monday. Leads of the scene came to MAQL then; the promise is 48 hours."""
HOUR = timedelta(hours=1)
MAPPING = load("salesforce")

CONFIG = """\
[[org]]
name = "acme"
url = "http://127.0.0.1:1"
login = "token"
token = "env:ACME_TOKEN"

[policy.sla]
effective_from = 2026-01-01

[org.alerts]
{alerts}
"""
ALL = """
[org.alerts.mail]
to = ["revops@acme.example", "boss@acme.example"]
from = "connector@acme.example"
smtp = "file:smtp"

[[org.alerts.chat]]
name = "sales"
url = "file:chat"

[org.alerts.task]
on = true
"""


class Scene:
    """`now` is everybody's time."""

    _loaded: ClassVar[dict[str, Loaded]] = {}

    def __init__(self, folder: Path, mailbox: Mailbox, hook: Hook) -> None:
        self.folder = folder
        self.mailbox = mailbox
        self.hook = hook
        self.now = START
        self.crm = MemoryCrm("acme")
        for id, more in (("rep", {"manager_id": "boss"}), ("boss", {}), ("other", {})):
            told = {"name": id.title(), "email": f"{id}@acme.example", "active": 1, "kind": "user", **more}
            self.crm.add(Table.USER, id=id, department="Marketing LDR", **told)
        (folder / "smtp").write_text(mailbox.url)
        (folder / "chat").write_text(hook.url)
        self.configure()

    def configure(self, alerts: str = ALL, policy: str = "") -> None:
        """Writes connector.toml anew."""
        (self.folder / "connector.toml").write_text(CONFIG.format(alerts=alerts) + policy)

    def lead(self, at: datetime = START, **columns: Any) -> str:
        """A lead who came to MAQL at that time, owned by the rep."""
        given = {"first_name": "Ann", "last_name": "Lee", "title": "VP Sales", "company": "Acme & Söhne"}
        given |= {"source": "Webinar", "owner_id": "rep", **columns}
        self.crm.now = int((at - 10 * HOUR).timestamp())
        id = self.crm.add(Table.LEAD, status="Inquiry", **given)
        self.crm.now = int(at.timestamp()) - 1
        self.crm.edit(Table.LEAD, id, status="MAQL")
        return id

    def called(self, lead: str, by: str = "rep") -> None:
        """Somebody calls the lead, who answers."""
        self.crm.now = at = int(self.now.timestamp())
        what = {"kind": "call", "direction": "out", "outcome": "connected", "about": ""}
        self.crm.add(Table.TASK, lead_id=lead, at=at, by=by, **what)

    @contextmanager
    def opened(self, adapter: MemoryAdapter | None = None) -> Iterator[OpenOrg]:
        """The org, as a new process opens it."""
        config = read(self.folder / "connector.toml")
        with OpenOrg(config, config.choose(None)) as org:
            org.now = lambda: self.now
            org.__dict__["adapter"] = adapter or self.crm.adapter()
            org.__dict__["_mapping"] = MAPPING  # reading mapping and policy is most of what a small pass costs
            text = (self.folder / "connector.toml").read_text()
            if text in self._loaded:
                org.__dict__["loaded"] = self._loaded[text]
            self._loaded[text] = org.loaded
            yield org

    def sync(self) -> None:
        """Reads what changed."""
        self.crm.now = max(self.crm.now, int(self.now.timestamp()))
        with self.opened() as org:
            sync(org)

    def run(self, *, after: timedelta = timedelta(), read: bool = True) -> Passed:
        """Time passes; a sync, then a pass, each as a process of its own."""
        self.now += after
        if read:
            self.sync()
        with self.opened() as org:
            return sla_pass(org)

    def states(self) -> dict[str, list[str]]:
        """State of every delivery by channel, oldest alert first."""
        with self.opened() as org:
            found: dict[str, list[str]] = {}
            raised = [one.number for one in reversed(org.ledger.alerts.latest())]
            for deliveries in org.ledger.deliveries.of(raised).values():
                for one in deliveries:
                    found.setdefault(one.channel, []).append(one.state.name.lower())
            return found

    def levels(self) -> list[str]:
        """Levels of all alerts that were raised, oldest first."""
        with self.opened() as org:
            return [one.alert.level for one in reversed(org.ledger.alerts.latest())]


def state(told: Told) -> str:
    """As `Scene.states` says it."""
    return told.name.lower()
