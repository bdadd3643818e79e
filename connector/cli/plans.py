"""`connector plan`, `show` and `approve`: what would change and why, before anything is written."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.app import Ends, Json
from connector.cli.opened import opened
from connector.cli.output import Output, local, plural
from connector.errors import BadInput, NotFound

if TYPE_CHECKING:
    from connector.openorg import OpenOrg
    from connector.plan import Excess
    from connector.store.ledger import Entry, Ledger, PlanHeader

ROWS = 12
"""How many records are named on a screen; --csv and --all show every one."""

EACH = 2
"""How many changes of each rule are shown on a screen."""

LOOKED_AT = 20_000
"""Changes looked through for them."""

NOW = typer.Option(
    "--now", help="Judge as of this time (ISO-8601 with zone), in memory; such a plan cannot be applied."
)

PERHAPS = typer.Argument(metavar="[PLAN]", help="The plan's id, or how it begins; `latest` is the newest.")

PLAN = typer.Argument(metavar="PLAN", help="The plan's id, or how it begins; `latest` is the newest.")

KINDS = 15
"""How many kinds of changes."""

MIGRATED = {"unmapped_value": "the value is in neither the file nor a status of the policy, and stays as it is"}

COLUMNS = ("object", "id", "field", "before", "after", "rule", "because", "outcome")


def plan(
    context: typer.Context,
    now: Annotated[str | None, NOW] = None,
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


def summary(out: Output, org: OpenOrg, header: PlanHeader, *, rows: int | None, outcomes: bool = False) -> None:
    """A plan for people: changes, counts by kind, findings, warnings, and the line that sums it up."""
    if out.json:
        return
    changes(out, org.ledger, header, rows=rows, outcomes=outcomes)
    if header.changes:
        kinds = org.ledger.plans.kinds(header.number)
        shown = [(kind.rules, kind.text, kind.changes) for kind in kinds[: KINDS if rows else None]]
        out.table(("rule", "change", "how many"), shown)
        if len(kinds) > len(shown):
            more = plural(len(kinds) - len(shown), "more kind")
            out.say(f"… and {more} of changes: connector show {header.id} --all")
    if header.findings:
        from connector.model import FINDINGS

        means = {**FINDINGS, **(MIGRATED if header.kind == "migrate" else {})}
        found = sorted(header.findings.items(), key=lambda item: -item[1])
        out.table(("found, not written", "people", "what it is"), [(n, c, means.get(n, "")) for n, c in found])
        if header.kind == "rules":
            out.say("who they are: connector audit NAME, for example: connector audit " + found[0][0])
    for warning in header.warnings:
        out.say(f"warning: {warning}", style="yellow")
    for over in over_limits(org, header):
        out.say(f"over its limits: {over.text}", style="yellow")
    out.say(line(org, header))
    if header.started_at is not None:
        told = ", ".join(f"{count:,} {name}" for name, count in outcome_counts(org, header).items())
        out.say(f"outcomes: {told or 'nothing to write'}")
    out.say(f"next: {whats_next(org, header)}")


def changes(out: Output, ledger: Ledger, header: PlanHeader, *, rows: int | None, outcomes: bool = False) -> None:
    """A few changes of each rule of a plan, or all."""
    found = list(ledger.changes.each(header.number)) if rows is None else few(ledger, header) if rows else []
    if not found:
        return
    columns = ["rule", "object", "id", "field", "before → after", "because"] + (["outcome"] if outcomes else [])
    out.table(columns, [_row(entry, outcomes=outcomes) for entry in found])
    if header.changes > len(found):
        out.say(f"… and {header.changes - len(found):,} more: connector show {header.id} --csv changes.csv")


def few(ledger: Ledger, header: PlanHeader) -> list[Entry]:
    """The first changes of every rule, those that write a status first; from the first thousands of the plan."""
    by_rule: dict[str, list[Entry]] = {}
    for entry in islice(ledger.changes.each(header.number), LOOKED_AT):
        of_rule = by_rule.setdefault(entry.change.rule, [])
        if len(of_rule) < EACH:
            of_rule.append(entry)
        elif entry.change.field == "status" and (other := _no_status(of_rule)) is not None:
            of_rule[other] = entry
    ordered = sorted(by_rule.values(), key=lambda entries: (_no_status(entries) == 0, entries[0].change.rule))
    return [entry for entries in ordered for entry in entries]


def _no_status(entries: list[Entry]) -> int | None:
    return next((at for at, entry in enumerate(entries) if entry.change.field != "status"), None)


def line(org: OpenOrg, header: PlanHeader) -> str:
    """`plan 3fa9c1 · acme · 18,204 people · 212 changes · CRM untouched`."""
    read = f"read {local(header.synced_at, timezone(org))}"
    untouched = state(org, header)
    people = plural(header.people, "person", "people")
    return f"plan {header.id} · {org.name} · {people} · {plural(header.changes, 'change')} · {read} · {untouched}"


def state(org: OpenOrg, header: PlanHeader) -> str:
    """How far a plan has come: `CRM untouched`, `applied …` or `interrupted, begun …`."""
    if header.started_at is None:
        return "CRM untouched"
    if header.finished_at is None:
        return f"interrupted, begun {local(header.started_at, timezone(org))}"
    return f"applied {local(header.started_at, timezone(org))}"


def outcome_counts(org: OpenOrg, header: PlanHeader) -> dict[str, int]:
    """How many changes are in which state."""
    counts = org.ledger.changes.counts(header.number)
    return {state.name.lower(): count for state, count in counts.by_state.items()}


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


def interrupted(out: Output, org: OpenOrg) -> list[str]:
    """Says which plans were begun and not finished; their ids."""
    plans = org.ledger.plans.unfinished()
    for plan in plans:
        done = outcome_counts(org, plan).get("applied", 0)
        text = f"plan {plan.id} was interrupted: {done:,} of {plan.changes:,} changes are applied"
        out.say(f"warning: {text}; finish it with: connector resume {plan.id}", style="yellow")
    return [plan.id for plan in plans]


def whats_next(org: OpenOrg, header: PlanHeader) -> str:
    """The command that comes next for this plan."""
    if header.bar:
        return f"nothing: {header.bar}"
    if header.finished_at is not None:
        return f"connector undo {header.id} takes it back" if header.changes else "nothing to do"
    if header.started_at is not None:
        return f"connector resume {header.id}"
    if not header.changes:
        return "nothing to do"
    if over_limits(org, header) and not org.ledger.approvals.of(header.number):
        return f"connector approve {header.id} --by NAME --because TEXT, then connector apply {header.id}"
    return f"connector apply {header.id}"


def answer(org: OpenOrg, header: PlanHeader) -> dict[str, Any]:
    """What `plan`, `migrate` and `undo` print with --json."""
    return {
        "plan": header.id,
        "kind": header.kind,
        "people": header.people,
        "changes": header.changes,
        "records": header.records,
        "by_rule": header.by_rule,
        "findings": dict(header.findings),
        "warnings": list(header.warnings),
        "over_limits": [_over(one) for one in over_limits(org, header)],
        "approved": bool(org.ledger.approvals.of(header.number)),
        "api_calls_at_least": org.adapter.calls_for(header.records),
        "next": whats_next(org, header),
    }


def write_csv(path: Path, entries: Iterator[Entry]) -> int:
    """Writes every change with its outcome; answers how many."""
    rows = (
        (c.ref.object, c.ref.id, c.field, c.before or "", c.after or "", c.rule, c.because, outcome(entry))
        for entry in entries
        for c in (entry.change,)
    )
    return write_rows(path, COLUMNS, rows)


def write_rows(path: Path, columns: Sequence[str], rows: Iterator[Sequence[str]]) -> int:
    """Writes a CSV file for its owner only, because it holds CRM data; answers how many rows. Raises BadInput."""
    count = 0
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            for count, row in enumerate(rows, 1):  # noqa: B007 - how many it were
                writer.writerow(row)
    except OSError as error:
        raise BadInput(f"cannot be written: {error.strerror}", where=str(path), next="name another file") from error
    return count


def outcome(entry: Entry) -> str:
    """What became of one change: `applied`, `conflict: …`, `failed: CODE: …`."""
    told = ": ".join(part for part in (entry.code, entry.text) if part)
    name = entry.state.name.lower()
    state = f"{name} and undone" if entry.undone else name
    return f"{state}: {told}" if told else state


def find_plan(org: OpenOrg, word: str) -> PlanHeader:
    """A plan by how its id begins, or `latest`."""
    if word != "latest":
        return org.ledger.plans.find(word)
    newest = org.ledger.plans.latest(1)
    if not newest:
        raise NotFound("there is no plan yet", next="make one with: connector plan")
    return newest[0]


def over_limits(org: OpenOrg, header: PlanHeader) -> list[Excess]:
    """Every limit the plan is over."""
    from connector.plan import limits

    return limits(header, org.policy.file.limits, org.ledger.plans.kinds(header.number))


def timezone(org: OpenOrg) -> str:
    """The org's time zone; UTC until it was read."""
    try:
        return org.reading.org_facts().timezone
    except NotFound:
        return "UTC"


def moment(text: str | None) -> datetime | None:
    """A time given on the command line. Raises BadInput unless it is ISO-8601 with a zone."""
    if text is None:
        return None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} is not a time", where="--now", next="write it like 2026-03-02T09:00:00Z") from error
    if parsed.tzinfo is None:
        raise BadInput(f"{text!r} has no zone", where="--now", next="write it like 2026-03-02T09:00:00Z")
    return parsed.astimezone(UTC).replace(microsecond=0)


def _row(entry: Entry, *, outcomes: bool) -> Sequence[str]:
    change = entry.change
    values = f"{_shown(change.before)} → {_shown(change.after)}"
    row = [change.rule, change.ref.object, change.ref.id, change.field, values, change.because]
    return [*row, outcome(entry)] if outcomes else row


def _shown(value: str | None) -> str:
    return "(empty)" if value is None else value


def _over(one: Excess) -> dict[str, Any]:
    return {"rule": one.rule or None, "changes": one.changes, "records": one.records, "text": one.text}
