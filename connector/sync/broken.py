"""Promises that were still open when the CRM was read after their deadline: kept, so that nothing mends them later.

What was done in time is in the CRM by then. Whatever is dated earlier but written down later, or counts only since the
person or the user came to somebody else, finds the promise broken.
"""

from __future__ import annotations

from datetime import datetime

from connector.case import BROKEN
from connector.policy import Policy
from connector.store.ledger import Ledger, Observation
from connector.store.mirror import Mirror


def keep_broken(mirror: Mirror, ledger: Ledger, policy: Policy, last: datetime | None) -> None:
    """Before anything new is read: keeps in the ledger which promises stood open after the `last` sync though their
    time was up by then. Of people who are yet to be judged nothing is known; of previews nothing is kept."""
    force = policy.promises.effective_from or ledger.plans.first_finished()
    if last is None or force is None or mirror.dirty.everybody() is not None:
        return
    found = [
        Observation(ref, f"{BROKEN} {one.name} {one.of}", one.since, one.due_at, None, "broken")
        for ref, one in mirror.verdicts.overdue(last)
        if one.due_at is not None and one.since is not None and one.since >= force
    ]
    if found:
        ledger.observations.record(found)
