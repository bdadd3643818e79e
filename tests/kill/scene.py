"""The scene of a kill: an org of 300 people, a ledger with a plan for them, and what is left when all is over."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from connector.model import Change, Ref
from connector.plan import About, seal
from connector.sandbox.server import Sandbox
from connector.store.ledger import Ledger, State
from tests.kill.crms import AFTER, OLD, Crm
from tests.kill.forking import Runner
from tests.kill.killed_apply import Ended, Job
from tests.kill.proxy import Proxy

PEOPLE = 300


class Scene:
    """Made once: a snapshot of the org, and a ledger that holds the plan. `people`: who is in it, in its order."""

    def __init__(self, crm: Crm, folder: Path) -> None:
        self.crm = crm
        self.folder = folder
        self.snapshot = folder / "org.db"
        self.ledger = folder / "ledger.db"
        leads, contacts = self._org()
        self.people = [Ref("acme", "contact", id) for id in sorted(contacts)]
        self.people += [Ref("acme", "lead", id) for id in sorted(leads)]
        self.plan = self._plan()

    def _org(self) -> tuple[dict[str, str], list[str]]:
        org = self.crm.empty()
        statuses = [OLD[n % len(OLD)] for n in range(PEOPLE - 12)]
        made = self.crm.people(org, statuses, 12)
        self.refused = made.leads[150]
        self.before = dict(zip(made.leads, statuses, strict=True))
        org.snapshot(self.snapshot)
        org.close()
        return self.before, made.contacts

    def _plan(self) -> str:
        now = datetime(2026, 3, 2, 12, tzinfo=UTC)
        with Ledger.open(self.ledger, "acme", lambda: now) as ledger, ledger.lease("connector plan") as lease:
            changes = (change for ref in self.people for change in _changes(ref, self.before.get(ref.id)))
            return seal(changes, ledger, lease, About(as_of=now, policy="p", people=PEOPLE)).id

    @contextmanager
    def set(self, folder: Path) -> Iterator[Stage]:
        """A copy of it all, served behind a proxy: the same every time."""
        shutil.copyfile(self.ledger, folder / "ledger.db")
        org = self.crm.opened(self.snapshot)
        self.crm.disturb(org, self.people[40].id, self.people[60].id)
        with Sandbox(org) as sandbox, Proxy(sandbox.url) as proxy:
            self.crm.refuse(org, self.refused)
            yield Stage(self, folder, sandbox, proxy)
        org.close()


class Stage:
    """One performance."""

    def __init__(self, scene: Scene, folder: Path, sandbox: Sandbox[Any], proxy: Proxy) -> None:
        self.scene, self.folder, self.sandbox, self.proxy = scene, folder, sandbox, proxy

    def job(self, **how: Any) -> Job:
        """What a child is to do."""
        given = {"folder": str(self.folder), "url": self.proxy.url, "token": self.sandbox.token}
        return Job(crm=self.scene.crm.name, plan=self.scene.plan, **given, **how)

    def left(self) -> dict[str, Any]:
        """What is left: rows and history in the CRM, and what the ledger says; without stamps of time."""
        return {"crm": self.scene.crm.left(self.sandbox.org), "ledger": self._ledger()}

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


def applying() -> Runner:
    """Processes that apply and resume."""
    return Runner("tests.kill.killed_apply", Ended)


def expected(left: dict[str, Any]) -> Counter[State]:
    """How many changes of the plan ended how."""
    return Counter(state for _, _, state, *_ in left["ledger"]["changes"])


def _changes(ref: Ref, before: str | None) -> Iterator[Change]:
    given = {"rule": "disposition", "because": "a call disposition", "version": "", "ref": ref}
    if before is None:
        yield Change(field="status", before=None, after=AFTER, **{**given, "rule": "contact-status"})  # type: ignore[arg-type]
        return
    yield Change(field="disposition", before=None, after=before, **given)  # type: ignore[arg-type]
    yield Change(field="status", before=before, after=AFTER, **given)  # type: ignore[arg-type]
