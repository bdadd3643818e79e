"""The `connector` application: options before the command, the commands themselves, and errors turned into exit codes.

Command files are imported by `commands`; each is thin: it parses, calls the line in `connector.run`, and prints.
Heavy libraries are imported inside the commands, so that `connector --help` is instant.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer

from connector import __version__
from connector.cli.output import Output
from connector.errors import Abort, BadInput, ConnectorError

app = typer.Typer(
    name="connector",
    help="Finds leads and contacts that drifted from the agreed process in your CRM, shows what it would correct "
    "and why, corrects it when you say so, and can undo it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
"""The option every command has."""


class Choice:
    """What stood before the command: which configuration, which org."""

    def __init__(self, config: Path, org: str | None) -> None:
        self.config = config
        self.org = org


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"connector {__version__}")
        raise typer.Exit


@app.callback()
def _choose(
    context: typer.Context,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="The configuration. [default: ./connector.toml, or CONNECTOR_CONFIG]"),
    ] = None,
    org: Annotated[str | None, typer.Option("--org", help="Which org, if the configuration holds several.")] = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    context.obj = Choice(config or Path(os.environ.get("CONNECTOR_CONFIG") or "connector.toml"), org)


class Interrupted(Exception):
    """Ctrl-C or SIGTERM. At a KeyboardInterrupt Typer would end in silence, so commands turn it into this."""


def heeding(command: Callable[..., None]) -> Callable[..., None]:
    """The same command; being interrupted is told."""

    @wraps(command)
    def heeded(*args: Any, **options: Any) -> None:
        try:
            command(*args, **options)
        except KeyboardInterrupt:
            raise Interrupted from None

    return heeded


class Ends(Exception):
    """A command ends with an exit code other than 0, everything already said."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def run(arguments: Sequence[str]) -> int:
    """Runs one command line; answers the exit code. Our own errors are told in three parts, never as a traceback."""
    from connector.cli import commands

    commands.register()
    json = "--json" in arguments
    try:
        ended = app(args=list(arguments), prog_name="connector", standalone_mode=not json)
    except Ends as end:
        return end.code
    except ConnectorError as error:
        Output(json=json).error(error)
        return error.exit_code
    except _WRONG_LINE as error:  # only with --json; else Typer tells people itself and ends by SystemExit
        Output(json=True).error(_wrong_line(error))
        return 1
    except (Interrupted, KeyboardInterrupt):
        stopped = Abort(
            "stopped before its end; what was carried out is written down, and nothing is lost",
            next="a plan that was being applied is finished by: connector resume",
        )
        Output(json=json).error(stopped)
        return 1
    except BrokenPipeError:
        return 1
    except SystemExit as end:  # how Typer ends: 2 is a wrong command line, which is an error like any other
        return 1 if end.code not in (0, None) else 0
    return 1 if ended else 0


_WRONG_LINE: type[Exception] = typer.BadParameter.__mro__[2]
"""What Typer raises for a command line that it cannot read; it has no public name for it."""


def _wrong_line(error: Any) -> BadInput:
    """A wrong option, a missing argument or an unknown command as an error of ours."""
    command = error.ctx.command_path if getattr(error, "ctx", None) else "connector"
    return BadInput(error.format_message(), where=command, next=f"see: {command} --help")
