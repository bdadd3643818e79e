"""A journal that remembers what it was told, for testing adapters without a ledger."""

from __future__ import annotations

from dataclasses import dataclass, field

from connector.errors import LeaseLost
from connector.ports import JobState


@dataclass
class Remembered:
    """Keeps every call in order. `lose_at`: the how manyth `still_ours` finds the lease gone."""

    steps: list[tuple[str, JobState]] = field(default_factory=list)
    asked: int = 0
    lose_at: int | None = None

    def still_ours(self) -> None:
        """As `ports.Journal`."""
        self.asked += 1
        if self.lose_at is not None and self.asked >= self.lose_at:
            raise LeaseLost("the lease ran out")

    def job(self, job: str, state: JobState) -> None:
        """As `ports.Journal`."""
        self.steps.append((job, state))

    @property
    def last_job(self) -> str:
        """The job that was journalled last."""
        return self.steps[-1][0]
