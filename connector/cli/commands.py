"""All commands, in the order `--help` lists them."""

from __future__ import annotations

from connector.cli.alerts import alerts
from connector.cli.app import app, heeding
from connector.cli.applying import apply, resume, undo
from connector.cli.audit import audit
from connector.cli.check import check
from connector.cli.demo import demo
from connector.cli.explain import explain
from connector.cli.init import init
from connector.cli.ledger import ledger
from connector.cli.migrate import migrate
from connector.cli.night import run, status
from connector.cli.plans import approve, plan, show
from connector.cli.policy import policy
from connector.cli.rules import rules
from connector.cli.sandbox import sandbox
from connector.cli.schema import schema
from connector.cli.serve import serve
from connector.cli.sla import sla
from connector.cli.sync import sync

COMMANDS = (
    init,
    check,
    sync,
    audit,
    plan,
    show,
    approve,
    apply,
    resume,
    undo,
    explain,
    migrate,
    alerts,
    sla,
    run,
    serve,
    status,
    rules,
    sandbox,
    demo,
)


def register() -> None:
    """Puts every command on the application, once."""
    if app.registered_commands:
        return
    for command in COMMANDS:
        app.command()(heeding(command))
    for group in (policy, schema, ledger):
        for info in group.registered_commands:
            if info.callback is not None:
                info.callback = heeding(info.callback)
        app.add_typer(group)
