"""`connector policy diff` and `unlock-bar`: what other points would do, and moving the bar with two names."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from connector.cli.app import Json
from connector.cli.csvfile import write_rows
from connector.cli.opened import opened
from connector.cli.output import Output, plural
from connector.cli.times import moment

if TYPE_CHECKING:
    from connector.report.whatif import Difference, Scored

SHOWN = 12
"""People of each kind on a screen."""

NOW = typer.Option("--now", help="Judge as of this time (ISO-8601 with zone).")


def diff(
    context: typer.Context,
    policy: Annotated[str, typer.Argument(metavar="POLICY", help="A policy file, or the name of a preset.")],
    other: Annotated[str | None, typer.Argument(metavar="[OTHER]", help="Compare POLICY with this one.")] = None,
    now: Annotated[str | None, NOW] = None,
    to: Annotated[Path | None, typer.Option("--csv", help="Write who would cross, or stop, to this file.")] = None,
    json: Json = False,
) -> None:
    """What another policy would do: who would cross the bar, who would stop, and how plans differ. Asks no CRM.

    With one POLICY, the policy in force is compared with it; with two, the first with the second.
    """
    from connector.report.whatif import EXAMPLES, compare

    out = Output(json=json)
    org = opened(context)
    before = org.another_policy(policy) if other is not None else org.loaded
    after = org.another_policy(other if other is not None else policy)
    keep = EXAMPLES if to is None else sys.maxsize
    found = compare(org.reading, org.ledger, before, after, moment(now) or org.now(), keep=keep)
    one, two = (policy, other) if other is not None else ("in force", policy)
    _crossing(out, found, one, two)
    _plans(out, found, one, two)
    if to is not None:
        written = write_rows(to, ("object", "id", "name", "status", "crosses", "before", "after"), _rows(found))
        out.say(f"wrote {plural(written, 'person', 'people')} to {to}")
    out.answer(_answer(found, one, two))


def _crossing(out: Output, found: Difference, one: str, two: str) -> None:
    out.say(f"of {plural(found.people, 'person', 'people')}, {found.of[0]:,} reach the bar by {one!r}", style="bold")
    out.say(f"and {found.of[1]:,} by {two!r}: {found.crosses:,} would cross, {found.stops:,} would not any more")
    if found.not_available:
        out.say(found.not_available)
    for title, some in (("would cross", found.crossing), ("would not cross any more", found.stopping)):
        rows = [(p.ref.object, p.ref.id, p.name, p.status or "", round(p.before), round(p.after)) for p in some[:SHOWN]]
        if rows:
            out.table(("object", "id", "name", "status", "before", "after"), rows, title=title)


def _plans(out: Output, found: Difference, one: str, two: str) -> None:
    changed = [(rule, first, second) for rule, (first, second) in found.changes.items() if first != second]
    if changed:
        out.table(("rule", one, two), changed, title="changes planned, where they differ in number")
    if found.statuses:
        rows = [(now or "(empty)", first, second, n) for (now, first, second), n in found.statuses.most_common(SHOWN)]
        out.table(("status", one, two, "records"), rows, title="statuses that would be given differently")
    findings = [(name, first, second) for name, (first, second) in found.findings.items() if first != second]
    if findings:
        out.table(("finding", one, two), findings)
    same = found.records["same"]
    differing = sum(found.records.values()) - same
    out.say(f"{plural(differing, 'record')} would be corrected differently, {same:,} the same")


def _rows(found: Difference) -> Iterator[Sequence[str]]:
    for crosses, some in (("would", found.crossing), ("not any more", found.stopping)):
        for one in some:
            points = (f"{one.before:g}", f"{one.after:g}")
            yield one.ref.object, one.ref.id, one.name, one.status or "", crosses, *points


def _answer(found: Difference, one: str, two: str) -> dict[str, Any]:
    return {
        "before": one,
        "after": two,
        "people": found.people,
        "reach": {"before": found.of[0], "after": found.of[1]},
        "would_cross": found.crosses,
        "would_stop": found.stops,
        "crossing": [_person(one) for one in found.crossing],
        "stopping": [_person(one) for one in found.stopping],
        "by_rule": {rule: {"before": b, "after": a} for rule, (b, a) in found.changes.items()},
        "findings": {name: {"before": b, "after": a} for name, (b, a) in found.findings.items()},
        "records": dict(found.records),
        "not_available": {"crossing": found.not_available} if found.not_available else {},
        "statuses": [
            {"status": now, "before": b, "after": a, "records": n} for (now, b, a), n in found.statuses.most_common()
        ],
    }


def _person(one: Scored) -> dict[str, Any]:
    return {
        "object": one.ref.object,
        "id": one.ref.id,
        "name": one.name,
        "status": one.status,
        "before": one.before,
        "after": one.after,
    }


def unlock_bar(
    context: typer.Context,
    to: Annotated[int, typer.Option("--to", min=1, help="The bar that is allowed from now on.")],
    by: Annotated[list[str], typer.Option("--by", help="Who allows it; two different people, so give it twice.")],
    because: Annotated[str, typer.Option("--because", help="Why the points could not be moved instead.")],
    json: Json = False,
) -> None:
    """Allow another bar of the score than 100. Needs two names and a reason; both are kept for ever."""
    from connector.errors import BadInput
    from connector.policy.wording import fold

    out = Output(json=json)
    names = [name.strip() for name in by]
    command = f'connector policy unlock-bar --to {to} --by NAME --by NAME --because "…"'
    if len({fold(name) for name in names if name}) != 2 or len(names) != 2:
        raise BadInput("the bar is moved by two different people", where="--by", next=command)
    if not because.strip():
        raise BadInput("moving the bar needs a reason", where="--because", next=command)
    moved = opened(context).made_ledger.bars.unlock(to, names[0], names[1], because.strip())
    out.say(f"{moved.by} and {moved.second} moved the bar of the score to {moved.bar}: {moved.because}")
    out.say(
        f"next: write [score] bar = {to} into a copy of the policy, see who would cross: connector policy diff COPY; "
        "then adopt it"
    )
    out.answer({"bar": moved.bar, "by": [moved.by, moved.second], "because": moved.because, "at": moved.at})
