"""`/jobs/ingest`: Bulk API 2.0 jobs that write."""

from __future__ import annotations

import email.parser
import email.policy
import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec

from connector.sandbox.salesforce.bulk.csvfile import MAX_BYTES
from connector.sandbox.salesforce.bulk.ingest import ingest
from connector.sandbox.salesforce.bulk.job import Job
from connector.sandbox.salesforce.bulk.request import IngestRequest, asked, change_state
from connector.sandbox.salesforce.bulk.states import abort, look
from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route

_LIMIT = "DailyBulkApiBatches"
_MAX_MULTIPART = 100_000
"""Characters of data in a job that is made by one multipart request [D]."""
_ROWS_PER_BATCH = 10_000
_PIECE = 1 << 20


def create(call: Call) -> Answer:
    """`POST /jobs/ingest`: an open job waiting for its data; a multipart request brings the data with it."""
    if call.header("content-type").lower().startswith("multipart/form-data"):
        return _create_with_data(call)
    return Answer(body=_create(call, asked(call, IngestRequest)).made())


def listing(call: Call) -> Answer:
    """`GET /jobs/ingest`: all ingest jobs."""
    jobs = call.org.jobs.of("ingest")
    return Answer(body={"done": True, "records": [job.listed() for job in jobs], "nextRecordsUrl": None})


def upload(call: Call) -> Answer:
    """`PUT /jobs/ingest/{id}/batches`: the data, once."""
    job = _job(call)
    if not call.header("content-type").lower().startswith("text/csv"):
        raise ApiError(415, "UNSUPPORTED_MEDIA_TYPE", "The data of the job must be sent as text/csv")
    if job.state != "Open" or job.uploaded:
        text = f"Found multiple contents for job: <{job.id}>, please 'Close' / 'Abort' / 'Delete' the current Job"
        raise ApiError(400, "INVALIDJOBSTATE", f"{text} then create a new Job and make sure you only do 'PUT' once")
    assert call.upload is not None
    with job.file("upload").open("wb") as out:
        shutil.copyfileobj(call.upload, out, _PIECE)
    _take(job)
    return Answer(201, content=b"")


def info(call: Call) -> Answer:
    """`GET /jobs/ingest/{id}`: the job, one step further each time."""
    return Answer(body=look(_job(call), call.org.jobs.rules, call.org.clock()).full())


def change(call: Call) -> Answer:
    """`PATCH /jobs/ingest/{id}`: UploadComplete sets it to work, Aborted stops it."""
    job, state = _job(call), change_state(call)
    if state == "UploadComplete":
        _begin(call, job)
    elif state == "Aborted":
        abort(job, call.org.clock())
    else:
        raise ApiError(400, "INVALIDJOBSTATE", f"A job cannot be set to state {state}")
    return Answer(body=job.short())


def delete(call: Call) -> Answer:
    """`DELETE /jobs/ingest/{id}`."""
    call.org.jobs.delete(_job(call))
    return Answer(204)


def results(call: Call, name: str) -> Answer:
    """One of the three result files."""
    job = _job(call)
    if job.state not in ("JobComplete", "Failed", "Aborted"):
        raise ApiError(400, "INVALIDJOBSTATE", f"Results are not available while the job is in state {job.state}")
    path = job.file(name)
    content = _pieces(path) if path.exists() else b""
    return Answer(headers={"Content-Type": "text/csv"}, content=content)


def _create(call: Call, request: IngestRequest) -> Job:
    found = call.access.visible(request.object)
    if found is None:
        raise ApiError(400, "INVALIDENTITY", f"Entity '{request.object}' is not supported by the Bulk API.")
    if request.operation == "upsert" and not request.externalIdFieldName:
        raise ApiError(400, "INVALIDJOB", "InvalidJob : External ID was blank for this object")
    if request.externalIdFieldName and request.externalIdFieldName not in found:
        text = f"InvalidJob : Field name provided, {request.externalIdFieldName} does not match an External ID"
        raise ApiError(400, "INVALIDJOB", f"{text}, Salesforce Id, or indexed field for {found.name}")
    if request.operation == "hardDelete" and not call.access.may("BulkApiHardDelete"):
        text = "hardDelete operation requires special user profile permission, please contact your system administrator"
        raise ApiError(400, "FEATURENOTENABLED", text)
    jobs, now = call.org.jobs, call.org.clock()
    if jobs.daily.used(_LIMIT, now) >= jobs.rules.daily_batches:
        most = jobs.rules.daily_batches
        raise ApiError(400, "LIMIT_EXCEEDED", f"Max batches ({most}) per 24 hrs has been reached ({most})")
    return jobs.create(
        call.org, kind="ingest", operation=request.operation, object=found.name, user_id=call.user_id,
        version=call.version, state="Open", delimiter=request.columnDelimiter, ending=request.lineEnding,
        external_id=request.externalIdFieldName, assignment_rule=request.assignmentRuleId,
    )  # fmt: skip


def _create_with_data(call: Call) -> Answer:
    """A small job in one request: a part named `job`, JSON, and a part named `content`, CSV."""
    head = f"Content-Type: {call.header('content-type')}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + call.body)
    parts = {part.get_param("name", header="content-disposition"): part for part in message.iter_parts()}
    if set(parts) != {"job", "content"}:
        raise ApiError(400, "INVALID_MULTIPART_REQUEST", "A multipart request needs the parts 'job' and 'content'")
    text = parts["job"].get_payload(decode=True)
    data = parts["content"].get_payload(decode=True)
    assert isinstance(text, bytes)
    assert isinstance(data, bytes)
    if len(data) > _MAX_MULTIPART:
        raise ApiError(400, "LIMIT_EXCEEDED", "Multipart requests take at most 100000 characters of data")
    job = _create(call, asked(msgspec.structs.replace(call, body=text), IngestRequest))
    job.file("upload").write_bytes(data)
    _take(job)
    _begin(call, job)
    return Answer(body=job.made())


def _take(job: Job) -> None:
    """Note that the data is there, unless it is too much."""
    if job.file("upload").stat().st_size > MAX_BYTES:
        job.file("upload").unlink()
        raise ApiError(400, "LIMIT_EXCEEDED", "The uploaded CSV data is larger than 100 MB; split it into several jobs")
    job.uploaded = True


def _begin(call: Call, job: Job) -> None:
    if job.state != "Open":
        raise ApiError(400, "INVALIDJOBSTATE", f"Cannot set a job in state {job.state} to UploadComplete")
    if not job.uploaded:
        raise ApiError(400, "INVALIDJOBSTATE", "The job has no data yet: upload it before setting UploadComplete")
    org = call.org
    job.state, job.modified = "UploadComplete", org.clock()

    def work(one: Job) -> None:
        try:
            ingest(org, org.jobs.rules, one)
        finally:
            org.jobs.daily.count(_LIMIT, org.clock(), max(1, -(-one.processed // _ROWS_PER_BATCH)))

    org.jobs.start(job, work)


def _job(call: Call) -> Job:
    return call.org.jobs.find("ingest", call.args["id"], call.org.clock())


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while piece := source.read(_PIECE):
            yield piece


_JOB = "/services/data/{v}/jobs/ingest/{id}"
ROUTES = [
    Route("/services/data/{v}/jobs/ingest", POST=create, GET=listing),
    Route(_JOB, GET=info, PATCH=change, DELETE=delete),
    Route(f"{_JOB}/batches", PUT=upload),
    *(
        Route(f"{_JOB}/{name}", GET=partial(results, name=name))
        for name in ("successfulResults", "failedResults", "unprocessedrecords")
    ),
]
