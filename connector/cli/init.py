"""`connector init`: writes a commented connector.toml and a policy to start from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from connector.cli.app import Choice, Json
from connector.cli.output import Output
from connector.errors import ConfigError

T = TypeVar("T")

CONFIG = """\
# connector.toml – which orgs there are and how to log in. Secrets only by reference: env:NAME or file:PATH.
# Every key: docs/configuration.md

[[org]]
name = "{name}"
crm = "{crm}"
url = "{url}"
login = "{login}"
{keys}
policy = "{policy}"
state = "state"                      # ledger and mirror are kept here; back up the ledger
"""

_CERTIFICATE = (
    'tenant = ""                          # the directory (tenant) id\n'
    'client_id = ""                       # the application (client) id\n'
    'key = "file:connector.key"           # private key (PEM)\n'
    'certificate = "file:connector.crt"   # its public certificate (PEM), the one the app registration holds'
)
_SECRET = (
    'tenant = ""                          # the directory (tenant) id\n'
    'client_id = ""                       # the application (client) id\n'
    'client_secret = "env:CONNECTOR_CLIENT_SECRET"'
)
_TOKEN = 'token = "env:CONNECTOR_TOKEN"         # an access token; ends with its session'

KEYS = {
    "salesforce": {
        "jwt": (
            'client_id = ""                       # the app\'s consumer key\n'
            'username = ""                        # the integration user\n'
            'key = "file:connector.key"           # private key (PEM)\n'
            'audience = "https://login.salesforce.com"   # https://test.salesforce.com for a Salesforce sandbox'
        ),
        "client_credentials": (
            'client_id = ""                       # the app\'s consumer key\n'
            'client_secret = "env:CONNECTOR_CLIENT_SECRET"'
        ),
        "refresh_token": (
            'client_id = ""                       # the app\'s consumer key\n'
            '# client_secret = "env:CONNECTOR_CLIENT_SECRET"\n'
            'refresh_token = "file:refresh.token"  # a file, because the org may rotate it'
        ),
        "token": _TOKEN,
    },
    "dynamics": {"certificate": _CERTIFICATE, "client_credentials": _SECRET, "token": _TOKEN},
}
"""What each login needs, by CRM; the first one is the usual one."""
URLS = {"salesforce": "https://yourdomain.my.salesforce.com", "dynamics": "https://yourorg.crm.dynamics.com"}

POLICY = """\
# The policy: how leads move in this firm. `connector policy show --origin` prints all of it.
# Presets to start from: demand-gen, services-firm, simple.
extends = "{preset}"

# The agreed definition of a lead. `connector audit` is red until both have signed.
[definition]
version = ""
# date = 2026-01-31
sales = ""
marketing = ""

# What this org's own values mean (not rewritten) …
[values.lead]
# "Attempting" = "LAL"

# … and retired values with their successor (rewritten).
[remap.lead]
# "Open" = "Inquiry"
"""


def init(
    context: typer.Context,
    crm: Annotated[str, typer.Option(help="Which CRM: salesforce or dynamics.")] = "salesforce",
    url: Annotated[str, typer.Option(help="The org's own address.")] = "",
    login: Annotated[
        str,
        typer.Option(
            help="Salesforce: jwt, client_credentials, refresh_token, token; "
            "Dynamics: certificate, client_credentials, token. [default: the first]"
        ),
    ] = "",
    name: Annotated[str, typer.Option(help="A short name for the org.")] = "main",
    preset: Annotated[str, typer.Option(help="demand-gen, services-firm or simple.")] = "demand-gen",
    write: Annotated[Path | None, typer.Option("--write", help="Where to write. [default: ./connector.toml]")] = None,
    json: Json = False,
) -> None:
    """Write a configuration and a policy to start from. Overwrites nothing."""
    out = Output(json=json)
    choice: Choice = context.obj
    target = write or choice.config
    policy = target.with_name("policy.toml")
    logins = _one_of(crm, KEYS)
    login = login or next(iter(logins))
    keys = _one_of(login, logins)
    config = CONFIG.format(name=name, crm=crm, url=url or URLS[crm], login=login, keys=keys, policy=policy.name)
    written = [_create(target, config)]
    if not policy.exists():
        written.append(_create(policy, POLICY.format(preset=preset)))
    for path in written:
        out.say(f"wrote {path}")
    out.say("next: fill in the empty values, then run: connector check")
    out.answer({"written": [str(path) for path in written]})


def _one_of(choice: str, known: Mapping[str, T]) -> T:
    if choice not in known:
        what = f"{choice!r} is not one of: {', '.join(known)}"
        raise ConfigError(what, where="connector init", next="choose one of these")
    return known[choice]


def _create(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise ConfigError(
            "is already there and is not overwritten", where=str(path), next="name another with --write FILE"
        ) from error
    except OSError as error:
        raise ConfigError(
            f"cannot be written: {error.strerror}", where=str(path), next="choose another folder"
        ) from error
    return path
