"""The scene of a kill: an org of 300 people, a ledger with a plan for them, and what is left when all is over."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from connector.mapping import load
from connector.model import Change, Ref
from connector.plan import About, seal
from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.rules import ValidationRule
from connector.sandbox.server import Sandbox
from connector.store.ledger import Ledger, State
from tests.adapters.salesforce.world import fields_of_ours
from tests.kill.killed_apply import Ended, Job
from tests.kill.proxy import Proxy

PEOPLE = 300
_HUMAN = Options(user_id=ADMIN_ID, auto_assign=False)
_STAMPS = {"SystemModstamp", "LastModifiedDate", "LastActivityDate", "LastViewedDate", "LastReferencedDate"}
_TABLES = ("Lead", "Contact", "Task", "Event", "CampaignMember", "Account", "Opportunity")
_HISTORIES = {"LeadHistory": "LeadId", "ContactHistory": "ContactId"}


class Scene:
    """Made once: a snapshot of the org, and a ledger that holds the plan. `people`: who is in it, in its order."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.snapshot = folder / "org.db"
        self.ledger = folder / "ledger.db"
        leads, contacts = self._org()
        self.people = [Ref("acme", "contact", id) for id in sorted(contacts)]
        self.people += [Ref("acme", "lead", id) for id in sorted(leads)]
        self.plan = self._plan()

    def _org(self) -> tuple[list[str], list[str]]:
        org, mapping = Org(), load("salesforce")
        for name in ("lead", "contact"):
            for made in fields_of_ours(mapping, name):
                org.add_field(mapping.object(name).api, made)
        leads = [{"LastName": f"L{n}", "Company": "C", "Status": _old(n)} for n in range(PEOPLE - 12)]
        contacts = [{"LastName": f"P{n}"} for n in range(12)]
        made = [_ids(org.insert(*rows, _HUMAN)) for rows in (("Lead", leads), ("Contact", contacts))]
        self.refused = made[0][150]
        org.snapshot(self.snapshot)
        org.close()
        return made[0], made[1]

    def _plan(self) -> str:
        now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        before = {ref: _old(n) for n, ref in enumerate(self.people[12:])}
        with Ledger.open(self.ledger, "acme", lambda: now) as ledger, ledger.lease("connector plan") as lease:
            changes = (change for ref in self.people for change in _changes(ref, before.get(ref)))
            return seal(changes, ledger, lease, About(as_of=now, policy="p", people=PEOPLE)).id

    @contextmanager
    def set(self, folder: Path) -> Iterator[Stage]:
        """A copy of it all, served behind a proxy: the same every time."""
        shutil.copyfile(self.ledger, folder / "ledger.db")
        org = Org.from_snapshot(self.snapshot)
        edited = {"Id": self.people[40].id, "Status": "Working - Contacted"}
        assert all(done.success for done in org.update("Lead", [edited], _HUMAN))
        org.delete("Lead", [self.people[60].id], _HUMAN)
        with Sandbox(org) as sandbox, Proxy(sandbox.url) as proxy:
            org.rules.validation_rule.append(ValidationRule("Lead", "Needs a budget", {"Id": self.refused}))
            yield Stage(self, folder, sandbox, proxy)
        org.close()


