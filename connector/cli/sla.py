"""`connector sla`: the board of promises in the terminal. Who waits, how late, with whom; refreshed while one looks.

With `--by` it is the work list instead: see worklist.py.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from connector.cli.app import Json
from connector.cli.opened import opened
from connector.cli.output import Output, local, plural
from connector.cli.times import moment, timezone
from connector.cli.waiting import cells, row, words
from connector.cli.worklist import show
from connector.errors import BadInput

if TYPE_CHECKING:
    from connector.openorg import OpenOrg
    from connector.report.board import Board, Group
    from connector.report.worklist import By, Order

ROWS = 15
"""People listed of each kind."""
GROUPS = 12
"""Owners and sources listed."""

_TITLES = {
    "breached": "breached: promised and not kept",
    "no_clock": "no clock: promised, but nobody can say until when",
    "at_risk": "at risk: the time is nearly gone",
    "backlog": "backlog: from before promises were in force, or since nobody knows when",
}


class Shown(NamedTuple):
    """One table."""

    title: str
    columns: tuple[str, ...]
    rows: list[tuple[object, ...]]


def sla(
    context: typer.Context,
    now: Annotated[str | None, typer.Option("--now", help="As of this time (ISO-8601 with zone), in memory.")] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="The work list instead of the board: by owner, or by manager.")
    ] = None,
    order: Annotated[
        str | None, typer.Option("--order", help="Of the work list: age (longest first, the default) or score.")
    ] = None,
    rows: Annotated[
        int | None,
        typer.Option("--rows", min=0, help="People listed of each kind. [default: 15; all with --json]"),
    ] = None,
    every: Annotated[
        int, typer.Option("--every", min=0, help="Seconds between refreshes on a terminal; 0: once.")
    ] = 10,
    json: Json = False,
) -> None:
    """Show which promises to prospects are at risk, broken or waiting, by owner and source. Reads only the mirror."""
    from connector import run

    out = Output(json=json)
    whose, ordered = _by(by, order)
    org = opened(context)
    if whose is not None:
        show(out, org, whose, ordered, rows, moment(now))
        return
    with out.progress() as progress:
        board = run.sla(org, moment(now), progress)
    if json:
        out.answer(answer(board, rows))
    elif now is None and every and sys.stdout.isatty() and sys.stdin.isatty():
        _live(out, org, board, ROWS if rows is None else rows, every)
    else:
        _print(out, org, board, ROWS if rows is None else rows)


def _by(by: str | None, order: str | None) -> tuple[By | None, Order]:
    from connector.report.worklist import By, Order

    for option, given, known in (("--by", by, By), ("--order", order, Order)):
        if given is not None and given not in list(known):
            raise BadInput(f"{given!r} is none of them", where=option, next=f"write one of {', '.join(known)}")
    if order is not None and by is None:
        raise BadInput("the board has an order of its own", where="--order", next="add --by owner or --by manager")
    return By(by) if by is not None else None, Order(order) if order is not None else Order.AGE


def _print(out: Output, org: OpenOrg, board: Board, rows: int) -> None:
    zone = timezone(org)
    for line in _heading(org, board, zone):
        out.say(line)
    for shown in tables(board, zone, rows):
        out.table(shown.columns, shown.rows, title=shown.title)
    if not any(board.counts.values()):
        out.say("nobody waits for anything that was promised")


def _live(out: Output, org: OpenOrg, board: Board, rows: int, every: int) -> None:
    """Shows the board until Ctrl-C; that ends it in peace, nothing was being done."""
    from rich.console import Group as Stack
    from rich.live import Live
    from rich.text import Text

    from connector import run

    zone = timezone(org)

    def drawn(board: Board) -> Stack:
        lines = [Text(line) for line in _heading(org, board, zone)]
        lines.append(Text(f"refreshed every {plural(every, 'second')}; Ctrl-C ends", style="dim"))
        drawings = [out.drawn(shown.columns, shown.rows, title=shown.title) for shown in tables(board, zone, rows)]
        return Stack(*lines, *drawings)

    try:
        with Live(drawn(board), console=out.console, screen=True, auto_refresh=False) as live:
            while True:
                live.refresh()
                time.sleep(every)
                live.update(drawn(run.sla(org)))
    except KeyboardInterrupt:
        _print(out, org, board, rows)


def _heading(org: OpenOrg, board: Board, zone: str) -> Iterator[str]:
    counts = board.counts
    yield f"{org.name} as of {local(board.as_of, zone)}"
    yield (
        f"{plural(counts['breached'], 'promise')} breached, {counts['at_risk']:,} at risk, "
        f"{counts['running']:,} with time to spare, {counts['backlog']:,} in the backlog"
    )
    if board.in_force_since is None:
        yield (
            "promises are not in force yet: this is a preview, and nobody is told. They are from the first apply on, "
            "or from [sla] effective_from"
        )
    else:
        yield f"promises are in force since {local(board.in_force_since, zone)}"


def tables(board: Board, zone: str, most: int) -> Iterator[Shown]:
    """Everything below the heading."""
    for name, title in _TITLES.items():
        waiting = board.lists[name]
        if not waiting:
            continue
        if len(waiting) > most:
            title += f" (the first {most:,} of {len(waiting):,})"
        lines = [cells(one, board.as_of, zone) for one in waiting[:most]]
        yield Shown(title, ("person", "record", "owner", "status", "promise", "due", ""), lines)
    for title, groups in (("owner", board.by_owner), ("source", board.by_source)):
        pressing = [group for group in groups if any(group.counts[name] for name in _TITLES)]
        if pressing:
            kinds = [name for name in _TITLES if name != "no_clock" or board.counts[name]]
            columns = (title, *map(words, kinds), "earliest due")
            yield Shown(f"by {title}", columns, _grouped(pressing, kinds, zone))


def _grouped(groups: list[Group], kinds: list[str], zone: str) -> list[tuple[object, ...]]:
    return [
        (group.name, *(group.counts[name] for name in kinds), local(group.earliest, zone)) for group in groups[:GROUPS]
    ]


def answer(board: Board, most: int | None = None) -> dict[str, Any]:
    """The board for machines: everybody who waits (of each kind the first few), but for those with time to spare."""
    return {
        "as_of": board.as_of,
        "in_force_since": board.in_force_since,
        "counts": board.counts,
        **{name: [row(one) for one in waiting[:most]] for name, waiting in board.lists.items()},
        "by_owner": [{"owner": group.name, **group.counts, "earliest_due": group.earliest} for group in board.by_owner],
        "by_source": [
            {"source": group.name, **group.counts, "earliest_due": group.earliest} for group in board.by_source
        ],
    }
