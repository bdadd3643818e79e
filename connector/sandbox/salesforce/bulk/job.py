"""A bulk job: what was asked for, how far it is, and the JSON in which it shows itself."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from connector.sandbox.salesforce.bulk.csvfile import DELIMITERS, ENDINGS, Layout
from connector.sandbox.salesforce.stamps import rest, stamp

FINAL = frozenset({"JobComplete", "Failed", "Aborted"})


class Job(msgspec.Struct, kw_only=True):
    """One job, of kind `query` or `ingest`. `state` is what clients see; `outcome` is set when the work is done.

    `processed` counts rows with their failures, `failed` the failures alone. `folder` holds its files.
    """

    id: str
    kind: str
    operation: str
    object: str
    user_id: str
    version: str
    created: datetime
    modified: datetime
    state: str
    folder: Path
    delimiter: str = "COMMA"
    ending: str = "LF"
    external_id: str | None = None
    assignment_rule: str | None = None
    uploaded: bool = False
    outcome: str | None = None
    message: str | None = None
    processed: int = 0
    failed: int = 0
    milliseconds: int = 0
    polls: int = 0
    work: Future[None] | None = None
    stop: threading.Event = msgspec.field(default_factory=threading.Event)
    header: str = ""
    blocks: list[tuple[int, int]] = []

    @property
    def layout(self) -> Layout:
        """The characters its CSV files are written with."""
        return Layout(DELIMITERS[self.delimiter], ENDINGS[self.ending])

    def file(self, name: str) -> Path:
        """One of its files."""
        return self.folder / f"{self.id}-{name}.csv"

    def short(self) -> dict[str, Any]:
        """The answer to a change of state: no file format [R bulk2_ingest_transcript]."""
        answer: dict[str, Any] = {"id": self.id, "operation": self.operation, "object": self.object}
        answer |= {"createdById": self.user_id, "createdDate": rest(stamp(self.created))}
        answer |= {"systemModstamp": rest(stamp(self.modified)), "state": self.state}
        answer |= {"concurrencyMode": "Parallel", "contentType": "CSV", "apiVersion": float(self.version)}
        return answer

    def made(self) -> dict[str, Any]:
        """The answer to its creation."""
        return self._with_format(self.short())

    def listed(self) -> dict[str, Any]:
        """Its line in the list of jobs: no counters [R bulk2_query_transcript]."""
        kind = "V2Query" if self.kind == "query" else "V2Ingest"
        return self._with_format({**self.short(), "jobType": kind})

    def full(self) -> dict[str, Any]:
        """The answer to GET. Counters of rows are absent until an ingest job has its data [R]."""
        answer = self.listed()
        if self.kind == "query" or self.uploaded:
            answer["numberRecordsProcessed"] = self.processed
        if self.kind == "ingest" and self.uploaded:
            answer["numberRecordsFailed"] = self.failed
        answer |= {"retries": 0, "totalProcessingTime": self.milliseconds}
        if self.kind == "ingest":
            answer |= {"apiActiveProcessingTime": self.milliseconds, "apexProcessingTime": 0}
        if self.message is not None and self.state == "Failed":
            answer["errorMessage"] = self.message
        return answer

    def _with_format(self, answer: dict[str, Any]) -> dict[str, Any]:
        if self.kind == "ingest" and self.state == "Open":
            answer["contentUrl"] = f"services/data/v{self.version}/jobs/ingest/{self.id}/batches"
        optional = {"externalIdFieldName": self.external_id, "assignmentRuleId": self.assignment_rule}
        answer |= {name: value for name, value in optional.items() if value is not None}
        return answer | {"lineEnding": self.ending, "columnDelimiter": self.delimiter}
