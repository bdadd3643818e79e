"""`connector ledger export|import`: all that the ledger knows of an org as a file, and the file into another ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connector.cli.app import Json
from connector.cli.opened import opened
from connector.cli.output import Output, plural

ledger = typer.Typer(
    name="ledger",
    help="Hand out what the ledger knows of an org, or move it to another database.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@ledger.command()
def export(
    context: typer.Context,
    to: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write; with --csv the folder.")],
    csv: Annotated[bool, typer.Option("--csv", help="A CSV file per table, for reading.")] = False,
    json: Json = False,
) -> None:
    """Write everything the ledger knows of the org as JSON lines: runs, plans, changes and outcomes, alerts, holds …

    Reads only, as of one moment, and waits for nobody. The file is readable by you alone: it holds CRM data.
    """
    from connector.store.ledger.copyfile import write_lines, write_tables

    out = Output(json=json)
    org = opened(context)
    copies = org.ledger.copies
    sums = write_tables(copies, to) if csv else write_lines(copies, to, org.now())
    rows = {name: found.rows for name, found in sums.items()}
    out.table(("table", "rows"), [(name, count) for name, count in rows.items() if count])
    out.say(f"{plural(sum(rows.values()), 'row')} written to {to}")
    out.answer({"org": org.name, "path": str(to), "rows": rows, "digests": {n: s.digest for n, s in sums.items()}})


@ledger.command(name="import")
def import_(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What `connector ledger export` wrote.")],
    json: Json = False,
) -> None:
    """Take an export into a ledger that knows nothing of the org yet: how a ledger moves to another database.

    All or nothing. What was taken in is read back and compared with the file.
    """
    from connector.store.ledger.copyfile import read_lines

    out = Output(json=json)
    org = opened(context)
    sums = read_lines(org.ledger.copies, file)
    rows = {name: found.rows for name, found in sums.items()}
    out.table(("table", "rows"), [(name, count) for name, count in rows.items() if count])
    out.say(f"{plural(sum(rows.values()), 'row')} of {org.name} taken into {org.ledger_place}; read back, all the same")
    out.answer({"org": org.name, "rows": rows, "digests": {n: s.digest for n, s in sums.items()}})
