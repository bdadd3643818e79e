"""The states a job steps through as clients look at it: UploadComplete, InProgress, then how it ended."""

from __future__ import annotations

from concurrent.futures import TimeoutError as StillWorking
from datetime import datetime

from connector.sandbox.salesforce.bulk.job import FINAL, Job
from connector.sandbox.salesforce.bulk.rules import BulkRules
from connector.sandbox.salesforce.http import ApiError

_PATIENCE = 5.0
"""Seconds a look waits for work that is nearly done before it answers InProgress once more."""


def look(job: Job, rules: BulkRules, now: datetime) -> Job:
    """The job as a client that asks sees it: each look brings it one step further."""
    if job.state in ("UploadComplete", "InProgress"):
        job.polls += 1
        if job.state == "UploadComplete":
            job.modified = now
        job.state = "InProgress"
        patience = 0.0 if rules.hold_after else _PATIENCE
        if job.polls > rules.polls and _done(job, patience):
            job.state = job.outcome or "Failed"
            job.modified = now
    return job


def abort(job: Job, now: datetime) -> None:
    """Stop it; what is not yet processed stays so. Raises ApiError 400 when it is over already [R]."""
    if job.state in FINAL:
        raise ApiError(400, "INVALIDJOBSTATE", "Aborting already Completed Job not allowed")
    job.stop.set()
    if job.work is not None:
        job.work.result()
    job.state, job.modified = "Aborted", now


def _done(job: Job, patience: float) -> bool:
    try:
        if job.work is not None:
            job.work.result(patience)
    except StillWorking:
        return False
    return True
