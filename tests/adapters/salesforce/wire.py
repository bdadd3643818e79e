"""Single exchanges without a server: an org of connector.toml, a transport, and a session that never waits."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector.adapters.salesforce.budget import Allowance
from connector.adapters.salesforce.session import Pace, Session
from connector.adapters.web.grants import Grant
from connector.adapters.web.transport import Transport
from connector.config import OrgConfig

URL = "https://acme.my.salesforce.com"
DATA = f"{URL}/services/data/v62.0"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def org(folder: Path, **changes: Any) -> OrgConfig:
    """An org of connector.toml; `file:secret` exists."""
    (folder / "secret").write_text("s3cret")
    given = {"name": "acme", "url": URL, "login": "token", "token": "file:secret"}
    return OrgConfig.model_validate({**given, "base": folder, **changes})


def transport(**changes: Any) -> Transport:
    """A transport without a budget."""
    return Transport(Allowance(), **changes)


def session(
    waits: list[float] | None = None, *, tokens: int = 9, renewable: bool = True, allowance: Allowance | None = None
) -> Session:
    """A session whose n-th login gives `token n`; waits are noted in `waits`, not waited."""
    grants = iter([Grant(f"token{number}", URL) for number in range(1, tokens + 1)])
    noted = waits if waits is not None else []
    return Session(
        Transport(allowance or Allowance()),
        lambda: next(grants),
        version="62.0",
        pace=Pace(noted.append, seed=1),
        renewable=renewable,
    )
