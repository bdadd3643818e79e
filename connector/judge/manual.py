"""A rule's manual, read from its docstring: what `connector rules NAME` and docs/rules.md show."""

from __future__ import annotations

from typing import Any

import msgspec
from pydantic_core import PydanticUndefined

from connector.errors import NotFound
from connector.judge.loading import modules


class Option(msgspec.Struct, frozen=True):
    """One key of `[rules.NAME]`."""

    name: str
    default: Any
    description: str


class Manual(msgspec.Struct, frozen=True):
    """One rule's manual. `summary`: its first sentence; `text`: the paragraphs after it; `sections`: heading → text."""

    name: str
    on: bool
    summary: str
    text: str
    sections: dict[str, str]
    options: tuple[Option, ...]


def manual(name: str) -> Manual:
    """The manual of a rule, by its name (`contact-status`). Raises NotFound."""
    known = modules()
    module = known.get(name.replace("_", "-"))
    if module is None:
        todo = f"`connector rules` lists them: {', '.join(known)}"
        raise NotFound(f"there is no rule {name!r}", where="connector rules", next=todo)
    summary, _, rest = (module.__doc__ or "").strip().partition("\n\n")
    text, sections = _sections(rest)
    options = tuple(
        Option(key, None if field.default is PydanticUndefined else field.default, field.description or "")
        for key, field in module.Options.model_fields.items()
    )
    is_on = bool(module.Options.model_fields["on"].default)
    return Manual(name.replace("_", "-"), is_on, " ".join(summary.split()), text, sections, options)


def manuals() -> list[Manual]:
    """Every rule's, in the order they run."""
    return [manual(name) for name in modules()]


def _sections(rest: str) -> tuple[str, dict[str, str]]:
    """The text before the first heading, and the sections: a heading stands alone, with indented lines under it."""
    lines = rest.splitlines()
    text: list[str] = []
    sections: dict[str, list[str]] = {}
    into = text
    for number, line in enumerate(lines):
        below = lines[number + 1] if number + 1 < len(lines) else ""
        if line and not line.startswith(" ") and below.startswith("    ") and (number == 0 or not lines[number - 1]):
            into = sections.setdefault(line.strip(), [])
        elif into is text:
            into.append(line)
        else:
            into.append(line.removeprefix("    "))
    return "\n".join(text).strip(), {name: "\n".join(body).strip() for name, body in sections.items()}
