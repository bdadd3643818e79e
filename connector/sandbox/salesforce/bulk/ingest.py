"""An ingest job's work: an uploaded CSV through the org's one engine for writes, 200 rows at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import IO, TYPE_CHECKING, Any

from connector.sandbox.salesforce.bulk.columns import Columns
from connector.sandbox.salesforce.bulk.csvfile import JobFailedError, Upload, plain
from connector.sandbox.salesforce.bulk.job import Job
from connector.sandbox.salesforce.bulk.rules import BulkRules
from connector.sandbox.salesforce.dml.results import BadRequestError, Options, RowResult, refused

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

CHUNK = 200
"""Rows handled in one transaction, as the platform does."""
_IDS_ON_FAILURE_SINCE = 53.0
"""From this version on sf__Id is filled in failed rows as well [C salesforcer]."""


def ingest(org: Org, rules: BulkRules, job: Job) -> None:
    """Do what the job says with each row of its upload, and write its result files."""
    results = ResultFiles(job)
    try:
        upload = Upload(job.file("upload"), job.layout)
    except JobFailedError:
        results.close()
        raise
    try:
        results.begin(upload)
        columns = Columns(org, job, upload.header)
        records = upload.records()
        for chunk in _chunks(records):
            if _stopped(rules, job):
                results.unprocessed(chunk)
                results.unprocessed(records)
                break
            outcomes = _write(org, job, columns, chunk)
            results.done(chunk, outcomes)
        if rules.fail_after and job.processed >= rules.fail_after:
            raise JobFailedError(rules.fail_message)
    except JobFailedError:
        results.unprocessed(upload.records())
        raise
    finally:
        upload.close()
        results.close()


def _chunks(records: Iterator[list[str]]) -> Iterator[list[list[str]]]:
    while chunk := list(itertools.islice(records, CHUNK)):
        yield chunk


def _stopped(rules: BulkRules, job: Job) -> bool:
    """Whether to stop before the next chunk. Waits while the rules hold the job back."""
    while rules.hold_after and job.processed >= rules.hold_after and not job.stop.wait(0.02):
        pass
    failing = rules.fail_after and job.processed >= rules.fail_after
    return bool(failing) or job.stop.is_set()


def _write(org: Org, job: Job, columns: Columns, chunk: list[list[str]]) -> list[RowResult]:
    rule = job.assignment_rule
    options = Options(user_id=job.user_id, auto_assign=rule or False, hard=job.operation == "hardDelete")
    rows = [columns.record(record) for record in chunk]
    good = [row for row in rows if not isinstance(row, RowResult)]
    try:
        written = iter(_operate(org, job, good, options))
    except BadRequestError as error:
        written = iter([refused(error.code, error.message)] * len(good))
    return [row if isinstance(row, RowResult) else next(written) for row in rows]


def _operate(org: Org, job: Job, rows: list[dict[str, Any]], options: Options) -> Sequence[RowResult]:
    match job.operation:
        case "insert":
            return org.insert(job.object, rows, options)
        case "update":
            return org.update(job.object, rows, options)
        case "upsert":
            return org.upsert(job.object, job.external_id or "Id", rows, options)
        case _:
            return org.delete(job.object, [row.get("Id", "") for row in rows], options)


class ResultFiles:
    """The three result files of an ingest job, in the peculiar form they really have.

    In the header of successful and failed results the sf__ names are quoted and the uploaded columns stand as they
    were written, in alphabetical order [R bulk2_ingest_transcript]; rows are in no particular order
    [D salesforcer]; unprocessed records keep the columns of the upload.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._files: dict[str, IO[str]] = {
            name: job.file(name).open("w", encoding="utf-8", newline="")
            for name in ("successfulResults", "failedResults", "unprocessedrecords")
        }
        self._order: list[int] = []

    def begin(self, upload: Upload) -> None:
        """Write the headers."""
        layout, header = self._job.layout, upload.header
        self._order = sorted(range(len(header)), key=lambda place: header[place])
        names = [f'"{header[place]}"' if upload.quoted else header[place] for place in self._order]
        for file, third in (("successfulResults", '"sf__Created"'), ("failedResults", '"sf__Error"')):
            self._files[file].write(layout.delimiter.join(['"sf__Id"', third, *names]) + layout.ending)
        self._files["unprocessedrecords"].write(plain(header, layout))

    def done(self, records: list[list[str]], outcomes: list[RowResult]) -> None:
        """Write what became of some rows."""
        job = self._job
        for record, outcome in zip(reversed(records), reversed(outcomes), strict=True):
            values = [record[place] for place in self._order]
            if outcome.success:
                created = outcome.created if outcome.created is not None else job.operation == "insert"
                line = [outcome.id or "", "true" if created else "false", *values]
                self._files["successfulResults"].write(job.layout.line(line))
            else:
                shown = outcome.id or "" if float(job.version) >= _IDS_ON_FAILURE_SINCE else ""
                self._files["failedResults"].write(job.layout.line([shown, _error(outcome), *values]))
                job.failed += 1
            job.processed += 1

    def unprocessed(self, records: Iterator[list[str]] | list[list[str]]) -> None:
        """Write rows that were not looked at."""
        for record in records:
            self._files["unprocessedrecords"].write(plain(record, self._job.layout))

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def _error(outcome: RowResult) -> str:
    """`CODE:message:fields--` [C 67298097870]."""
    error = outcome.errors[0]
    return f"{error.code}:{error.message}:{' '.join(error.fields)}{' ' if error.fields else ''}--"
