"""`connector apply`, `resume` and `undo`: writing a plan to the CRM, finishing it after a crash, taking it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.app import Ends, Json
from connector.cli.opened import opened
from connector.cli.output import Output, plural
from connector.cli.plans import PLAN, ROWS, answer, outcome, summary

if TYPE_CHECKING:
    from connector.apply import Applied
    from connector.run import Run

PERHAPS = typer.Argument(metavar="[PLAN]", help="Without one: the newest interrupted plan.")


def apply(context: typer.Context, plan: Annotated[str, PLAN], json: Json = False) -> None:
    """Write exactly that plan to the CRM: a few records first, then the rest. Whatever changed since is left alone."""
    out = Output(json=json)
    run = opened(context)
    header = run.find_plan(plan)
    if header.changes and header.started_at is None:
        calls = run.calls_for(header)
        out.say(f"plan {header.id}: {plural(header.records, 'record')}, at least {plural(calls, 'API call')}")
    with out.progress() as progress:
        done = run.apply(header.id, progress=progress)
    told(out, run, done)


def resume(
    context: typer.Context,
    plan: Annotated[str | None, PERHAPS] = None,
    json: Json = False,
) -> None:
    """Finish a plan that was interrupted: find out what was carried out, then go on."""
    out = Output(json=json)
    run = opened(context)
    with out.progress() as progress:
        done = run.resume(run.find_plan(plan).id if plan else None, progress=progress)
    told(out, run, done)


def undo(
    context: typer.Context,
    plan: Annotated[str, PLAN],
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Only what this rule changed (repeatable).")] = None,
    record: Annotated[list[str] | None, typer.Option("--record", help="Only this record, by id (repeatable).")] = None,
    json: Json = False,
) -> None:
    """Make the plan that takes a plan back. It is applied like any other; whatever changed since is left alone."""
    out = Output(json=json)
    run = opened(context)
    header = run.undo(run.find_plan(plan).id, rules=tuple(rule or ()), records=tuple(record or ()))
    summary(out, run, header, rows=ROWS)
    out.answer({**answer(run, header), "undoes": header.undoes})


def told(out: Output, run: Run, done: Applied) -> None:
    """What came of it, the records that were left alone by name, and the exit code."""
    if done.again:
        out.say(f"plan {done.plan} was applied before; nothing was done now")
    troubled = run.troubled(done.plan, ROWS)
    if troubled:
        rows = [(e.change.ref.object, e.change.ref.id, e.change.field, outcome(e)) for e in troubled]
        out.table(("object", "id", "field", "what happened"), rows, title="left alone")
    counts = [f"{done.applied:,} applied"]
    counts += [f"{count:,} {name}" for name, count in _others(done) if count]
    out.say(f"plan {done.plan} · {run.org.name} · {' · '.join(counts)}")
    if not done.is_clean:
        out.say(f"next: connector show {done.plan} --csv changes.csv lists every one")
    elif done.applied:
        out.say(f"next: connector undo {done.plan} takes it back")
    numbers = {"applied": done.applied, "failed": done.failed, "conflicts": done.conflicts}
    more = {"skipped": done.skipped, "already": done.already, "seen": done.seen, "again": done.again}
    out.answer({"plan": done.plan, **numbers, **more})
    if not done.is_clean:
        raise Ends(4)


def _others(done: Applied) -> list[tuple[str, int]]:
    return [
        ("already so", done.already),
        ("conflicts (changed since, left alone)", done.conflicts),
        ("failed", done.failed),
        ("skipped (gone, converted or closed)", done.skipped),
    ]
