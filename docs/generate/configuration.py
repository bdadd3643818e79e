"""docs/configuration.md: every key of connector.toml, from the model that reads it."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from connector.alertconfig import AlertsConfig, ChatConfig, MailConfig, QuietConfig, TaskConfig
from connector.config import ELSEWHERE, LOGINS, SECRETS, OrgConfig
from connector.retentionconfig import RetentionConfig
from connector.scheduleconfig import ScheduleConfig, ServeConfig

PAGE = "configuration.md"

_INTRO = """\
# connector.toml

Generated from the model that reads it; do not edit. `connector init` writes a commented file to start from.

One file may hold several orgs: one `[[org]]` table each; `connector --org NAME …` says which. Paths are relative to the
file. `[policy]` tables in it stand above every policy file (see [policy.md](policy.md)).

Secrets are only given by reference: `"env:NAME"` is an environment variable, `"file:PATH"` a file that only you should
be able to read. A secret written into the file is refused. `http://` is only allowed to this machine.
"""


_ALERTS: tuple[tuple[str, type[BaseModel], tuple[str, ...]], ...] = (
    ("[org.alerts]", AlertsConfig, ()),
    ("[org.alerts.mail]", MailConfig, ("smtp",)),
    ("[[org.alerts.chat]]", ChatConfig, ("url",)),
    ("[org.alerts.task]", TaskConfig, ()),
    ("[org.alerts.quiet]", QuietConfig, ()),
)


_OTHERS: tuple[tuple[str, type[BaseModel]], ...] = (
    ("[org.schedule]", ScheduleConfig),
    ("[org.retention]", RetentionConfig),
    ("[serve]", ServeConfig),
)


def page() -> str:
    """The page."""
    lines = [_INTRO, "## [[org]]\n", "| key | default | meaning |", "|---|---|---|"]
    lines += _rows(OrgConfig, (*SECRETS, "database"))
    lines += ["\n## What each login needs\n", "| `crm` | `login` | keys |", "|---|---|---|"]
    for crm, logins in LOGINS.items():
        for login, keys in logins.items():
            lines.append(f"| `{crm}` | `{login}` | {', '.join(f'`{key}`' for key in keys)} |")
    for crm, foreign in ELSEWHERE.items():
        lines.append(f'\n`crm = "{crm}"` knows no {", ".join(f"`{key}`" for key in foreign)}.')
    for name, model, secrets in _ALERTS:
        about = (model.__doc__ or "").partition(": ")[2]
        lines += [f"\n## {name}\n", f"{about[0].upper()}{about[1:]}\n"]
        lines += ["| key | default | meaning |", "|---|---|---|", *_rows(model, secrets)]
    for name, model in _OTHERS:
        about = (model.__doc__ or "").partition(": ")[2]
        lines += [f"\n## {name}\n", f"{about[0].upper()}{about[1:]}\n"]
        lines += ["| key | default | meaning |", "|---|---|---|", *_rows(model, ())]
    lines.append("\nWhat each channel does, and what an alert says: [alerts.md](alerts.md).")
    lines.append("\n## Environment\n")
    lines.append("| variable | meaning |\n|---|---|")
    lines.append("| `CONNECTOR_CONFIG` | the configuration, instead of `./connector.toml` |")
    lines.append("| `CONNECTOR_CLOCK` | a file with an ISO-8601 time to use as now; only for an org on this machine |")
    lines.append("| `HTTPS_PROXY`, `NO_PROXY` | as for any other program |")
    return "\n".join(lines) + "\n"


def _rows(model: type[BaseModel], secrets: tuple[str, ...]) -> list[str]:
    """A line per key; tables within are told on their own."""
    told = dict.fromkeys(secrets, " *(secret)*")
    return [
        f"| `{field.alias or name}` | {_default(field)} | {field.description}{told.get(name, '')} |"
        for name, field in model.model_fields.items()
        if field.description and not field.exclude
    ]


def _default(field: FieldInfo) -> str:
    value: Any = field.default
    if value is PydanticUndefined:
        return "**needed**"
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value) or "–"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "–" if value in (None, "") or isinstance(value, BaseModel) else f"`{value}`"
