"""`connector sla --by owner|manager`: the work list. For each of them who waits, longest first, and their score."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from connector.cli.output import Output, local
from connector.cli.times import timezone
from connector.cli.waiting import cells, row, words

if TYPE_CHECKING:
    from connector.openorg import OpenOrg
    from connector.report.worklist import By, Order, Someones, Waiter, WorkList

ROWS = 15
"""People listed of each kind of each list."""


def show(out: Output, org: OpenOrg, by: By, order: Order, rows: int | None, as_of: datetime | None) -> None:
    """The lists on the screen, or as JSON."""
    from connector import run

    most = ROWS if rows is None and not out.json else rows
    with out.progress() as progress:
        found = run.work_list(org, by, order, most, as_of, progress)
    out.answer(answer(found))
    if out.json:
        return
    zone = timezone(org)
    for text in _heading(org.name, found, zone):
        out.say(text)
    for one in found.lists:
        out.table(_columns(found), list(lines(one, found, zone)), title=title(one, found))
        for text in _more(one):
            out.say(text)


def _heading(org: str, found: WorkList, zone: str) -> Iterator[str]:
    order = "longest first" if found.order == "age" else "by score, then longest first"
    yield f"{org} as of {local(found.as_of, zone)}: who waits, by {found.by}, {order}"
    if not found.lists:
        yield "nobody waits for anything that was promised"
    elif found.in_force_since is None:
        yield "promises are not in force yet: this is a preview, and nobody is told"


def title(one: Someones, found: WorkList) -> str:
    """`Jo: 3 breached, 1 at risk · manager: Pat`."""
    counts = ", ".join(f"{count:,} {_kind(kind)}" for kind, count in one.counts.items() if count)
    whose = f" · manager: {one.manager}" if found.by == "owner" else ""
    if found.by == "manager" and not one.id:
        whose = " · owners without a manager in the CRM, and people without an owner"
    return f"{one.name}: {counts}{whose}"


def _columns(found: WorkList) -> tuple[str, ...]:
    owner = ("owner",) if found.by == "manager" else ()
    return ("", "waits since", "person", "record", *owner, "score", "status", "promise", "")


def lines(one: Someones, found: WorkList, zone: str) -> Iterator[tuple[object, ...]]:
    """A row for each person, in the order of the list."""
    for kind, people in one.people.items():
        for waiter in people:
            name, record, owner, status, promise, _, left = cells(waiter.one, found.as_of, zone)
            whose = (owner or "(nobody)",) if found.by == "manager" else ()
            promise = ", ".join((str(promise), *map(words, waiter.also)))
            score = f"{waiter.one.score:g}" if waiter.one.score is not None else None
            yield _kind(kind), _since(waiter, zone), name, record, *whose, score, status, promise, left


def _since(waiter: Waiter, zone: str) -> str:
    return ("" if waiter.one.promise.since else "≥ ") + local(waiter.since, zone)


def _more(one: Someones) -> Iterator[str]:
    more = [f"{one.more(kind):,} {_kind(kind)}" for kind in one.counts if one.more(kind)]
    if more:
        yield f"… and {', '.join(more)} more: --rows lists more of each kind"


def _kind(kind: str) -> str:
    return "time to spare" if kind == "running" else words(kind)


def answer(found: WorkList) -> dict[str, Any]:
    """The lists for machines; `counts` are people, each once."""
    return {
        "as_of": found.as_of,
        "in_force_since": found.in_force_since,
        "by": found.by,
        "order": found.order,
        "counts": found.counts,
        "lists": [
            {
                found.by: one.name,
                f"{found.by}_id": one.id or None,
                **({"manager": one.manager} if found.by == "owner" else {}),
                "counts": one.counts,
                **{kind: [_row(waiter) for waiter in people] for kind, people in one.people.items()},
            }
            for one in found.lists
        ],
    }


def _row(waiter: Waiter) -> dict[str, Any]:
    return {**row(waiter.one), "owner_id": waiter.one.owner_id or None, "score": waiter.one.score, "also": waiter.also}
