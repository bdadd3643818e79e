"""A ledger in a temporary folder with a clock that tests turn by hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from connector.model import Change, Ref
from connector.plan import About, seal
from connector.store.ledger import Lease, Ledger, PlanHeader

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ORG = "acme"


class Clock:
    """Tells the time it was set to."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def forward(self, seconds: float) -> None:
        """Time passes."""
        self.time += timedelta(seconds=seconds)


@contextmanager
def opened(folder: Path, clock: Clock, org: str = ORG) -> Iterator[tuple[Ledger, Lease]]:
    """A ledger and its lease."""
    with Ledger.open(folder / "ledger.db", org, clock) as ledger, ledger.lease("connector test") as lease:
        yield ledger, lease


def change(
    id: str, after: str | None = "Inquiry", *, before: str | None = "Open", field: str = "status", **other: Any
) -> Change:
    """A change of a lead's status; or of another field or object."""
    words = {"rule": "normalise", "because": "a retired value", "version": "v1", **other}
    ref = Ref(words.pop("org", ORG), words.pop("object", "lead"), id)
    return Change(ref=ref, field=field, before=before, after=after, **words)


def planned(
    ledger: Ledger, lease: Lease, changes: Iterable[Change], parked: Collection[str] = (), **about: Any
) -> PlanHeader:
    """Seals changes into a plan of 100 people."""
    facts: dict[str, Any] = {"as_of": NOON, "policy": "p1", "people": 100, **about}
    return seal(changes, ledger, lease, About(**facts), parked=parked)