class Stage:
    """One performance."""

    def __init__(self, scene: Scene, folder: Path, sandbox: Sandbox[Org], proxy: Proxy) -> None:
        self.scene, self.folder, self.sandbox, self.proxy = scene, folder, sandbox, proxy

    def job(self, **how: Any) -> Job:
        """What a child is to do."""
        token = self.sandbox.token
        return Job(folder=str(self.folder), url=self.proxy.url, token=token, plan=self.scene.plan, **how)

    def left(self) -> dict[str, Any]:
        """What is left: rows and history in the CRM, and what the ledger says; without stamps of time."""
        crm = {name: _rows(self.sandbox.org, name) for name in _TABLES}
        for name, parent in _HISTORIES.items():
            columns = (parent, "Field", "OldValue", "NewValue")
            rows = _rows(self.sandbox.org, name)
            crm[name] = sorted(Counter(tuple(str(row[column]) for column in columns) for row in rows).items())
        return {"crm": crm, "ledger": self._ledger()}

    def _ledger(self) -> dict[str, Any]:
        with Ledger.open(self.folder / "ledger.db", "acme", lambda: datetime.now(UTC)) as ledger:
            header = ledger.plans.find(self.scene.plan)
            return {
                "header": msgspec.structs.replace(header, started_at=None, canary_at=None, finished_at=None),
                "stages": [bool(at) for at in (header.started_at, header.canary_at, header.finished_at)],
                "changes": [
                    (entry.seq, entry.change, entry.state, entry.code, entry.text, entry.undone)
                    for entry in ledger.changes.each(header.number)
                ],
                "own": [
                    (own.ref, own.field, own.before, own.after, own.rule, own.undone)
                    for own in ledger.own_writes(self.scene.people)
                ],
                "open": ledger.batches.open(header),
                "kept": ledger.batches.canaries(header),
                "jobs": ledger._database.rows("SELECT job FROM job WHERE org = :org AND state <> 'settled'"),
                "attended": ledger.approvals.attended(),
                "lease": [row.holder for row in ledger._database.rows("SELECT holder FROM lease WHERE org = :org")],
            }


class Runner:
    """A fork server and the one child it has at a time."""

    def __enter__(self) -> Runner:
        command = [sys.executable, "-m", "tests.kill.killed_apply"]
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._known = threading.Event()
        return self

    def __exit__(self, *error: object) -> None:
        self._server.communicate()

    def start(self, job: Job) -> int:
        """Starts a child; gives its process id, which is that of its group."""
        assert self._server.stdin is not None
        self._known.clear()
        self._job = job
        self._server.stdin.write(msgspec.json.encode(job).decode() + "\n")
        self._server.stdin.flush()
        self._pid = int(self._said()["pid"])
        self._known.set()
        return self._pid

    @property
    def pid(self) -> int:
        """The child's process id, as soon as it is known."""
        self._known.wait()
        return self._pid

    def end(self) -> Ended | None:
        """Waits until the child is gone; None if it was killed."""
        gone = self._said()
        path = Path(self._job.folder, "ended.json")
        if gone["by"] == signal.SIGKILL:
            return None
        assert path.exists(), "it ended with a traceback: see standard error"
        return msgspec.json.decode(path.read_bytes(), type=Ended)

    def run(self, job: Job) -> Ended | None:
        """Starts a child and waits."""
        self.start(job)
        return self.end()

    def _said(self) -> Any:
        assert self._server.stdout is not None
        return json.loads(self._server.stdout.readline())


def expected(left: dict[str, Any]) -> Counter[State]:
    """How many changes of the plan ended how."""
    return Counter(state for _, _, state, *_ in left["ledger"]["changes"])


def _old(n: int) -> str:
    return ("Left Vmail", "Attempting Contact", "Old - Nurture", "Open - Not Contacted")[n % 4]


def _changes(ref: Ref, before: str | None) -> Iterator[Change]:
    given = {"rule": "disposition", "because": "a call disposition", "version": "", "ref": ref}
    if before is None:
        yield Change(field="status", before=None, after="Inquiry", **{**given, "rule": "contact-status"})  # type: ignore[arg-type]
        return
    yield Change(field="disposition", before=None, after=before, **given)  # type: ignore[arg-type]
    yield Change(field="status", before=before, after="Inquiry", **given)  # type: ignore[arg-type]


def _ids(results: list[Any]) -> list[str]:
    assert all(result.success for result in results), results
    return [result.id for result in results]


def _rows(org: Org, name: str) -> list[dict[str, Any]]:
    cursor = org.storage.reader().execute(f'SELECT * FROM "{name}" ORDER BY "Id"')
    columns = [column[0] for column in cursor.description]
    return [{c: v for c, v in zip(columns, row, strict=True) if c not in _STAMPS} for row in cursor]
