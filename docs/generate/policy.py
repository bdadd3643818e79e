"""docs/policy.md: every key of a policy file, from the model that reads it."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connector.policy.loader import load, presets
from connector.policy.model import ROLES, PolicyFile
from connector.tomlfile import TomlFile

PAGE = "policy.md"

_INTRO = """\
# The policy file

Generated from the model that reads it; do not edit. `connector policy show --origin` prints the policy in force and
says where each value comes from; `connector policy check` says what is wrong with it, with file, line and key.

A policy file says what your statuses mean and how far corrections may go. It is TOML. A small one:

```toml
extends = "demand-gen"          # start from a preset

[definition]                    # the agreed lead definition, signed by both
version = "3"
date = 2026-01-15
sales = "Ann Field, VP Sales"
marketing = "Bo Lund, CMO"
owner = "RevOps"

[values.lead]                   # this value of ours means that status; nothing is rewritten
"Working - Contacted" = "LAL"

[remap.any]                     # this value is retired; a plan rewrites it
"Open - Not Contacted" = "Inquiry"

[dispositions.phrases]          # this is no status, it is what came of a call
"Anrufbeantworter" = { effect = "attempt" }

[scope.lead]                    # who is judged
record_types = ["Direct Lead"]
```

## Layers

Later ones win: the defaults every policy shares (`mappings/defaults.toml`) < the preset or file that `extends` names <
your policy file < the `[policy]` tables of connector.toml < options of the command. The CRM's own default statuses fill
what nobody has said anything about. Tables merge key by key, lists replace each other. What a later layer says about a
status value, a phrase or a raw lead source replaces everything earlier layers said about the same one, and `without`
leaves out what was inherited: `without = ["status.MAQL", 'dispositions.phrases."Busy"']`.

## How a value is read

Status values and lead sources are compared without case and spacing, call dispositions also without punctuation. What
wins, from first to last: values that convert leads in your org; the names of your statuses; `[values]` and `[remap]` of
the record type (`[values."lead/Record Type"]`), of the object (`[values.lead]`), of any object (`[values.any]`); call
dispositions. Within one file a value stands in `[values]` or in `[remap]`, not in both, even for different objects that
overlap: it has one place. A value that stands nowhere is reported (`unmapped_value`), and whoever carries it is left
alone.

On a lead, the status with the role `converts` means the values that convert leads; it is never written.

## Roles

Rules know roles, not names, so they work for any vocabulary. At most one status has each; `entry` and `recycle` must be
there.

"""

_ROLES = {
    "raw": "no interaction yet: a bought or built list",
    "entry": "a first interaction",
    "fit": "an ideal client by who they are",
    "scored": "crossed the bar of the score",
    "ready": "handed to sales",
    "disposition default": "where somebody belongs in whose status field a call disposition was typed",
    "converts": "an opportunity exists; a lead is converted",
    "recycle": "handed back to marketing",
    "closed": "the end",
    "customer": "has bought",
}

_WORDS = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "`true` or `false`",
    datetime.date: "date",
    datetime.datetime: "date or time",
}


def page() -> str:
    """The page in Markdown."""
    parts = [_INTRO, _table(("role", "means"), [(f"`{role}`", _ROLES[role]) for role in ROLES])]
    parts += ["\n## Presets\n\n", *(_preset(name) for name in presets()), "## Keys\n"]
    parts += _section(PolicyFile, "")
    return "".join(parts).rstrip() + "\n"


def _preset(name: str) -> str:
    policy = load(tables=_extending(name)).policy
    rows = [
        (
            f"**{status}**",
            "–" if said.rank is None else str(said.rank),
            ", ".join(said.roles),
            "yes" if said.reviewed else "",
            said.team,
            " and ".join(said.on),
            said.meaning,
        )
        for status, said in policy.file.status.items()
    ]
    return f"### `{name}`\n\n" + _table(("status", "rank", "roles", "reviewed", "team", "on", "meaning"), rows) + "\n"


def _extending(name: str) -> Any:
    from connector.policy.layers import Layer

    file = TomlFile("preset", f'extends = "{name}"')
    return Layer("preset", file.data, file)


def _section(model: type[BaseModel], path: str) -> Iterator[str]:
    """The heading, the keys and the tables below of one table of the file."""
    if path:
        yield f"\n### `[{path}]`\n\n{_first_sentence(model)}\n"
    fields = [(field.alias or name, field) for name, field in model.model_fields.items()]
    plain = [(name, field) for name, field in fields if _below(field) is None]
    if plain:
        yield "\n" + _table(("key", "what it may be", "default", "meaning"), [_row(*each) for each in plain])
    for name, field in fields:
        below = _below(field)
        if below is None:
            continue
        inner, kind = below
        here = f"{path}.{name}" if path else name
        yield from _section(
            inner, here if kind == "one" else f"{here}.{_key_of(field)}" if kind == "table" else f"[{here}]"
        )


def _row(name: str, field: FieldInfo) -> tuple[str, str, str, str]:
    default = "–" if field.is_required() else _value(field.get_default(call_default_factory=True))
    return f"`{name}`", _type(field.annotation, field), default, field.description or ""


def _below(field: FieldInfo) -> tuple[type[BaseModel], str] | None:
    """The model of a table below this key: one table, a table of tables, or a list of them."""
    annotation = field.annotation
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, "one"
    arguments = get_args(annotation)
    if get_origin(annotation) is dict and _is_model(arguments[1]):
        return arguments[1], "table"
    if get_origin(annotation) is tuple and _is_model(arguments[0]):
        return arguments[0], "list"
    return None


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _key_of(field: FieldInfo) -> str:
    key = get_args(field.annotation)[0]
    return "|".join(get_args(key)) if get_origin(key) is Literal else "NAME"


def _type(annotation: Any, field: FieldInfo | None = None) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return " or ".join(f"`{one}`" for one in arguments)
    if origin in (Union, UnionType):
        return _type(next(one for one in arguments if one is not type(None)), field)
    if origin is tuple:
        inner = _type(arguments[0])
        return "list of texts" if inner == "text" else f"list of {inner}"
    if origin is dict:
        return f"table: {_plain(arguments[0])} = {_type(arguments[1])}"
    return _WORDS.get(annotation, "anything") + (_bounds(field) if field else "")


def _plain(annotation: Any) -> str:
    return _type(annotation) if get_origin(annotation) is Literal else "name"


def _bounds(field: FieldInfo) -> str:
    low = next((one.ge for one in field.metadata if hasattr(one, "ge")), None)
    over = next((one.gt for one in field.metadata if hasattr(one, "gt")), None)
    high = next((one.le for one in field.metadata if hasattr(one, "le")), None)
    if low is None and over is None and high is None:
        return ""
    if high is not None:
        return f", {low if low is not None else f'over {over}'} to {high}"
    return f", {low} or more" if low is not None else f", over {over}"


def _value(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "[" + ", ".join(f'"{one}"' for one in value) + "]" if value else "none"
    if value is None or value == "" or value == {}:
        return "none"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f'`"{value}"`' if isinstance(value, str) else f"`{value}`"


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _first_sentence(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or "").split("\n\n")[0].split())
