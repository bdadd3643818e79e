"""Approving a plan that is over its limits, and refusing one that nobody approved."""

from __future__ import annotations

from collections.abc import Mapping

from connector.errors import Abort, BadInput, OverLimit
from connector.plan.limits import NOTHING, limits
from connector.policy.model import Limits
from connector.store.ledger import RULES, Ledger, PlanHeader, Share
from connector.store.ledger.approvals import APPLIED


def approve(ledger: Ledger, plan: str, by: str, because: str) -> PlanHeader:
    """Records that `by` allows the plan to be applied although it is over its limits.

    Raises NotFound, BadInput if a name or a reason is missing, Abort if that plan can never be applied.
    """
    header = ledger.plans.find(plan)
    for option, value in (("--by", by), ("--because", because)):
        if not value.strip():
            raise BadInput("an approval needs a name and a reason", where=option, next=command(header))
    if header.bar:
        raise Abort(f"plan {header.id} cannot be applied: {header.bar}", next="make a new plan with `connector plan`")
    if header.finished_at is not None:
        raise Abort(f"plan {header.id} has already been applied", next=f"`connector show {header.id}` shows it")
    ledger.approvals.approve(header.number, by.strip(), because.strip())
    return header


def permit(
    header: PlanHeader,
    ledger: Ledger,
    allowed: Limits,
    *,
    by: str,
    attended: bool,
    earlier: Mapping[str, Share] = NOTHING,
) -> None:
    """Raises OverLimit if the plan is over its limits, with what was written `earlier`, and nobody approved it.

    A migration or an undo that a person (`by`) applies from the command line counts as approved, and is recorded so.
    """
    if ledger.approvals.of(header.number):
        return
    if header.kind != RULES and not allowed.migrate and attended:
        ledger.approvals.approve(header.number, by, f"a {header.kind} plan, {APPLIED}", APPLIED)
        return
    kinds = ledger.plans.kinds(header.number)
    bound = limits(header, allowed if attended else _unattended(allowed), kinds, earlier)
    if bound:
        raise OverLimit(
            "\n  ".join([f"plan {header.id} is over its limits; nothing was written:", *(one.text for one in bound)]),
            next=f"look at it with `connector show {header.id}`; if it is right: `{command(header)}`",
        )


def command(header: PlanHeader) -> str:
    """The exact command that approves the plan."""
    return f"connector approve {header.id} --by NAME --because TEXT"


def _unattended(allowed: Limits) -> Limits:
    """Limits bind everything unattended, migrations and undos too."""
    return allowed.model_copy(update={"migrate": True})
