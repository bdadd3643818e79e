"""`connector plan`, `show` and `approve`: what would change and why, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.app import Ends, Json
from connector.cli.opened import opened
from connector.cli.output import Output, local, plural
from connector.cli.shown import ROWS, answer, interrupted, outcome_counts, state, summary, whats_next, write_csv
from connector.cli.times import moment, timezone
from connector.errors import NotFound

if TYPE_CHECKING:
    from connector.openorg import OpenOrg
    from connector.store.ledger import PlanHeader

AS_OF = typer.Option(
    "--now", help="Judge as of this time (ISO-8601 with zone), in memory; such a plan cannot be applied."
)

PERHAPS = typer.Argument(metavar="[PLAN]", help="The plan's id, or how it begins; `latest` is the newest.")

PLAN = typer.Argument(metavar="PLAN", help="The plan's id, or how it begins; `latest` is the newest.")


def plan(
    context: typer.Context,
    now: Annotated[str | None, AS_OF] = None,
    include_held: Annotated[bool, typer.Option("--include-held", help="Also what an undo left alone.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 2 if there are changes or findings.")] = False,
    json: Json = False,
) -> None:
    """Say what would be corrected, and why. Reads only the mirror; writes nothing to the CRM."""
    from connector import run

    out = Output(json=json)
    org = opened(context)
    as_of = moment(now)
    with out.progress() as progress:
        if as_of is not None:
            header = run.plan_as_of(org, as_of)
        else:
            header = run.plan(org, include_held=include_held, progress=progress)
    summary(out, org, header, rows=ROWS)
    skipped = org.reading.counts.skipped()
    for why, count in skipped.items():
        out.say(f"not judged: {count:,} {why}")
    unfinished = interrupted(out, org)
    out.answer({**answer(org, header), "skipped": skipped, "interrupted": unfinished})
    if exit_code and (header.changes or header.findings):
        raise Ends(2)


def show(
    context: typer.Context,
    plan: Annotated[str | None, PERHAPS] = None,
    to: Annotated[Path | None, typer.Option("--csv", help="Write every change to this file.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Show every change, not only the first.")] = False,
    json: Json = False,
) -> None:
    """Show a plan: its counts, its changes and what became of each. Without one: the latest plans."""
    out = Output(json=json)
    org = opened(context)
    if plan is None:
        listed(out, org)
        return
    header = find_plan(org, plan)
    if to is not None and header.bar and header.changes and not outcome_counts(org, header):
        raise NotFound(f"plan {header.id}: {header.bar}", next="without --csv its numbers are shown")
    if to is not None:
        written = write_csv(to, org.ledger.changes.each(header.number))
        out.say(f"wrote {plural(written, 'change')} to {to}")
    summary(out, org, header, rows=0 if to else None if every else ROWS, outcomes=True)
    outcomes = outcome_counts(org, header)
    out.answer({**answer(org, header), "outcomes": outcomes, "csv": str(to) if to else None})


def approve(
    context: typer.Context,
    plan: Annotated[str, PLAN],
    by: Annotated[str, typer.Option(help="Who approves.")],
    because: Annotated[str, typer.Option(help="Why it is right.")],
    json: Json = False,
) -> None:
    """Allow a plan that is over its limits to be applied. Recorded with name and reason."""
    from connector.plan import approve as record

    out = Output(json=json)
    org = opened(context)
    header = record(org.ledger, find_plan(org, plan).id, by, because)
    out.say(f"plan {header.id} ({plural(header.changes, 'change')}) is approved by {by}: {because}")
    out.say(f"next: connector apply {header.id}")
    out.answer({"plan": header.id, "approved_by": by, "because": because})


def listed(out: Output, org: OpenOrg) -> None:
    """The latest plans, newest first."""
    plans = org.ledger.plans.latest()
    zone = timezone(org)
    rows = [(p.id, p.kind, local(p.made_at, zone), p.changes, state(org, p), whats_next(org, p)) for p in plans]
    out.table(("plan", "kind", "made", "changes", "state", "next"), rows)
    if not plans:
        out.say("there is no plan yet; make one with: connector plan")
    told = [
        {"plan": p.id, "kind": p.kind, "made_at": p.made_at, "changes": p.changes, "state": state(org, p)}
        for p in plans
    ]
    out.answer({"plans": told})


def find_plan(org: OpenOrg, word: str) -> PlanHeader:
    """A plan by how its id begins, or `latest`."""
    if word != "latest":
        return org.ledger.plans.find(word)
    newest = org.ledger.plans.latest(1)
    if not newest:
        raise NotFound("there is no plan yet", next="make one with: connector plan")
    return newest[0]
