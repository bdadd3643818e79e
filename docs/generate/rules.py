"""docs/rules.md: every rule's manual, from the rules themselves."""

from __future__ import annotations

from typing import Any

from connector.judge.manual import Manual, Option, manuals
from connector.model import FINDINGS

PAGE = "rules.md"

_INTRO = """\
# The rules

Generated from the rules' own manuals; do not edit. `connector rules NAME` prints one of these pages, and `[rules.NAME]`
in the policy sets its options; every rule can be switched off with `on = false`.

A rule looks at one person and answers with the person as they ought to be, and why. The rules run in this order, each
on what the last one left, until nothing changes. History is read the way it was meant: connector's own corrections,
undone changes, the change that conversion itself makes, and values that the same user took back within ten minutes are
left out. Statuses are named here as in the preset `demand-gen`; rules only know their roles.

In the examples, what stands left of the arrow is so on 2026-04-01; right of it is what the rule changes and finds:
`was` are earlier statuses and when they began, `since` when the current one did, `lacks` the fields the org has not.
"""


def page() -> str:
    """The page."""
    everyone = manuals()
    lines = [_INTRO, "| rule | what it does | |", "|---|---|---|"]
    lines += [f"| [{one.name}](#{one.name}) | {one.summary} | {'on' if one.on else 'off'} |" for one in everyone]
    for one in everyone:
        lines += ["", *_rule(one)]
    lines += [
        "",
        "## Findings",
        "",
        "What is wrong but not written, by name:",
        "",
        "| finding | meaning |",
        "|---|---|",
    ]
    lines += [f"| `{name}` | {meaning} |" for name, meaning in FINDINGS.items()]
    return "\n".join(lines) + "\n"


def _rule(one: Manual) -> list[str]:
    lines = [f"## {one.name}", "", one.summary]
    if one.text:
        lines += ["", *_paragraphs(one.text)]
    for heading, body in one.sections.items():
        lines += ["", f"### {heading}", ""]
        lines += ["```", body, "```"] if heading == "Example" else [body]
    lines += ["", "### Options", "", "| key | default | meaning |", "|---|---|---|"]
    lines += [f"| `{option.name}` | {_default(option)} | {option.description} |" for option in one.options]
    return lines


def _paragraphs(text: str) -> list[str]:
    """Indented lines are tables and stay as they are."""
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        is_table = paragraph.startswith("    ")
        lines += (
            ["```", *(line.removeprefix("    ") for line in paragraph.splitlines()), "```", ""]
            if is_table
            else [
                paragraph,
                "",
            ]
        )
    return lines[:-1]


def _default(option: Option) -> str:
    value: Any = option.default
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{each}`" for each in value) or "none"
    return f"`{value}`"
