"""`connector audit`: the scorecard of the seven classic errors, from the mirror alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from connector.cli.app import Ends, Json
from connector.cli.opened import opened
from connector.cli.output import Output, local, plural
from connector.cli.plans import NOW, moment, timezone
from connector.errors import NotFound

if TYPE_CHECKING:
    from connector.report.scorecard import Scorecard

MOVES = 15


def audit(
    context: typer.Context,
    error: Annotated[str | None, typer.Argument(metavar="[ERROR]", help="Show whom this error is about.")] = None,
    now: Annotated[str | None, NOW] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 2 if any error was found.")] = False,
    json: Json = False,
) -> None:
    """Score the org on the seven classic errors. Reads only the mirror; a first run needs no write at all."""
    from connector import run
    from connector.report.classic import ERRORS

    if error is not None and error not in ERRORS:
        raise NotFound(f"there is no error {error!r}", where="connector audit", next=f"one of: {', '.join(ERRORS)}")
    out = Output(json=json)
    org = opened(context)
    as_of = moment(now) or org.now()
    with out.progress() as progress:
        card = run.audit(org, as_of, progress)
    _table(out, card)
    if error is not None:
        _whom(out, card, error)
    else:
        _values(out, card)
    zone = timezone(org)
    out.say(f"{org.name} as of {local(as_of, zone)}: {plural(card.people, 'person', 'people')} in scope")
    for why, count in card.skipped.items():
        out.say(f"  not judged: {count:,} {why}")
    out.say("next: connector plan says what would be corrected, and why")
    out.answer(_answer(card))
    if exit_code and any(score.count for score in card.scores):
        raise Ends(2)


def _table(out: Output, card: Scorecard) -> None:
    rows = []
    for score in card.scores:
        if score.count is None:
            rows.append(("?", score.name, "–", "–", f"not answerable: {score.note}"))
            continue
        note = f"{score.meaning} ({score.note})" if score.note else score.meaning
        rows.append(("wrong" if score.count else "ok", score.name, f"{score.count:,}", f"{score.of:,}", note))
    out.table(("", "error", "count", "of", "what it is"), rows, title="the seven classic errors")


def _whom(out: Output, card: Scorecard, name: str) -> None:
    score = next(score for score in card.scores if score.name == name)
    rows = [(ref.object, ref.id, found) for ref, found in score.examples]
    out.table(("object", "id", "what was found"), rows, title=name)
    if (score.count or 0) > len(rows) > 0:
        out.say(f"… and {(score.count or 0) - len(rows):,} more")


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
