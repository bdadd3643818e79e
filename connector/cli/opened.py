"""What every command starts with: the configuration read, the org chosen, its part of the line ready to open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from connector.cli.app import Choice

if TYPE_CHECKING:
    from connector.openorg import OpenOrg


def opened(context: typer.Context) -> OpenOrg:
    """The org that was chosen. Policy, stores and CRM open when they are first used, and close with the command."""
    from connector.config import read
    from connector.openorg import OpenOrg

    choice: Choice = context.obj
    config = read(choice.config)
    return context.with_resource(OpenOrg(config, config.choose(choice.org)))
