"""Since when the CRM's own history of the status is known to be complete.

That tracking is on says nothing of the past: it may have been switched on yesterday, and has no back-fill. So a history
counts as complete from the first sync on that found tracking switched on, until one finds it off. That is something we
saw, so it is kept in the ledger: a mirror that is made anew knows as much as the one before.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from connector.model import Observation, Ref
from connector.ports import ObjectSchema, OrgSchema
from connector.store.ledger import Ledger

FIELD: Final = "status history"
"""Under this name, and no record's id, the ledger keeps what was seen of an object's tracking."""
ON: Final = "on"
OFF: Final = "off"


def tracked_since(ledger: Ledger, schema: OrgSchema, now: datetime) -> dict[str, datetime | None]:
    """Object → since when; None: not tracked, or that can't be told. Keeps a change of it in the ledger."""
    return {name: _since(ledger, Ref(ledger.org, name, ""), _state(one), now) for name, one in schema.objects.items()}


def _since(ledger: Ledger, object: Ref, state: str, now: datetime) -> datetime | None:
    seen = ledger.observations.of([object])
    last = seen[-1] if seen else None
    if last is None or last.after != state:
        since, before = (last.seen_at, last.after) if last is not None else (None, None)
        ledger.observations.record([Observation(object, FIELD, since, now, before, state)])
        return now if state == ON else None
    return last.seen_at if state == ON else None


def _state(one: ObjectSchema) -> str:
    status = one.fields.get("status")
    return ON if status is not None and status.tracked is True else OFF
