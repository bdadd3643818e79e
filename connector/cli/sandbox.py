"""`connector sandbox`: a local CRM over the real wire protocol, to try the product, a policy or a test on."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from connector.cli.app import Json
from connector.cli.output import Output
from connector.errors import BadInput


def sandbox(
    crm: Annotated[str, typer.Argument(metavar="CRM", help="salesforce or dynamics")] = "salesforce",
    port: Annotated[int, typer.Option(help="Port for http on this machine; 0 takes a free one.")] = 8401,
    https_port: Annotated[int, typer.Option(help="Port for https; 0 takes a free one.")] = 0,
    data: Annotated[Path | None, typer.Option(help="Folder of CSV files, one per object, to load instead.")] = None,
    people: Annotated[int, typer.Option(min=1, help="How many people the sample org has.")] = 5_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same sample org.")] = 7,
    faults: Annotated[Path | None, typer.Option(help="A file of faults to inject; see docs/sandbox.md.")] = None,
    write: Annotated[Path | None, typer.Option(help="Write a ready connector.toml here.")] = None,
    json: Json = False,
) -> None:
    """Serve a local CRM until stopped with Ctrl-C. Only this machine can reach it; nothing in it is real."""
    try:
        from connector.sandbox.serve import serve
    except ModuleNotFoundError as error:
        raise BadInput(
            f"the sandbox needs {error.name}, which is not installed",
            where="connector sandbox",
            next="install it with: pip install 'connector[sandbox]'",
        ) from error
    out = Output(json=json)

    def announce(told: dict[str, Any]) -> None:
        Output(json=json or not sys.stdout.isatty()).answer(told)
        out.say(f"a local {crm} org at {told['url']} and {told['https_url']} (CA certificate: {told['ca_file']})")
        out.say(f"access token: {told['token']}")
        if told["config"]:
            out.say(f"wrote {told['config']}; next, in another terminal: connector --config {told['config']} sync")
        for line in told.get("planted_text") or ():
            out.say(line)
        out.say("Ctrl-C stops it.")

    serve(
        crm,
        port=port,
        https_port=https_port,
        data=data,
        people=people,
        seed=seed,
        faults=faults,
        write=write,
        announce=announce,
    )
