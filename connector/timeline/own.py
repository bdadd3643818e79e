"""What kind of write of ours a status change is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from connector.model import Kind, OwnWrite
from connector.policy import Policy
from connector.text import from_text

UNDO: Final = "undo"
FIRST_FILL: Final = "contact-status"
"""The rule that gives a contact its first status, from evidence, and moves it onwards."""

_TOGETHER = timedelta(hours=1)


def promotes(write: OwnWrite, policy: Policy) -> bool:
    """Whether this write of a status moved somebody on, which begins a stay; putting an entry right does not."""
    if write.rule == FIRST_FILL:
        return write.before is not None
    if write.rule == "raw":
        return policy.has_role(policy.place(write.ref.object, write.after).name, "entry")
    return write.rule == "qualify"


def is_correction(write: OwnWrite, policy: Policy) -> bool:
    """Whether this write of a status put an entry right: neither a promotion nor the taking back of one of ours."""
    return write.rule != UNDO and not promotes(write, policy)


def stamp_of(write: OwnWrite, own: Iterable[OwnWrite]) -> datetime | None:
    """Status Entered At as we wrote it together with this status: the nearest such write; None if there is none."""
    nearest: OwnWrite | None = None
    for other in own:
        if other.field != "status_entered_at" or other.undone or other.rule == UNDO or other.after is None:
            continue
        apart = abs(other.at - write.at)
        if other.ref == write.ref and apart <= _TOGETHER and (nearest is None or apart <= abs(nearest.at - write.at)):
            nearest = other
    value = from_text(Kind.DATETIME, nearest.after) if nearest is not None else None
    return value if isinstance(value, datetime) else None
