"""`connector sync`: read what changed in the CRM into the local mirror."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.cli.app import Json
from connector.cli.opened import opened
from connector.cli.output import Output, plural
from connector.cli.shown import interrupted
from connector.errors import BadInput


def sync(
    context: typer.Context,
    full: Annotated[bool, typer.Option("--full", help="Read everything again and compare.")] = False,
    reconcile: Annotated[bool, typer.Option("--reconcile", help="Also compare all ids with the CRM.")] = False,
    json: Json = False,
) -> None:
    """Read what changed in the CRM into the local mirror; the first time, everything. Writes nothing to the CRM."""
    from connector import run
    from connector.sync import How

    if full and reconcile:
        raise BadInput("--full and --reconcile exclude each other", where="connector sync", next="choose one")
    out = Output(json=json)
    org = opened(context)
    how = How.FULL if full else How.RECONCILE if reconcile else How.CHANGES
    with out.progress() as progress:
        done = run.sync(org, how, progress)
    rows = [(table, count, "all" if table in done.in_full else "what changed") for table, count in done.read.items()]
    out.table(("table", "rows read", ""), rows)
    for warning in done.warnings:
        out.say(f"note: {warning}", style="yellow")
    out.say(f"{org.name}: {plural(done.api_calls, 'API call')}; {plural(done.marked, 'person', 'people')} to judge")
    unfinished = interrupted(out, org)
    out.say("next: connector audit, or connector plan")
    out.answer(
        {
            "read": done.read,
            "api_calls": done.api_calls,
            "in_full": list(done.in_full),
            "to_judge": done.marked,
            "warnings": list(done.warnings),
            "interrupted": unfinished,
        }
    )
