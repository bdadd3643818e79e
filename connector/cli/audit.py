"""`connector audit`: the scorecard of the seven classic errors, from the mirror alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.app import Ends, Json
from connector.cli.csvfile import write_rows
from connector.cli.opened import opened
from connector.cli.output import Output, local, plural
from connector.cli.shown import interrupted
from connector.cli.times import NOW, moment, timezone
from connector.errors import BadInput, NotFound

if TYPE_CHECKING:
    from connector.model import Ref
    from connector.report.scorecard import Scorecard

MOVES = 15
LISTED = 50
"""Records listed on a screen."""


def audit(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="List whom this error or finding is about.")
    ] = None,
    to: Annotated[Path | None, typer.Option("--csv", help="With NAME: write all of them to this file.")] = None,
    now: Annotated[str | None, NOW] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 2 if any error was found.")] = False,
    json: Json = False,
) -> None:
    """Score the org on the seven classic errors. Reads only the mirror; a first run needs no write at all."""
    from connector import run

    meaning = _meaning(name, to)
    out = Output(json=json)
    about: list[tuple[str, str, str]] = []

    def told(found: str, ref: Ref, detail: str) -> None:
        if found == name and (to is not None or len(about) < LISTED):
            about.append((ref.object, ref.id, detail))

    org = opened(context)
    as_of = moment(now) or org.now()
    with out.progress() as progress:
        card = run.audit(org, as_of, progress, told)
    if name is None:
        _table(out, card)
        _values(out, card)
    else:
        _whom(out, card, name, meaning, about, to)
    zone = timezone(org)
    out.say(f"{org.name} as of {local(as_of, zone)}: {plural(card.people, 'person', 'people')} in scope")
    interrupted(out, org)
    for why, count in card.skipped.items():
        out.say(f"  not judged: {count:,} {why}")
    out.say("next: connector plan says what would be corrected, and why")
    out.answer({**_answer(card), "about": [{"object": o, "id": i, "found": f} for o, i, f in about] if name else None})
    if exit_code and any(score.count for score in card.scores):
        raise Ends(2)


def _meaning(name: str | None, to: Path | None) -> str:
    """What the error or finding of that name is. Raises NotFound if there is none, BadInput if only a file is named."""
    from connector.model import FINDINGS
    from connector.report.classic import ERRORS

    known = {**ERRORS, **FINDINGS}
    if name is not None and name not in known:
        raise NotFound(f"{name!r} is neither an error nor a finding", where="connector audit", next=", ".join(known))
    if to is not None and name is None:
        raise BadInput(
            "it needs the name of an error or a finding", where="--csv", next="connector audit NAME --csv FILE"
        )
    return known[name] if name is not None else ""


def _table(out: Output, card: Scorecard) -> None:
    rows = []
    for score in card.scores:
        if score.count is None:
            rows.append(("?", score.name, "–", "–", f"not answerable: {score.note}"))
            continue
        note = f"{score.meaning} ({score.note})" if score.note else score.meaning
        rows.append(("wrong" if score.count else "ok", score.name, f"{score.count:,}", f"{score.of:,}", note))
    out.table(("", "error", "count", "of", "what it is"), rows, title="the seven classic errors")


def _whom(
    out: Output, card: Scorecard, name: str, meaning: str, about: list[tuple[str, str, str]], to: Path | None
) -> None:
    errors = {score.name: score.count for score in card.scores}
    total = errors.get(name, card.findings.get(name, 0)) or 0
    out.say(f"{name}: {meaning}", style="bold")
    if to is not None:
        written = write_rows(to, ("object", "id", "found"), iter(about))
        out.say(f"wrote {plural(written, 'record')} to {to}")
        return
    out.table(("object", "id", "what was found"), about)
    if total > len(about):
        out.say(f"… and {total - len(about):,} more: connector audit {name} --csv {name}.csv")


def _values(out: Output, card: Scorecard) -> None:
    for title, values in (("values the policy does not know", card.unmapped), ("retired values", card.retired)):
        if values:
            out.table((title, "people"), list(values.items()))
    if card.moves:
        rows = [(f"{move.before} → {move.after}", move.people, move.kind) for move in card.moves[:MOVES]]
        out.table(("moves in the current cycle", "how often", ""), rows)


def _answer(card: Scorecard) -> dict[str, object]:
    return {
        "people": card.people,
        "records": card.records,
        "errors": {score.name: score.count for score in card.scores},
        "not_answerable": {score.name: score.note for score in card.scores if score.count is None},
        "of": {score.name: score.of for score in card.scores},
        "notes": {score.name: score.note for score in card.scores if score.note and score.count is not None},
        "examples": {score.name: [ref.id for ref, _ in score.examples[:20]] for score in card.scores},
        "unmapped": card.unmapped,
        "retired": card.retired,
        "moves": [{"from": m.before, "to": m.after, "people": m.people, "kind": m.kind} for m in card.moves],
        "skipped": card.skipped,
        "findings": card.findings,
    }
