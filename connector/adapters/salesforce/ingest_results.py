"""What became of the rows of a bulk ingest job: its three result files, matched to what was sent.

`numberRecordsProcessed` includes the failed ones; columns may come in another order, rows in any; `sf__Id` is empty
on failed updates before API 53, so rows are matched by the Id column that was uploaded [R bulkapi2-dx, C 70713833352].
Whatever no file names is UNKNOWN.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from connector.adapters.salesforce.bulk_query import spool
from connector.adapters.salesforce.session import TRIES, Session
from connector.errors import Retry
from connector.model import Ref
from connector.ports import Outcome, Result


def outcomes(session: Session, job: Mapping[str, Any], refs: Sequence[Ref]) -> Iterator[Outcome]:
    """One outcome per ref of an ended job (JobComplete, Failed or Aborted, as the CRM last described it)."""
    processed, failed = int(job.get("numberRecordsProcessed") or 0), int(job.get("numberRecordsFailed") or 0)
    told: dict[str, tuple[str, str] | None] = {}
    if failed:
        told |= {short(row["id"]): _error(row.get("sf__error", "")) for row in _file(session, job, "failed", failed)}
    if processed > failed:
        written = processed - failed
        told |= {short(row["id"]): None for row in _file(session, job, "successful", written)}
    why = str(job.get("errorMessage") or f"the job ended as {job['state']} without telling about this row")
    for ref in refs:
        key = short(ref.id)
        if key not in told:
            yield Outcome(ref, Result.UNKNOWN, "", why)
            continue
        error = told[key]
        yield Outcome(ref, Result.WRITTEN) if error is None else Outcome(ref, Result.FAILED, *error)


def short(id: str) -> str:
    """The 15 characters that name the record; the last three only repeat them without case."""
    return id[:15]


def _file(session: Session, job: Mapping[str, Any], which: str, expected: int) -> list[dict[str, str]]:
    """The rows of one result file. Asked for again while it holds other than `expected` rows; then as it is."""
    rows: list[dict[str, str]] = []
    path = f"{session.data}/jobs/ingest/{job['id']}/{which}Results/"
    for tries in range(1, TRIES + 1):
        try:
            rows = _parsed(session, path)
        except Retry:
            rows = []
        if len(rows) == expected:
            return rows
        session.pace.sleep(session.pace.after(tries))
    return [] if len(rows) > expected else rows[:-1]


def _parsed(session: Session, path: str) -> list[dict[str, str]]:
    csv.field_size_limit(sys.maxsize)
    response = session.send("GET", path, headers={"Accept": "text/csv"}, stream=True)
    with spool(response) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        try:
            reader = csv.reader(text)
            names = [name.lower() for name in next(reader, [])]
            if "id" not in names and "sf__id" not in names:
                raise Retry("the result file has no Id column")
            return [_row(names, cells) for cells in reader if len(cells) == len(names)]
        except (csv.Error, UnicodeDecodeError) as error:
            raise Retry(f"the result file is broken: {error}") from error
        finally:
            text.detach()


def _row(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    row = dict(zip(names, cells, strict=True))
    return {"id": row.get("id") or row.get("sf__id", ""), "sf__error": row.get("sf__error", "")}


def _error(text: str) -> tuple[str, str]:
    """`CODE:message:fields--` → code and message; messages hold colons themselves [C 67298097870]."""
    code, _, rest = text.partition(":")
    message, _, fields = rest.rpartition(":")
    named = fields.strip().removesuffix("--").strip()
    shown = message or rest
    return code.strip(), f"{shown} [{named}]" if named else shown
