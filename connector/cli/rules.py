"""`connector rules`: what each rule does, why, with examples and options."""

from __future__ import annotations

from typing import Annotated

import typer

from connector.cli.app import Json
from connector.cli.output import Output


def rules(
    name: Annotated[str | None, typer.Argument(metavar="[NAME]", help="One rule's page.")] = None,
    json: Json = False,
) -> None:
    """List the rules, or show one rule's page: what it does, why, examples, options, how to undo."""
    from connector.judge.manual import manual, manuals

    out = Output(json=json)
    if name is None:
        pages = manuals()
        out.table(
            ("rule", "", "what it does"), [(page.name, "on" if page.on else "off", page.summary) for page in pages]
        )
        out.say("one rule's page: connector rules NAME")
        out.answer({"rules": [{"name": page.name, "on": page.on, "summary": page.summary} for page in pages]})
        return
    page = manual(name)
    out.say(f"{page.name} ({'on' if page.on else 'off'} unless the policy says otherwise)\n\n{page.summary}")
    if page.text:
        out.say(f"\n{page.text}")
    for heading, body in page.sections.items():
        out.say(f"\n{heading}", style="bold")
        out.say("\n".join(f"    {line}" for line in body.splitlines()))
    out.say(f"\nOptions ([rules.{page.name}] in the policy)", style="bold")
    for option in page.options:
        out.say(f"    {option.name} = {option.default!r}: {option.description}")
    options = [{"name": o.name, "default": o.default, "description": o.description} for o in page.options]
    told = {"name": page.name, "on": page.on, "summary": page.summary, "text": page.text, "sections": page.sections}
    out.answer({**told, "options": options})
