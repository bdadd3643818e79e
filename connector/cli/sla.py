"""`connector sla`: the board of promises in the terminal. Who waits, how late, with whom; refreshed while one looks."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from connector.cli.app import Json
from connector.cli.opened import opened
from connector.cli.output import Output, local, plural
from connector.cli.times import moment, timezone

if TYPE_CHECKING:
    from connector.model import Waiting
    from connector.openorg import OpenOrg
    from connector.report.board import Board, Group

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
    rows: Annotated[int, typer.Option("--rows", min=0, help="People listed of each kind.")] = ROWS,
    every: Annotated[
        int, typer.Option("--every", min=0, help="Seconds between refreshes on a terminal; 0: once.")
    ] = 10,
    json: Json = False,
) -> None:
    """Show which promises to prospects are at risk, broken or waiting, by owner and source. Reads only the mirror."""
    from connector import run

    out = Output(json=json)
    org = opened(context)
    with out.progress() as progress:
        board = run.sla(org, moment(now), progress)
    if json:
        out.answer(answer(board))
    elif now is None and every and sys.stdout.isatty() and sys.stdin.isatty():
        _live(out, org, board, rows, every)
    else:
        _print(out, org, board, rows)


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
        lines = [_line(one, board, zone) for one in waiting[:most]]
        yield Shown(title, ("person", "record", "owner", "status", "promise", "due", ""), lines)
    for title, groups in (("owner", board.by_owner), ("source", board.by_source)):
        pressing = [group for group in groups if any(group.counts[name] for name in _TITLES)]
        if pressing:
            kinds = [name for name in _TITLES if name != "no_clock" or board.counts[name]]
            columns = (title, *map(_words, kinds), "earliest due")
            yield Shown(f"by {title}", columns, _grouped(pressing, kinds, zone))


def _line(one: Waiting, board: Board, zone: str) -> tuple[object, ...]:
    promise = one.promise
    name = ", ".join(part for part in (one.name, one.company) if part) or "(no name)"
    due, left = local(promise.due_at, zone), _left(promise.due_at, board.as_of)
    if promise.due_at is None:
        due = f"since {local(promise.since, zone)}" if promise.since else f"since ≥ {local(promise.at_least, zone)}"
    return name, one.ref.id, one.owner, promise.status, _words(promise.name), due, left


def _left(due: datetime | None, now: datetime) -> str:
    """By the wall clock, also where the promise counts business hours: that is how long somebody has to act."""
    if due is None:
        return ""
    return f"{span(now - due)} late" if now >= due else f"{span(due - now)} left"


def span(length: timedelta) -> str:
    """`3 d 4 h`, `5 h 12 min`, `7 min`."""
    minutes = int(length.total_seconds()) // 60
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _grouped(groups: list[Group], kinds: list[str], zone: str) -> list[tuple[object, ...]]:
    return [
        (group.name, *(group.counts[name] for name in kinds), local(group.earliest, zone)) for group in groups[:GROUPS]
    ]


def _words(name: str) -> str:
    return name.replace("_", " ")


def answer(board: Board) -> dict[str, Any]:
    """The board for machines: everybody who waits, but for those with time to spare."""
    return {
        "as_of": board.as_of,
        "in_force_since": board.in_force_since,
        "counts": board.counts,
        **{name: [_row(one) for one in waiting] for name, waiting in board.lists.items()},
        "by_owner": [{"owner": group.name, **group.counts, "earliest_due": group.earliest} for group in board.by_owner],
        "by_source": [
            {"source": group.name, **group.counts, "earliest_due": group.earliest} for group in board.by_source
        ],
    }


def _row(one: Waiting) -> dict[str, Any]:
    promise = one.promise
    return {
        "object": one.ref.object,
        "person": one.ref.id,
        "name": one.name,
        "company": one.company,
        "owner": one.owner,
        "source": one.source,
        "promise": promise.name,
        "stay": promise.of,
        "status": promise.status,
        "since": promise.since,
        "since_is_estimate": promise.is_estimate,
        "at_least_since": promise.at_least,
        "due_at": promise.due_at,
        "clock": promise.clock,
    }
