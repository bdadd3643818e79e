"""Bulk API 1.0: jobs with batches, as older clients still make them. A batch is done when it is handed in."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import msgspec

from connector.sandbox.salesforce.bulk.csvfile import Layout
from connector.sandbox.salesforce.dml.results import BadRequestError, Options, RowResult, refused
from connector.sandbox.salesforce.stamps import rest, stamp

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

NAMESPACE = "http://www.force.com/2009/06/asyncapi/dataload"
MAX_ROWS = 10_000
"""Rows in one batch [D bulk limits]."""
_CHUNK = 200
_NULL = "#N/A"

Record = dict[str, Any]


class Batch(msgspec.Struct, kw_only=True):
    """One batch: what was sent, and what came of it. `rows` are a query's records as (name, value) pairs."""

    id: str
    request: bytes
    created: datetime
    state: str = "Queued"
    message: str | None = None
    polls: int = 0
    outcomes: list[RowResult] = []
    header: list[str] = []
    rows: list[Record] = []
    result_id: str = ""

    @property
    def failed(self) -> int:
        """Rows that were refused."""
        return sum(not outcome.success for outcome in self.outcomes)

    @property
    def processed(self) -> int:
        """Rows that were looked at."""
        return len(self.outcomes) + len(self.rows)


class OldJob(msgspec.Struct, kw_only=True):
    """One job of the 1.0 API. `content_type` is JSON or CSV."""

    id: str
    operation: str
    object: str
    content_type: str
    concurrency: str
    user_id: str
    version: str
    created: datetime
    external_id: str | None = None
    assignment_rule: str | None = None
    state: str = "Open"
    batches: dict[str, Batch] = {}

    def info(self) -> Record:
        """jobInfo, its elements in the order of the schema."""
        batches = self.batches.values()
        states = [batch.state for batch in batches]
        return {
            "id": self.id,
            "operation": self.operation,
            "object": self.object,
            "createdById": self.user_id,
            "createdDate": rest(stamp(self.created)),
            "systemModstamp": rest(stamp(self.created)),
            "state": self.state,
            "externalIdFieldName": self.external_id,
            "concurrencyMode": self.concurrency,
            "contentType": self.content_type,
            "numberBatchesQueued": states.count("Queued"),
            "numberBatchesInProgress": states.count("InProgress"),
            "numberBatchesCompleted": states.count("Completed"),
            "numberBatchesFailed": states.count("Failed"),
            "numberBatchesTotal": len(states),
            "numberRecordsProcessed": sum(batch.processed for batch in batches),
            "numberRetries": 0,
            "apiVersion": float(self.version),
            "assignmentRuleId": self.assignment_rule,
            "numberRecordsFailed": sum(batch.failed for batch in batches),
            "totalProcessingTime": 0,
            "apiActiveProcessingTime": 0,
            "apexProcessingTime": 0,
        }

    def batch_info(self, batch: Batch) -> Record:
        """batchInfo, its elements in the order of the schema."""
        return {
            "id": batch.id,
            "jobId": self.id,
            "state": batch.state,
            "stateMessage": batch.message,
            "createdDate": rest(stamp(batch.created)),
            "systemModstamp": rest(stamp(batch.created)),
            "numberRecordsProcessed": batch.processed,
            "numberRecordsFailed": batch.failed,
            "totalProcessingTime": 0,
            "apiActiveProcessingTime": 0,
            "apexProcessingTime": 0,
        }


class BatchFailedError(Exception):
    """The whole batch fails; the text is its stateMessage."""


def write(org: Org, job: OldJob, batch: Batch) -> None:
    """Do what the job says with the batch's rows, 200 at a time. Raises BatchFailedError."""
    records = _json_records(batch.request) if job.content_type == "JSON" else _csv_records(batch)
    if len(records) > MAX_ROWS:
        raise BatchFailedError(f"InvalidBatch : Records exceed the limit of {MAX_ROWS} in a batch")
    rule = job.assignment_rule or False
    options = Options(user_id=job.user_id, auto_assign=rule, hard=job.operation == "hardDelete")
    for start in range(0, len(records), _CHUNK):
        chunk = records[start : start + _CHUNK]
        try:
            batch.outcomes += _operate(org, job, chunk, options)
        except BadRequestError as error:
            batch.outcomes += [refused(error.code, error.message)] * len(chunk)


