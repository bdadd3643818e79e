"""`connector apply`, `resume` and `undo`: writing a plan to the CRM, finishing it after a crash, taking it back."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.app import Ends, Json
from connector.cli.opened import opened
from connector.cli.output import Output, plural
from connector.cli.plans import PLAN, find_plan
from connector.cli.shown import ROWS, answer, outcome, summary
from connector.errors import NotFound

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connector.apply import Applied
    from connector.model import Ref
    from connector.openorg import OpenOrg
    from connector.store.ledger import Entry

PERHAPS = typer.Argument(metavar="[PLAN]", help="Without one: the newest interrupted plan.")


def apply(context: typer.Context, plan: Annotated[str, PLAN], json: Json = False) -> None:
    """Write exactly that plan to the CRM: a few records first, then the rest. Whatever changed since is left alone."""
    from connector import run

    out = Output(json=json)
    org = opened(context)
    header = find_plan(org, plan)
    if header.changes and header.started_at is None:
        calls = org.adapter.calls_for(header.records)
        out.say(f"plan {header.id}: {plural(header.records, 'record')}, at least {plural(calls, 'API call')}")
    warned = Warned(out)
    with out.progress() as progress:
        done = run.apply(org, header.id, progress=progress, manner=run.Manner(warn=warned))
    told(out, org, done, warned.texts)


def resume(
    context: typer.Context,
    plan: Annotated[str | None, PERHAPS] = None,
    json: Json = False,
) -> None:
    """Finish a plan that was interrupted: find out what was carried out, then go on."""
    from connector import run

    out = Output(json=json)
    org = opened(context)
    warned = Warned(out)
    with out.progress() as progress:
        which = find_plan(org, plan).id if plan else None
        done = run.resume(org, which, progress=progress, manner=run.Manner(warn=warned))
    told(out, org, done, warned.texts)


def undo(
    context: typer.Context,
    plan: Annotated[str, PLAN],
    rule: Annotated[list[str] | None, typer.Option("--rule", help="Only what this rule changed (repeatable).")] = None,
    record: Annotated[list[str] | None, typer.Option("--record", help="Only this record, by id (repeatable).")] = None,
    json: Json = False,
) -> None:
    """Make the plan that takes a plan back. It is applied like any other; whatever changed since is left alone."""
    from connector import run

    out = Output(json=json)
    org = opened(context)
    refs = [find_record(org, one) for one in record or ()]
    header = run.undo(org, find_plan(org, plan).id, rules=tuple(rule or ()), refs=refs)
    summary(out, org, header, rows=ROWS)
    out.answer({**answer(org, header), "undoes": header.undoes})


class Warned:
    """Says each warning once, as it comes, and keeps it for the answer to machines."""

    def __init__(self, out: Output) -> None:
        self._out = out
        self.texts: list[str] = []

    def __call__(self, text: str) -> None:
        """A warning."""
        if text not in self.texts:
            self.texts.append(text)
            self._out.say(f"warning: {text}", style="yellow")


def told(out: Output, org: OpenOrg, done: Applied, warnings: Sequence[str] = ()) -> None:
    """What came of it, the records that were left alone by name, and the exit code."""
    if done.again:
        out.say(f"plan {done.plan} was applied before; nothing was done now")
    troubled = _troubled(org, done.plan)
    if troubled:
        rows = [(e.change.ref.object, e.change.ref.id, e.change.field, outcome(e)) for e in troubled]
        out.table(("object", "id", "field", "what happened"), rows, title="left alone")
    counts = [f"{done.applied:,} applied"]
    counts += [f"{count:,} {name}" for name, count in _others(done) if count]
    out.say(f"plan {done.plan} · {org.name} · {' · '.join(counts)}")
    if not done.is_clean:
        out.say(f"next: connector show {done.plan} --csv changes.csv lists every one")
    elif done.applied:
        out.say(f"next: connector undo {done.plan} takes it back")
    numbers = {"applied": done.applied, "failed": done.failed, "conflicts": done.conflicts}
    more = {"skipped": done.skipped, "already": done.already, "seen": done.seen, "again": done.again}
    out.answer({"plan": done.plan, **numbers, **more, "warnings": list(warnings)})
    if not done.is_clean:
        raise Ends(4)


def find_record(org: OpenOrg, id: str) -> Ref:
    """A person's record by id."""
    found = org.reading.people.one(id)
    if found is None:
        what = f"no lead or contact {id!r} in the mirror"
        raise NotFound(what, where=f"org {org.name}", next="check the id; a new record needs: connector sync")
    return found.person.ref


def _troubled(org: OpenOrg, plan: str) -> list[Entry]:
    """The first changes of a plan that failed, were in conflict or were skipped."""
    from connector.store.ledger import State

    number = org.ledger.plans.find(plan).number
    return list(islice(org.ledger.changes.each(number, [State.FAILED, State.CONFLICT, State.SKIPPED]), ROWS))


def _others(done: Applied) -> list[tuple[str, int]]:
    return [
        ("already so", done.already),
        ("in conflict (changed since, left alone)", done.conflicts),
        ("failed", done.failed),
        ("skipped (gone, converted or closed)", done.skipped),
    ]
