"""One org in a local CRM, and one installation of connector that points at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from connector.sandbox.faults import Faults
from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.acceptance.commandline import CommandLine
from tests.acceptance.crm import Crm

HUMAN = Options(user_id=ADMIN_ID, auto_assign=False)

CLEANUP = """\
extends = "demand-gen"

[evidence]
complete = true
signed_by = "RevOps"
date = 2026-01-15

[dispositions]
keep = "ledger"

[remap.lead]
"Open - Not Contacted" = "Inquiry"
"Working - Contacted" = "LAL"
"Closed - Not Converted" = "Disqualified"

[rules.junk]
on = true
"""
"""A policy that lets every rule of the sample org's faults act."""


class Site:
    """The sandbox `box`, its `org`, the command line `connector`, and `crm`: somebody else's client of the same CRM."""

    def __init__(self, box: Sandbox[Org], folder: Path) -> None:
        self.box, self.org, self.folder = box, box.org, folder
        self.connector = CommandLine(folder / "connector.toml")

    @property
    def crm(self) -> Crm:
        """Asks the CRM itself."""
        return Crm(self.box.https_url, self.box.token, self.box.ca_file)

    def configure(self, policy: str = CLEANUP, login: str | None = None, **more: Any) -> None:
        """Writes connector.toml, the token's file and the policy. `more`: further keys of the org, by TOML value."""
        (self.folder / "crm.token").write_text(self.box.token)
        (self.folder / "crm.token").chmod(0o600)
        (self.folder / "policy.toml").write_text(policy, encoding="utf-8")
        keys = {"name": "acme", "crm": "salesforce", "url": self.box.url, "policy": "policy.toml", **more}
        lines = [f"{name} = {_toml(value)}" for name, value in keys.items()]
        lines.append(login if login is not None else 'login = "token"\ntoken = "file:crm.token"')
        self.connector.config.write_text("[[org]]\n" + "\n".join(lines) + "\n", encoding="utf-8")

    def with_state(self, state: Path) -> None:
        """Takes over ledger and mirror of another installation for the same org."""
        shutil.copytree(state, self.folder / "state")

    def human(self, object: str, *records: dict[str, Any]) -> None:
        """Somebody edits records in the CRM."""
        assert all(done.success for done in self.org.update(object, list(records), HUMAN))

    def tally(self) -> dict[str, int]:
        """Changes of status and owner per lead, as the CRM's own history has them."""
        query = "SELECT LeadId, COUNT(*) FROM LeadHistory WHERE Field IN ('Status', 'Owner') GROUP BY LeadId"
        return dict(self.org.storage.reader().execute(query).fetchall())

    def column(self, field: str = "Status", object: str = "Lead") -> dict[str, Any]:
        """Id → value of one field, straight from the CRM's own store."""
        return dict(self.org.storage.reader().execute(f'SELECT "Id", "{field}" FROM "{object}"').fetchall())


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str | Path) else str(value)


@contextmanager
def site(
    folder: Path, snapshot: Path | None = None, *, state: Path | None = None, faults: Faults | None = None, **more: Any
) -> Iterator[Site]:
    """A copy of an org (or one on its first day), served, and an installation in `folder`; see `Site.configure`."""
    org = Org.from_snapshot(snapshot) if snapshot else Org()
    try:
        with Sandbox(org, faults=faults, folder=folder) as box:
            made = Site(box, folder)
            made.configure(**more)
            if state is not None:
                made.with_state(state)
            yield made
    finally:
        org.close()