def _operate(org: Org, job: OldJob, rows: list[Record], options: Options) -> list[RowResult]:
    match job.operation:
        case "insert":
            return org.insert(job.object, rows, options)
        case "update":
            return org.update(job.object, rows, options)
        case "upsert":
            return org.upsert(job.object, job.external_id or "Id", rows, options)
        case _:
            return org.delete(job.object, [str(row.get("Id") or row.get("id") or "") for row in rows], options)


def _json_records(body: bytes) -> list[Record]:
    try:
        return msgspec.json.decode(body, type=list[dict[str, Any]])
    except msgspec.MsgspecError as error:
        raise BatchFailedError(f"InvalidBatch : Failed to parse JSON: {error}") from error


def _csv_records(batch: Batch) -> list[Record]:
    reader = csv.reader(io.StringIO(batch.request.decode("utf-8", errors="replace"), newline=""))
    header = batch.header = next(reader, [])
    records = []
    for cells in reader:
        if cells:
            pairs = zip(header, cells, strict=False)
            records.append({name: None if cell == _NULL else cell for name, cell in pairs if cell != ""})
    return records


def result_json(job: OldJob, batch: Batch) -> list[Record]:
    """The results of a JSON batch of rows."""
    made = []
    for outcome in batch.outcomes:
        errors = [
            {
                "message": error.message,
                "fields": list(error.fields),
                "statusCode": error.code,
                "extendedErrorDetails": None,
            }
            for error in outcome.errors
        ]
        shown = outcome.id if outcome.success else None
        created = outcome.success and _created(job, outcome)
        made.append({"success": outcome.success, "created": created, "id": shown, "errors": errors})
    return made


def result_csv(job: OldJob, batch: Batch) -> bytes:
    """The results of a CSV batch of rows [R CumulusCI TestUpsert…bulk]."""
    layout = Layout()
    lines = [layout.line(["Id", "Success", "Created", "Error"])]
    for outcome in batch.outcomes:
        error = outcome.errors[0] if outcome.errors else None
        text = f"{error.code}:{error.message}:{' '.join(error.fields)}{' ' if error.fields else ''}--" if error else ""
        created = outcome.success and _created(job, outcome)
        shown = outcome.id or "" if outcome.success else ""
        lines.append(layout.line([shown, _truth(outcome.success), _truth(created), text]))
    return "".join(lines).encode()


def _created(job: OldJob, outcome: RowResult) -> bool:
    return outcome.created if outcome.created is not None else job.operation == "insert"


def _truth(value: bool) -> str:
    return "true" if value else "false"


def xml(name: str, values: Record) -> bytes:
    """One element with its children; null ones are left out."""
    return _document(name, _children(values))


def xml_list(name: str, child: str, items: Iterable[Record | str]) -> bytes:
    """A list of elements: texts or records."""
    parts = (f"<{child}>{_text(item) if isinstance(item, str) else _children(item)}</{child}>" for item in items)
    return _document(name, "".join(parts))


def _document(name: str, inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><{name} xmlns="{NAMESPACE}">{inner}</{name}>'.encode()


def _children(values: Record) -> str:
    return "".join(f"<{key}>{_text(value)}</{key}>" for key, value in values.items() if value is not None)


def _text(value: object) -> str:
    if isinstance(value, str) and value.endswith("+0000"):
        value = value.removesuffix("+0000") + "Z"
    return escape(str(value))


def at(record: Record, path: str) -> Any:
    """The value under a path such as `Owner.Name`; None when a parent on the way is missing."""
    found: Any = record
    for name in path.split("."):
        if not isinstance(found, dict):
            return None
        found = found.get(name)
    return found
