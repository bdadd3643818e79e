"""What one installation says about its people, in words that do not depend on the CRM: no ids, no versions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from connector import run
from connector.config import read
from connector.judge.explain import Explanation
from connector.openorg import OpenOrg
from connector.store.ledger import Entry
from tests.parity.firms import Firm

POLICY = """\
extends = "demand-gen"
reopen_closed = true

[evidence]
complete = true
signed_by = "RevOps"
date = 2026-01-15

[sources.purchased]
values = ["Purchased List"]

[limits]
floor = 100000
"""


class Installation:
    """connector, pointed at one firm."""

    def __init__(self, firm: Firm, folder: Path, policy: str) -> None:
        self.firm = firm
        (folder / "token").write_text(firm.box.token)
        (folder / "policy.toml").write_text(policy, encoding="utf-8")
        config = folder / "connector.toml"
        lines = {"name": "acme", "crm": firm.crm, "url": firm.box.url, "login": "token", "token": "file:token"}
        keys = "\n".join(f'{name} = "{value}"' for name, value in {**lines, "policy": "policy.toml"}.items())
        config.write_text(f"[[org]]\n{keys}\n", encoding="utf-8")
        self._config = read(config)
        self._words = re.compile("|".join(map(re.escape, sorted(firm.ids, key=len, reverse=True))))

    def open(self) -> OpenOrg:
        """As one command would."""
        return OpenOrg(self._config, self._config.choose(None))

    def sync(self) -> None:
        """Reads the CRM."""
        with self.open() as org:
            run.sync(org)

    def plan(self) -> tuple[str, list[tuple[Any, ...]]]:
        """A plan: its id, and every change of it, sorted."""
        with self.open() as org:
            header = run.plan(org)
            return header.id, sorted(map(self._change, org.ledger.changes.each(header.number)), key=repr)

    def apply(self, plan: str) -> list[tuple[Any, ...]]:
        """Applies it; what became of every change."""
        with self.open() as org:
            run.apply(org, plan, manner=run.Manner(wait=lambda seconds: None))
            header = org.ledger.plans.find(plan)
            found = org.ledger.changes.each(header.number)
            return sorted(((*self._change(one), one.state.name, one.text) for one in found), key=repr)

    def scorecard(self) -> Any:
        """The scorecard of the classic errors."""
        with self.open() as org:
            return self._neutral(msgspec.to_builtins(run.audit(org, org.now())))

    def undo(self, plan: str) -> str:
        """The plan that takes it back."""
        with self.open() as org:
            return run.undo(org, plan).id

    def explained(self) -> dict[str, Any]:
        """Key of everybody → how they are judged, and why."""
        found: dict[str, Any] = {}
        with self.open() as org:
            now = org.now()
            for id, key in self.firm.ids.items():
                if not re.fullmatch(r"p\d+(-lead)?", key) or org.reading.people.one(id) is None:
                    continue
                found[key] = self._explanation(run.explain(org, id, now)[0])
        return found

    def _change(self, entry: Entry) -> tuple[Any, ...]:
        change = entry.change
        return (
            self.firm.ids[change.ref.id],
            change.ref.object,
            change.field,
            change.before,
            change.after,
            change.rule,
            self._plain(change.because),
        )

    def _explanation(self, one: Explanation) -> Any:
        judgement = one.judgement
        return self._neutral(
            {
                "place": (one.place.meaning, one.place.name, one.place.text),
                "stays": [
                    (s.status, s.name, s.since, s.until, s.at_least, s.estimate, s.disposition, s.cycle, s.object, s.by)
                    for s in one.stays
                ],
                "cycle": (one.cycle, one.cycle_is_estimate),
                "prior": one.prior_status,
                "interactions": one.interactions,
                "deals": sorted(
                    (o.name, o.is_open, o.is_won, o.created_at, o.closed_at, o.via) for o in one.opportunities
                ),
                "steps": [msgspec.to_builtins(step) for step in one.steps],
                "silent": one.silent,
                "off": one.off,
                "changes": [(c.field, c.before, c.after, c.rule, c.because) for c in judgement.changes],
                "findings": [(f.name, f.detail, f.value) for f in judgement.findings],
                "skipped": judgement.skipped,
                "until": judgement.until,
                "ideal": [msgspec.to_builtins(dimension) for dimension in one.ideal],
            }
        )

    def _neutral(self, found: Any) -> Any:
        """With our keys for the CRM's ids, and nothing that only tells one state of a record from the next."""
        if isinstance(found, str):
            return self._plain(found)
        if isinstance(found, Mapping):
            return {name: self._neutral(value) for name, value in found.items() if name not in ("version", "ref")}
        if isinstance(found, (list, tuple)):
            return [self._neutral(value) for value in found]
        return found.isoformat() if isinstance(found, datetime) else found

    def _plain(self, text: str) -> str:
        text = re.sub(r"(?<=:\d\d) GMT\b", " UTC", text)  # the one CRM's name for the same zone
        return self._words.sub(lambda match: self.firm.ids[match[0]], text)
