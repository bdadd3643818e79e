"""What people and machines see: one JSON object with --json, else tables and plain lines; errors in three parts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from connector.errors import ConnectorError
from connector.secrets import hidden
from connector.words import local as local
from connector.words import number as number
from connector.words import plural as plural

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from connector.run import Progress

PIPED = 140
"""Columns of a line where output is no terminal."""


IDS = frozenset({"id", "record", "plan"})
"""Columns that hold ids."""


class Output:
    """Where a command's answer goes. With `json`, standard output gets exactly one JSON object and nothing else."""

    def __init__(self, *, json: bool) -> None:
        self.json = json
        self._console: Console | None = None

    @property
    def console(self) -> Console:
        """For people: standard output, or standard error where JSON owns standard output."""
        if self._console is None:
            from rich.console import Console

            width = None if sys.stdout.isatty() else PIPED
            self._console = Console(stderr=self.json, highlight=False, width=width, soft_wrap=width is not None)
        return self._console

    def say(self, text: str = "", *, style: str | None = None) -> None:
        """A line for people; nothing with --json."""
        if not self.json:
            self.console.print(hidden(text), style=style, markup=False)

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> None:
        """A table for people. Whole numbers are set to the right; None is shown as –."""
        if not self.json:
            self.console.print(self.drawn(columns, rows, title=title), markup=False)

    def drawn(self, columns: Sequence[str], rows: Sequence[Sequence[object]], *, title: str = "") -> Table:
        """A table to be printed, or shown live."""
        from rich import box
        from rich.table import Table
        from rich.text import Text

        table = Table(box=box.SIMPLE_HEAD, title=title or None, title_justify="left", pad_edge=False)
        for index, column in enumerate(columns):
            numbers = rows and all(isinstance(row[index], int) or row[index] is None for row in rows)
            whole = column in IDS  # an id in two pieces cannot be copied: the other columns give way
            table.add_column(column, justify="right" if numbers else "left", overflow="fold", no_wrap=whole)
        for row in rows:
            table.add_row(*(Text(hidden(_cell(value))) for value in row))
        return table

    def answer(self, answer: Mapping[str, Any]) -> None:
        """The one JSON object; nothing without --json."""
        if self.json:
            sys.stdout.write(json.dumps(answer, default=_plain, ensure_ascii=False) + "\n")
            sys.stdout.flush()

    def error(self, error: ConnectorError) -> None:
        """What went wrong, where, and what to do next."""
        what, place, todo = hidden(error.what), hidden(error.where), hidden(error.next)
        if self.json:
            self.answer({"error": {"what": what, "where": place, "next": todo}})
        where = f"{place}: " if place else ""
        print(f"error: {where}{what}", file=sys.stderr)
        if todo:
            print(f"  next: {todo}", file=sys.stderr)

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """A progress bar on a terminal; silence otherwise."""
        if self.json or not sys.stderr.isatty():
            yield lambda what, done, total: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
            tasks: dict[str, Any] = {}

            def step(what: str, done: int, total: int | None) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=total)
                bars.update(tasks[what], completed=done, total=total)

            yield step


def _cell(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _plain(value: object) -> Any:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return list(value)
    return str(value)
