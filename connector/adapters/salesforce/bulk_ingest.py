"""Writing very many records: a Bulk API 2.0 ingest job, journalled before each step that can't be taken back.

    create (Open) → journal CREATED → upload → journal COMPLETE_SENT → UploadComplete → wait → read results

Until UploadComplete nothing of a job is carried out, so everything before it may be given up by aborting the job. The
lease is looked at right before every one of these requests. Assignment rules do not run: a job runs one only if it
names it (`assignmentRuleId`), and `Sforce-Auto-Assign` is no header of this API.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from connector.adapters.salesforce import collections
from connector.adapters.salesforce.bulk_query import wait
from connector.adapters.salesforce.errors import Declined
from connector.adapters.salesforce.ingest_results import outcomes
from connector.adapters.salesforce.session import Session
from connector.adapters.salesforce.targets import Targets, fits_csv
from connector.errors import Unanswered
from connector.ports import JobState, Journal, Outcome, Result, Update

ROWS = 50_000
"""Records per job."""
BYTES = 90_000_000
"""CSV per job at most; the CRM takes 100 MB [D]."""
LOCKED = 50
"""Rows a bulk job could not lock are sent again by collections of this many."""


def write(
    session: Session, updates: Sequence[Update], targets: Mapping[str, Targets], journal: Journal
) -> Iterator[Outcome]:
    """One outcome per update. Texts that CSV cannot say and rows that met a lock go by collections."""
    by_csv: list[Update] = []
    by_rest: list[Update] = []
    for update in updates:
        (by_csv if fits_csv(update) else by_rest).append(update)
    by_csv.sort(key=lambda update: update.ref)
    locked: list[Update] = []
    for which, group in groupby(by_csv, key=lambda update: update.ref.object):
        for upload, part in _uploads(list(group), targets[which]):
            for update, outcome in zip(part, _run(session, targets[which], upload, part, journal), strict=True):
                if collections.is_lock(outcome):
                    locked.append(update)
                else:
                    yield outcome
    if by_rest:
        yield from collections.write(session, by_rest, targets, journal.still_ours)
    if locked:
        session.pace.sleep(session.pace.after(1))
        yield from collections.write(session, locked, targets, journal.still_ours, size=LOCKED)


def _uploads(updates: list[Update], targets: Targets) -> Iterator[tuple[bytes, list[Update]]]:
    """CSV files and the updates in them: UTF-8 without byte order mark, LF whatever the machine, no id twice."""
    columns = targets.columns(updates)
    written = _lines()
    head = written(targets.header(columns))
    lines, part, size, ids = [head], list[Update](), len(head), set[str]()
    for update in updates:
        line = written(targets.cells(update, columns))
        if part and (size + len(line) > BYTES or len(part) >= ROWS or update.ref.id in ids):
            yield b"".join(lines), part
            lines, part, size, ids = [head], [], len(head), set()
        lines.append(line)
        part.append(update)
        ids.add(update.ref.id)
        size += len(line)
    if part:
        yield b"".join(lines), part


def _lines() -> Callable[[Sequence[str]], bytes]:
    """What writes the cells of one line; one buffer serves all of them."""
    text = io.StringIO(newline="")
    write_row = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow

    def line(cells: Sequence[str]) -> bytes:
        text.seek(0)
        text.truncate()
        write_row(cells)
        return text.getvalue().encode("utf-8")

    return line


def _run(
    session: Session, targets: Targets, upload: bytes, part: Sequence[Update], journal: Journal
) -> Iterator[Outcome]:
    refs = [update.ref for update in part]
    made = _create(session, targets, journal)
    path = f"{session.data}/jobs/ingest/{made['id']}"
    try:
        session.send(
            "PUT",
            f"{path}/batches",
            guard=journal.still_ours,
            data=upload,
            headers={"Content-Type": "text/csv; charset=UTF-8"},
        )
    except Unanswered as error:
        abort(session, path, journal)
        yield from (Outcome(ref, Result.UNKNOWN, "", f"the upload got no answer: {error.what}") for ref in refs)
        return
    journal.job(made["id"], JobState.COMPLETE_SENT)
    complete(session, path, journal)
    yield from outcomes(session, wait(session, path), refs)


def _create(session: Session, targets: Targets, journal: Journal) -> Any:
    """An open job does nothing, so an unanswered creation may be repeated; the one that is used is journalled."""
    made = session.ask(
        "POST",
        f"{session.data}/jobs/ingest",
        guard=journal.still_ours,
        repeat=True,
        json={
            "object": targets.api,
            "operation": "update",
            "contentType": "CSV",
            "columnDelimiter": "COMMA",
            "lineEnding": "LF",
        },
    )
    journal.job(made["id"], JobState.CREATED)
    return made


def complete(session: Session, path: str, journal: Journal) -> None:
    """Declares the upload complete. Saying it twice is no different: the second time the CRM says INVALIDJOBSTATE."""
    try:
        session.send("PATCH", path, guard=journal.still_ours, repeat=True, json={"state": "UploadComplete"})
    except Declined as error:
        if error.code != "INVALIDJOBSTATE":
            raise


def abort(session: Session, path: str, journal: Journal) -> None:
    """Gives the job up. One that has ended already cannot be aborted, and need not be."""
    try:
        session.send("PATCH", path, guard=journal.still_ours, repeat=True, json={"state": "Aborted"})
    except Declined as error:
        if error.code not in ("INVALIDJOBSTATE", "NOT_FOUND"):
            raise
