"""`connector migrate`: a one-off remap of retired status values, as a plan like any other."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from connector.cli.app import Json
from connector.cli.opened import opened
from connector.cli.output import Output
from connector.cli.schema import named, used
from connector.cli.shown import ROWS, answer, summary


def migrate(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with the columns from,to – or TOML.")],
    json: Json = False,
) -> None:
    """Plan the replacement of old status values from a file of two columns. Writes nothing to the CRM."""
    from connector import provision, run

    out = Output(json=json)
    org = opened(context)
    header = run.migrate(org, file)
    summary(out, org, header, rows=ROWS)
    uses = provision.named(org, header)
    named(out, uses)
    out.answer({**answer(org, header), "uses": used(uses)})
