"""What every command starts with: the configuration read, the org chosen, its part of the line opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from connector.cli.app import Choice

if TYPE_CHECKING:
    from connector.run import Run


def opened(context: typer.Context) -> Run:
    """The run of the org that was chosen. Opens nothing yet: policy, stores and CRM open when they are first used."""
    from connector.config import read
    from connector.run import Run

    choice: Choice = context.obj
    config = read(choice.config)
    return Run(config, config.choose(choice.org))
