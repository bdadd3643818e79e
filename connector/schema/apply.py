"""Doing the steps, one by one. Nothing is journalled: what is done is read from the CRM itself, so that whoever was
interrupted works the steps out again and goes on with what is left (ADR 0051).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from connector.errors import NotPermitted, Skip
from connector.provisioning import Provisioner, SchemaStep, Setup, StepKind

Look = Callable[[], tuple[Setup, list[SchemaStep]]]
"""Looks at the CRM anew: what is there, and the steps that are left."""
ROUNDS = 3
"""How often steps are worked out and done: granting access may show that a field lacks values."""


class Provisioned(msgspec.Struct, frozen=True):
    """What was done, what failed with the CRM's reason, and what an admin has to do by hand."""

    done: tuple[SchemaStep, ...] = ()
    failed: tuple[tuple[SchemaStep, str], ...] = ()
    by_hand: tuple[SchemaStep, ...] = ()


def apply(
    look: Look,
    provisioner: Provisioner,
    still_ours: Callable[[], None],
    told: Callable[[SchemaStep, str], None] = lambda step, failed: None,
) -> Provisioned:
    """Does all steps that can be done. `told` hears of each: the step, and why it failed or nothing.

    Raises:
        NotPermitted: the login lacks a permission; nothing was done, or nothing more
    """
    done: list[SchemaStep] = []
    failed: dict[tuple[str, str, str], tuple[SchemaStep, str]] = {}
    for _ in range(ROUNDS):
        setup, steps = look()
        left = _left(steps, failed)
        if not left:
            break
        permitted(setup, left)
        for step in left:
            possible = _without(step, failed.values())
            if possible is None:
                continue
            reason = _do(possible, provisioner, still_ours)
            told(step, reason)
            if reason:
                failed[step.key] = (step, reason)
            else:
                done.append(possible)
    else:
        setup, steps = look()
        stuck = _left(steps, failed)
        failed.update((step.key, (step, "it was carried out, but the CRM does not show it")) for step in stuck)
    by_hand = tuple(step for step in steps if step.kind is StepKind.BY_HAND)
    return Provisioned(tuple(done), tuple(failed.values()), by_hand)


def permitted(setup: Setup, steps: Sequence[SchemaStep]) -> None:
    """Raises NotPermitted if the login lacks a permission that these steps need: better nothing than half of it."""
    if setup.lacks and steps:
        raise NotPermitted(
            f"{setup.user} may not change the org: it lacks {', '.join(setup.lacks)}; nothing was changed",
            where=f"{len(steps)} steps",
            next="give the output of `connector schema plan` to an admin, who can run `connector schema apply --user "
            f"{setup.user}` with a login of their own, or do the steps by hand",
        )


def _left(
    steps: Sequence[SchemaStep], failed: Mapping[tuple[str, str, str], tuple[SchemaStep, str]]
) -> list[SchemaStep]:
    """The steps that can still be done, without what depends on one that failed."""
    mine = [step for step in steps if step.kind is not StepKind.BY_HAND and step.key not in failed]
    return [left for step in mine if (left := _without(step, failed.values())) is not None]


def _do(step: SchemaStep, provisioner: Provisioner, still_ours: Callable[[], None]) -> str:
    try:
        provisioner.change_schema(step, still_ours)
    except Skip as refused:
        return str(refused.what)
    return ""


def _without(step: SchemaStep, failed: Collection[tuple[SchemaStep, str]]) -> SchemaStep | None:
    """The step without the fields that could not be added; None if nothing is left of it."""
    gone = {(one.object, one.field.api) for one, _ in failed if one.field is not None}
    if step.kind is StepKind.ACCESS:
        access = tuple(pair for pair in step.access if (step.object, pair[0]) not in gone)
        return msgspec.structs.replace(step, access=access) if access else None
    if step.kind is StepKind.CONVERSION:
        apis = {api for _, api in gone}
        pairs = tuple(pair for pair in step.pairs if not apis.intersection(pair))
        return msgspec.structs.replace(step, pairs=pairs) if pairs else None
    return step
