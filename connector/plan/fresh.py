"""Whether the mirror is good enough to plan on."""

from __future__ import annotations

from datetime import datetime, timedelta

from connector.errors import Abort

OLD = timedelta(hours=24)


def freshness(synced_at: datetime | None, now: datetime) -> tuple[str, ...]:
    """Warnings about the mirror's age. Raises Abort if it was never filled (`synced_at` is None)."""
    if synced_at is None:
        raise Abort("the mirror is empty: nothing has been read from the CRM yet", next="run `connector sync`")
    age = now - synced_at
    if age <= OLD:
        return ()
    hours = int(age.total_seconds() // 3600)
    days = f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
    return (f"the mirror is {days} old (synced {synced_at:%Y-%m-%d %H:%M} UTC): run `connector sync` first",)
