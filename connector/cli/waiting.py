"""Somebody who waits, as a line of the board and of work lists."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from connector.words import local

if TYPE_CHECKING:
    from connector.model import Waiting


def cells(one: Waiting, as_of: datetime, zone: str) -> tuple[object, ...]:
    """Person, record, owner, status, promise, when it is due, and how long that is to go or was."""
    promise = one.promise
    name = ", ".join(part for part in (one.name, one.company) if part) or "(no name)"
    due = local(promise.due_at, zone)
    if promise.due_at is None:
        due = f"since {local(promise.since, zone)}" if promise.since else f"since ≥ {local(promise.at_least, zone)}"
    return name, one.ref.id, one.owner, promise.status, words(promise.name), due, left(promise.due_at, as_of)


def left(due: datetime | None, now: datetime) -> str:
    """By the wall clock, also where the promise counts business hours: that is how long somebody has to act."""
    if due is None:
        return ""
    return f"{span(now - due)} late" if now >= due else f"{span(due - now)} left"


def span(length: timedelta) -> str:
    """`3 d 4 h`, `5 h 12 min`, `7 min`."""
    minutes = int(length.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def words(name: str) -> str:
    """A name of ours as people read it."""
    return name.replace("_", " ")


def row(one: Waiting) -> dict[str, Any]:
    """For machines."""
    promise = one.promise
    return {
        "object": one.ref.object,
        "person": one.ref.id,
        "name": one.name,
        "company": one.company,
        "owner": one.owner,
        "source": one.source,
        "promise": promise.name,
        "stay": promise.of,
        "status": promise.status,
        "since": promise.since,
        "since_is_estimate": promise.is_estimate,
        "at_least_since": promise.at_least,
        "due_at": promise.due_at,
        "clock": promise.clock,
    }
