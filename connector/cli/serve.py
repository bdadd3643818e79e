"""`connector serve`: everything by the clock, for all orgs of the configuration."""

from __future__ import annotations

import typer

from connector.cli.app import Choice, Json
from connector.cli.output import Output
from connector.errors import BadInput


def serve(context: typer.Context, json: Json = False) -> None:
    """Run until stopped: sync, alerts, the night's pass and the weekly comparison of every org, each at its time."""
    from connector.daemon.serve import Daemon

    choice: Choice = context.obj
    if choice.org is not None:
        todo = "leave --org out, or give that org a connector.toml of its own"
        raise BadInput("serve is for all orgs of the configuration", where="connector serve --org", next=todo)
    out = Output(json=json)
    Daemon(choice.config, told=lambda address: out.answer({"address": address})).run()
