"""Single exchanges without a server: an org of connector.toml, and a session that never waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connector.adapters.dynamics.budget import Requests
from connector.adapters.dynamics.session import LONGEST_WAIT, Session
from connector.adapters.web.grants import Grant
from connector.adapters.web.retrying import Pace
from connector.adapters.web.transport import Transport
from connector.config import OrgConfig

URL = "https://acme.crm.dynamics.com"
DATA = f"{URL}/api/data/v9.2"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def org(folder: Path, **changes: Any) -> OrgConfig:
    """An org of connector.toml; `file:secret` exists."""
    (folder / "secret").write_text("s3cret")
    given = {
        "name": "acme",
        "crm": "dynamics",
        "url": URL,
        "login": "client_credentials",
        "tenant": "acme.example",
        "client_id": "0a",
        "client_secret": "file:secret",
    }
    return OrgConfig.model_validate({**given, "base": folder, **changes})


def session(
    waits: list[float] | None = None,
    *,
    tokens: int = 9,
    renewable: bool = True,
    requests: Requests | None = None,
    until: datetime | None = None,
    now: Callable[[], datetime] = lambda: NOW,
) -> Session:
    """A session whose n-th login gives `token n`, good `until` then; waits are noted in `waits`, not waited."""
    grants = iter([Grant(f"token{number}", URL, until) for number in range(1, tokens + 1)])
    noted = waits if waits is not None else []
    return Session(
        Transport(requests or Requests()),
        lambda: next(grants),
        now,
        version="9.2",
        pace=Pace(noted.append, seed=1, longest=LONGEST_WAIT),
        renewable=renewable,
    )
