"""What came of applying a plan, in numbers."""

from __future__ import annotations

import msgspec

from connector.store.ledger import Ledger, PlanHeader, State


class Applied(msgspec.Struct, frozen=True, kw_only=True):
    """The whole plan so far, in changes; over several runs if it was resumed.

    `conflicts`: the value was no longer what the plan saw; left alone. `skipped`: the record is gone, converted or
    closed, or another of its changes was in conflict. `already`: somebody had entered the same value. `seen`: among
    the applied, those whose answer never came but which were found in the CRM. `again`: there was nothing to do.
    """

    plan: str
    applied: int
    failed: int
    conflicts: int
    skipped: int
    already: int
    seen: int
    again: bool = False

    @property
    def is_clean(self) -> bool:
        """Nothing failed and nothing was in conflict."""
        return not self.failed and not self.conflicts


def applied(header: PlanHeader, ledger: Ledger, *, again: bool = False) -> Applied:
    """Counts what the ledger says of a plan."""
    counts = ledger.changes.counts(header.number)
    return Applied(
        plan=header.id,
        applied=counts.of(State.APPLIED),
        failed=counts.of(State.FAILED),
        conflicts=counts.of(State.CONFLICT),
        skipped=counts.of(State.SKIPPED),
        already=counts.of(State.ALREADY),
        seen=counts.seen,
        again=again,
    )
