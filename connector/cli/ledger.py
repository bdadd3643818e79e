"""`connector ledger export|import|prune`: all that the ledger knows of an org as a file, and back; what is spent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.app import Json
from connector.cli.opened import opened
from connector.cli.output import Output, plural

if TYPE_CHECKING:
    from connector.retentionconfig import RetentionConfig
    from connector.store.ledger import Spent

ledger = typer.Typer(
    name="ledger",
    help="Hand out what the ledger knows of an org, move it to another database, or clear away what is spent.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@ledger.command()
def export(
    context: typer.Context,
    to: Annotated[Path, typer.Argument(metavar="PATH", help="The file to write; with --csv the folder.")],
    csv: Annotated[bool, typer.Option("--csv", help="A CSV file per table, for reading.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is already there.")] = False,
    json: Json = False,
) -> None:
    """Write everything the ledger knows of the org as JSON lines: runs, plans, changes and outcomes, alerts, holds …

    Reads only, as of one moment, and waits for nobody. The file is readable by you alone: it holds CRM data.
    """
    from connector.store.ledger.copyfile import write_lines, write_tables

    out = Output(json=json)
    org = opened(context)
    copies = org.ledger.copies
    sums = write_tables(copies, to, force=force) if csv else write_lines(copies, to, org.now(), force=force)
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
    sums = read_lines(org.any_ledger.copies, file)
    rows = {name: found.rows for name, found in sums.items()}
    out.table(("table", "rows"), [(name, count) for name, count in rows.items() if count])
    out.say(f"{plural(sum(rows.values()), 'row')} of {org.name} taken into {org.ledger_place}; read back, all the same")
    out.answer({"org": org.name, "rows": rows, "digests": {n: s.digest for n, s in sums.items()}})


@ledger.command()
def prune(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Clear it away; without it you are only told.")] = False,
    json: Json = False,
) -> None:
    """Clear away what nothing depends on any more, by [org.retention]; without --yes only say what that is.

    Never what was written to the CRM, approvals, holds, or which alerts were told. Every night does the same.
    """
    from msgspec.structs import asdict

    from connector import retention

    out = Output(json=json)
    org = opened(context)
    found = retention.clear(org) if yes else retention.spent(org)
    freed = org.ledger.retention.shrink() if yes and found.any else None
    out.table(("what", "how many", "kept for"), _spent(found, org.config.retention))
    if not found.any:
        out.say("nothing is old enough")
    elif not yes:
        out.say("nothing was cleared away yet; to do it: connector ledger prune --yes")
    elif freed is not None:
        out.say(f"cleared away; the file is {freed / 1_000_000:,.1f} MB smaller")
    else:
        out.say("cleared away; the space is used again")
    out.answer({"org": org.name, "cleared": yes, **asdict(found), "bytes_freed": freed})


def _spent(found: Spent, keep: RetentionConfig) -> list[tuple[str, int, str]]:
    return [
        (f"changes of {plural(found.plans, 'plan')} never applied", found.changes, _days(keep.plans)),
        ("texts of alerts", found.alerts, _days(keep.alerts)),
        ("nights", found.nights, _days(keep.nights)),
        ("commands that were at work", found.runs, _days(keep.runs)),
    ]


def _days(days: int) -> str:
    return plural(days, "day") if days else "ever"
