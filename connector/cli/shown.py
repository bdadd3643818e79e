"""A plan, shown: its changes, counts and findings for people, the same for --json, and every change as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.cli.csvfile import write_rows
from connector.cli.output import Output, local, plural
from connector.cli.times import timezone

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

KINDS = 15
"""How many kinds of changes."""

MIGRATED = {"unmapped_value": "the value is in neither the file nor a status of the policy, and stays as it is"}

COLUMNS = ("object", "id", "field", "before", "after", "rule", "because", "outcome")


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


def outcome(entry: Entry) -> str:
    """What became of one change: `applied`, `conflict: …`, `failed: CODE: …`."""
    told = ": ".join(part for part in (entry.code, entry.text) if part)
    name = entry.state.name.lower()
    state = f"{name} and undone" if entry.undone else name
    return f"{state}: {told}" if told else state


def over_limits(org: OpenOrg, header: PlanHeader) -> list[Excess]:
    """Every limit the plan is over."""
    from connector.plan import limits

    return limits(header, org.policy.file.limits, org.ledger.plans.kinds(header.number))


def _row(entry: Entry, *, outcomes: bool) -> Sequence[str]:
    change = entry.change
    values = f"{_shown(change.before)} → {_shown(change.after)}"
    row = [change.rule, change.ref.object, change.ref.id, change.field, values, change.because]
    return [*row, outcome(entry)] if outcomes else row


def _shown(value: str | None) -> str:
    return "(empty)" if value is None else value


def _over(one: Excess) -> dict[str, Any]:
    return {"rule": one.rule or None, "changes": one.changes, "records": one.records, "text": one.text}
