"""The bulk jobs of one org: their ids, their files and their workers."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from connector.sandbox.salesforce.bulk.csvfile import JobFailedError
from connector.sandbox.salesforce.bulk.daily import Daily
from connector.sandbox.salesforce.bulk.job import FINAL, Job
from connector.sandbox.salesforce.bulk.rules import BulkRules
from connector.sandbox.salesforce.bulk.v1 import OldJob
from connector.sandbox.salesforce.bulk.workers import Workers
from connector.sandbox.salesforce.http import ApiError, not_found
from connector.sandbox.salesforce.ids import to18

if TYPE_CHECKING:
    from connector.sandbox.salesforce.org import Org

_PREFIX = "750"
_KEPT = timedelta(days=7)


class Jobs:
    """Bulk jobs with their files, kept in memory and in a temporary folder.

    `old` holds those of the 1.0 API, `daily` counts what they use of the day's allowances.
    """

    def __init__(self, rules: Callable[[], BulkRules]) -> None:
        self._rules = rules
        self.folder = Path(tempfile.mkdtemp(prefix="connector-bulk-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)
        self.old: dict[str, OldJob] = {}
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()
        self._workers = Workers()
        self.daily = Daily()

    @property
    def rules(self) -> BulkRules:
        """How jobs behave just now."""
        return self._rules()

    def create(self, org: Org, **keys: Any) -> Job:
        """A new job with an id of its own, created now."""
        now = org.clock()
        job = Job(id=org.ids.next(_PREFIX), created=now, modified=now, folder=self.folder, **keys)
        with self._lock:
            self._jobs[job.id] = job
        return job

    def find(self, kind: str, job_id: str, now: datetime) -> Job:
        """The job of that kind. Raises ApiError 404; jobs vanish after seven days."""
        with self._lock:
            job = self._jobs.get(to18(job_id) or "")
        if job is None or job.kind != kind or job.created + _KEPT <= now:
            raise not_found()
        return job

    def of(self, kind: str) -> list[Job]:
        """All jobs of a kind, oldest first."""
        with self._lock:
            return [job for job in self._jobs.values() if job.kind == kind]

    def start(self, job: Job, work: Callable[[Job], None]) -> None:
        """Have a worker do the job. `work` raises JobFailedError to fail it as a whole."""
        job.work = self._workers.submit(partial(_run, job, work))

    def delete(self, job: Job) -> None:
        """Forget it and its files. Raises ApiError 400 while it is open or at work."""
        if job.state not in FINAL and not (job.kind == "ingest" and job.state == "UploadComplete"):
            raise ApiError(400, "INVALIDJOBSTATE", f"Deleting a job in state {job.state} not allowed")
        job.stop.set()
        if job.work is not None:
            job.work.result()
        with self._lock:
            self._jobs.pop(job.id, None)
        for path in self.folder.glob(f"{job.id}-*"):
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop all work."""
        for job in list(self._jobs.values()):
            job.stop.set()
        self._workers.close()


def _run(job: Job, work: Callable[[Job], None]) -> None:
    began = time.monotonic()
    try:
        work(job)
        job.outcome = "JobComplete"
    except JobFailedError as failure:
        job.outcome, job.message = "Failed", str(failure)
    finally:
        job.milliseconds = round((time.monotonic() - began) * 1000)
