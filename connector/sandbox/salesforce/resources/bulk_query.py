"""`/jobs/query`: Bulk API 2.0 query jobs, their results and their pages."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

import msgspec

from connector.sandbox.salesforce.asking import asking
from connector.sandbox.salesforce.bulk.export import export, locator, page, position
from connector.sandbox.salesforce.bulk.job import Job
from connector.sandbox.salesforce.bulk.request import Delimiter, Ending, asked, change_state
from connector.sandbox.salesforce.bulk.states import abort, look
from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route
from connector.sandbox.salesforce.soql import tree
from connector.sandbox.salesforce.soql.fault import QueryError
from connector.sandbox.salesforce.soql.functions import is_aggregate
from connector.sandbox.salesforce.soql.parse import parse
from connector.sandbox.salesforce.soql.select import Statement, compile_query

_LIMIT = "DailyBulkV2QueryJobs"
_LINKS = 5
"""Result pages named in one answer of `resultPages` [D query_get_parallel_job_results]."""
_UNSUPPORTED = frozenset(
    {
        "EntityDefinition", "FieldDefinition", "LeadStatus", "TaskStatus", "TaskPriority", "OpportunityStage",
        "StandardValueSet",
    }
)  # fmt: skip


class _Request(msgspec.Struct, forbid_unknown_fields=True):
    """The body that creates a query job."""

    operation: Literal["query", "queryAll"]
    query: str
    contentType: Literal["CSV"] = "CSV"  # noqa: N815
    columnDelimiter: Delimiter = "COMMA"  # noqa: N815
    lineEnding: Ending = "LF"  # noqa: N815


def create(call: Call) -> Answer:
    """`POST /jobs/query`: the job is at work at once."""
    request = asked(call, _Request)
    jobs, now = call.org.jobs, call.org.clock()
    statement = _statement(call, request)
    if jobs.daily.used(_LIMIT, now) >= jobs.rules.daily_query_jobs:
        most = jobs.rules.daily_query_jobs
        raise ApiError(400, "LIMIT_EXCEEDED", f"Max bulk v2 query jobs ({most}) per 24 hrs has been reached ({most})")
    jobs.daily.count(_LIMIT, now)
    job = jobs.create(
        call.org, kind="query", operation=request.operation, object=statement.object.name, user_id=call.user_id,
        version=call.version, state="UploadComplete", delimiter=request.columnDelimiter, ending=request.lineEnding,
    )  # fmt: skip
    jobs.start(job, partial(export, call.org, statement))
    return Answer(body=job.made())


def listing(call: Call) -> Answer:
    """`GET /jobs/query`: all query jobs."""
    jobs = call.org.jobs.of("query")
    return Answer(body={"done": True, "records": [job.listed() for job in jobs], "nextRecordsUrl": None})


def info(call: Call) -> Answer:
    """`GET /jobs/query/{id}`: the job, one step further each time."""
    return Answer(body=look(_job(call), call.org.jobs.rules, call.org.clock()).full())


def change(call: Call) -> Answer:
    """`PATCH /jobs/query/{id}`: only to abort it."""
    job = _job(call)
    if change_state(call) != "Aborted":
        raise ApiError(400, "INVALIDJOBSTATE", "The only state a query job can be set to is Aborted")
    abort(job, call.org.clock())
    return Answer(body=job.short())


def delete(call: Call) -> Answer:
    """`DELETE /jobs/query/{id}`."""
    call.org.jobs.delete(_job(call))
    return Answer(204)


def results(call: Call) -> Answer:
    """`GET /jobs/query/{id}/results`: a page of CSV; the last one's locator is the word `null`."""
    job = _finished(call)
    if job.state != "JobComplete":
        return Answer(204)  # no content yet, not an error [D since 224]
    start = _start(call, job)
    rows = _rows(call)
    given = min(rows, job.processed - start)
    more = locator(start + given, job) if start + given < job.processed else "null"
    headers = {"Content-Type": "text/csv", "Sforce-NumberOfRecords": str(given), "Sforce-Locator": more}
    return Answer(headers=headers, content=page(job, start, given))


