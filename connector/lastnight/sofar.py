"""A night that has no end, because it is at work or was killed: what the ledger knows of it all the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from connector.errors import NotFound

if TYPE_CHECKING:
    from connector.openorg import OpenOrg
    from connector.store.ledger import Night, PlanHeader

UNSURE: Final = "sent without an answer yet"
LEFT: Final = "not sent"


def so_far(org: OpenOrg, night: Night) -> dict[str, Any]:
    """The numbers of a night that has written none down itself, under the names of `Night.told`.

    They are those of its plans as they stand now, whoever went on with them since.
    """
    plan, waiting = _plan(org, night.plan), _plan(org, night.waiting)
    told: dict[str, Any] = {"calls": night.calls} if night.calls else {}
    if (made := plan or waiting) is not None:
        told |= {"people": made.people, "changes": {}, "findings": dict(made.findings)}
        told["waiting_changes"] = waiting.changes if waiting is not None else 0
    if plan is not None:
        told["changes"] = {rule: share.changes for rule, share in plan.rules.items()}
        told["written"] = [{"plan": plan.id, **_counts(org, plan)}] if plan.started_at is not None else []
    return told


def broken_off(org: OpenOrg, night: Night) -> Iterator[str]:
    """That nobody is at it any more, and what happens next."""
    yield "broken off: its process ended, or was not heard of any more"
    plan = _plan(org, night.plan)
    if plan is None or plan.started_at is None:
        yield "nothing of it was sent to the CRM; the next night begins anew, or at once: connector run"
    elif plan.finished_at is None:
        yield (
            f"the next night finds out what was carried out and goes on with plan {plan.id}, or at once: "
            f"connector resume {plan.id}"
        )
    else:
        yield f"plan {plan.id} was ended since; nothing is left to do"


def _plan(org: OpenOrg, id: str) -> PlanHeader | None:
    try:
        return org.ledger.plans.find(id) if id else None
    except NotFound:
        return None


def _counts(org: OpenOrg, plan: PlanHeader) -> dict[str, int]:
    from connector.store.ledger import OUTCOMES, State

    counts = org.ledger.changes.counts(plan.number)
    names = {**OUTCOMES, State.INTENDED: UNSURE, State.PLANNED: LEFT}
    return {name: counts.of(state) for state, name in names.items()}
