"""Writing up to 200 records in one request: sObject Collections.

Always HTTP 200 for a well-formed request even if every row failed; the answers stand in the order of the records, and a
failed row may lack its id: they are matched by position [D resources_composite_sobjects_collections_update].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector.adapters.salesforce.session import Guard, Session
from connector.adapters.salesforce.targets import Targets
from connector.errors import Unanswered
from connector.ports import Outcome, Result, Update

SIZE = 200
"""Records per request at most [D]."""
LOCK_SIZES = (50, 1, 1)
"""Rows that met a row lock are sent again in requests of this many, the last ones alone."""
HEADERS: Mapping[str, str] = {"Sforce-Auto-Assign": "FALSE"}
"""Without it an update of a lead runs the assignment rules and may change the owner [D headers_autoassign]."""


def write(
    session: Session, updates: Sequence[Update], targets: Mapping[str, Targets], guard: Guard, size: int = SIZE
) -> Iterator[Outcome]:
    """One outcome per update. Row locks are tried again in smaller requests; an unanswered request gives UNKNOWN."""
    waiting = list(updates)
    for round_, limit in enumerate((size, *LOCK_SIZES)):
        if round_:
            session.pace.sleep(session.pace.after(round_))
        final = round_ == len(LOCK_SIZES)
        locked: list[Update] = []
        for piece in _pieces(waiting, limit):
            for update, outcome in zip(piece, _request(session, piece, targets, guard), strict=True):
                if is_lock(outcome) and not final:
                    locked.append(update)
                else:
                    yield outcome
        waiting = locked
        if not waiting:
            return


def is_lock(outcome: Outcome) -> bool:
    """The row was held by somebody else's transaction: it may well work in a moment."""
    return outcome.result is Result.FAILED and (
        outcome.code == "UNABLE_TO_LOCK_ROW"
        or (outcome.code == "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY" and "UNABLE_TO_LOCK_ROW" in outcome.text)
    )


def _pieces(updates: Sequence[Update], size: int) -> Iterator[list[Update]]:
    """At most `size` updates each, sorted by object (a change of type cuts a request into chunks), no id twice."""
    waiting = sorted(updates, key=lambda update: update.ref.object)
    while waiting:
        piece: list[Update] = []
        later: list[Update] = []
        ids: set[str] = set()
        for update in waiting:
            if len(piece) < size and update.ref.id not in ids:
                ids.add(update.ref.id)
                piece.append(update)
            else:
                later.append(update)
        yield piece
        waiting = later


def _request(session: Session, piece: Sequence[Update], targets: Mapping[str, Targets], guard: Guard) -> list[Outcome]:
    records = [targets[update.ref.object].record(update) for update in piece]
    try:
        answers = session.ask(
            "PATCH",
            f"{session.data}/composite/sobjects",
            guard=guard,
            json={"allOrNone": False, "records": records},
            headers=HEADERS,
        )
    except Unanswered as error:
        return [Outcome(update.ref, Result.UNKNOWN, "", error.what) for update in piece]
    fits = isinstance(answers, list) and len(answers) == len(piece)
    if not fits or not all(isinstance(answer, dict) for answer in answers):
        return [Outcome(update.ref, Result.UNKNOWN, "", "the answer does not fit the request") for update in piece]
    return [_outcome(update, answer) for update, answer in zip(piece, answers, strict=True)]


def _outcome(update: Update, answer: Mapping[str, Any]) -> Outcome:
    if answer.get("success") is True:
        return Outcome(update.ref, Result.WRITTEN)
    errors = answer.get("errors") or [{}]
    code = str(errors[0].get("statusCode") or errors[0].get("errorCode") or "")
    fields = ", ".join(errors[0].get("fields") or ())
    text = str(errors[0].get("message") or "the CRM gave no reason")
    return Outcome(update.ref, Result.FAILED, code, f"{text} [{fields}]" if fields else text)
