"""The nights after a first run: one that reads our own corrections back, one like any other, one in a single process.

One person in a hundred is edited by somebody during the day: half get another title, half a retired value again.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from bench.clock import TickingClock
from bench.crm import Crm
from bench.first_run import Product, Step

EVERY = 100
"""One person in so many is edited."""
FASTER = 8
"""No more, or a process that is kept waiting by others would lose its lease."""


class Night(NamedTuple):
    """What the steps of a night took, and how many people had been edited."""

    steps: dict[str, Step]
    edited: int


def after_first_run(product: Product, crm: Crm, clock: TickingClock) -> Night:
    """The first sync and plan after: the CRM shows what we wrote, as changed rows and as history; nothing is news.

    Somebody edits two leads before it, because an org does not stand still.
    """
    clock.forward(timedelta(hours=1))
    crm.touch()
    steps = {"sync": product.step("sync"), "plan": product.step("plan")}
    changes = steps["plan"].answer["changes"]
    if changes:
        raise SystemExit(f"judging after apply gave {changes} changes")
    return Night(steps, 0)


def ordinary(product: Product, crm: Crm, clock: TickingClock) -> Night:
    """A night like any other."""
    clock.forward(timedelta(hours=8))
    edited = crm.change(EVERY)
    clock.forward(timedelta(hours=15))
    steps = {"sync": product.step("sync"), "plan": product.step("plan")}
    plan = steps["plan"].answer
    if plan["changes"] != edited // 2:
        raise SystemExit(f"{edited // 2} of {edited} people were edited wrongly, but the plan is {plan}")
    steps["apply"] = product.step("apply", plan["plan"])
    return Night(steps, edited)


def unattended(product: Product, crm: Crm, clock: TickingClock) -> Night:
    """The next one, as `connector run` makes it: the same work in one process, and alerts.

    It waits ten minutes between its first few records and the look at them, so the clock is hurried along.
    """
    clock.forward(timedelta(hours=8))
    edited = crm.change(EVERY)
    clock.forward(timedelta(hours=15))
    with clock.hurrying(FASTER):
        step = product.step("run")
    night = step.answer
    done = night.get("applied", 0) + night.get("waiting_changes", 0)
    if night["outcome"] != "done" or done != edited // 2:
        raise SystemExit(f"{edited // 2} of {edited} people were edited wrongly, but the night was {night}")
    return Night({"run": step}, edited)
