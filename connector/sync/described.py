"""Users who came to another department, title or role: whose work counted then is asked of the time it was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from connector.model import Ref, User
from connector.sla.then import USER, described
from connector.store.ledger import Ledger, Observation


def keep_described(
    ledger: Ledger, before: Mapping[str, User], after: Mapping[str, User], since: datetime | None, now: datetime
) -> None:
    """Keeps in the ledger who is described otherwise than at the last sync, or gone. Nothing on the first one."""
    changed = []
    for id, user in before.items():
        then, today = described(user), described(after[id]) if id in after else None
        if then != today:
            changed.append(Observation(Ref(ledger.org, USER, id), USER, since, now, then, today))
    if changed:
        ledger.observations.record(changed)