def result_pages(call: Call) -> Answer:
    """`GET /jobs/query/{id}/resultPages`: up to five page addresses, for reading them in parallel."""
    job = _finished(call)
    if job.state != "JobComplete":
        return Answer(204)
    rows, start = call.org.jobs.rules.page_rows, _start(call, job)
    path = f"{call.root}/jobs/query/{job.id}"
    starts = list(range(start, max(job.processed, 1), rows))
    links = [{"resultUrl": f"{path}/results?locator={locator(one, job)}&maxRecords={rows}"} for one in starts[:_LINKS]]
    body: dict[str, Any] = {"resultPages": links, "nextRecordsUrl": None, "done": len(starts) <= _LINKS}
    if len(starts) > _LINKS:
        body["nextRecordsUrl"] = f"{path}/resultPages?locator={locator(starts[_LINKS], job)}"
    return Answer(body=body)


def _job(call: Call) -> Job:
    return call.org.jobs.find("query", call.args["id"], call.org.clock())


def _finished(call: Call) -> Job:
    job = _job(call)
    if job.version != call.version:
        text = f"The job was created with API version {job.version}; ask for its results with the same version"
        raise ApiError(409, "MISMATCHING_VERSIONS", text)
    if job.state in ("Failed", "Aborted"):
        raise ApiError(400, "INVALIDJOBSTATE", f"There are no results for a job in state {job.state}")
    return job


def _start(call: Call, job: Job) -> int:
    given = call.query.get("locator", "")
    start = position(given, job) if given else 0
    if start is None:
        raise ApiError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return start


def _rows(call: Call) -> int:
    given = call.query.get("maxRecords", "")
    if given and (not given.isdecimal() or int(given) == 0):
        raise ApiError(400, "INVALID_ARGUMENT", f"maxRecords must be a positive number: {given}")
    return int(given) if given else call.org.jobs.rules.page_rows


def _statement(call: Call, request: _Request) -> Statement:
    """The query, if the bulk API takes it. What it does not take is listed in [D query_create_job]."""
    try:
        query = parse(request.query)
        _refuse(query)
        who = asking(call.org, call.user_id, deleted=request.operation == "queryAll")
        statement = compile_query(query, who)
    except QueryError as error:
        raise ApiError(400, error.code, error.message) from error
    if statement.object.name in _UNSUPPORTED:
        text = f"Entity '{statement.object.name}' is not supported by the Bulk API."
        raise ApiError(400, "INVALIDENTITY", text)
    if any(cell.parts for cell in statement.projection.cells):
        raise ApiError(400, "FEATURENOTENABLED", "Selecting compound data not supported in Bulk Query")
    return statement


def _refuse(query: tree.Query) -> None:
    calls = [item.expression for item in query.select if isinstance(item, tree.Selected)]
    reasons = {
        "GROUP BY is not supported in Bulk Query": bool(query.group),
        "OFFSET is not supported in Bulk Query": query.offset is not None,
        "TYPEOF is not supported in Bulk Query": any(isinstance(item, tree.TypeOf) for item in query.select),
        "Nested queries are not supported in Bulk Query": any(isinstance(item, tree.Query) for item in query.select),
        "Aggregate Relationship functions are not supported in Bulk Query": any(map(is_aggregate, calls)),
        "The SOQL FIELDS function is not supported in Bulk Query": any(
            isinstance(one, tree.Call) and one.function.lower() == "fields" for one in calls
        ),
    }
    for reason, met in reasons.items():
        if met:
            raise QueryError("API_ERROR", f"Implementation restriction. {reason}.")


ROUTES = [
    Route("/services/data/{v}/jobs/query", POST=create, GET=listing),
    Route("/services/data/{v}/jobs/query/{id}", GET=info, PATCH=change, DELETE=delete),
    Route("/services/data/{v}/jobs/query/{id}/results", GET=results),
    Route("/services/data/{v}/jobs/query/{id}/resultPages", GET=result_pages),
]
