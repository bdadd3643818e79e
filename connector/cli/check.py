"""`connector check`: everything that stands between an org and a first run, and what to do about each."""

from __future__ import annotations

from itertools import groupby

import typer

from connector.cli.app import Ends, Json
from connector.cli.opened import opened
from connector.cli.output import Output, plural

STYLES = {"ok": "green", "note": "yellow", "blind": "yellow", "stop": "red"}


def check(context: typer.Context, json: Json = False) -> None:
    """Log in and look: permissions, fields, values, limits. Writes nothing. Exits 3 if a run would not be safe."""
    from connector import orgcheck
    from connector.check import is_safe

    out = Output(json=json)
    org = opened(context)
    lines = orgcheck.check(org)
    for todo, group in groupby(lines, key=lambda line: line.next):
        for line in group:
            why = f" – {line.why}" if line.why else ""
            out.say(f"{line.state.value:<5} {line.name}: {line.found}{why}", style=STYLES[line.state.value])
        if todo:
            out.say(f"        → {todo}")
    safe = is_safe(lines)
    notes = sum(line.state.value == "note" for line in lines)
    blind = sum(line.state.value == "blind" for line in lines)
    if blind:
        out.say(f"{plural(blind, 'thing')} could not be looked at: the lines marked blind")
    out.say("safe to run: connector sync" if safe else "not safe to run yet: mend the lines marked stop")
    told = [{"name": e.name, "state": e.state.value, "found": e.found, "why": e.why, "next": e.next} for e in lines]
    out.answer({"org": org.name, "safe": safe, "notes": notes, "blind": blind, "lines": told})
    if not safe:
        raise Ends(3)
