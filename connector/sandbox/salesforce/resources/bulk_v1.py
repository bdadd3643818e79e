"""`/services/async/59.0/job`: the Bulk API 1.0, which older clients still use (jsforce, simple-salesforce `bulk`)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import msgspec

from connector.sandbox.salesforce.asking import asking
from connector.sandbox.salesforce.bulk import v1
from connector.sandbox.salesforce.bulk.csvfile import Layout
from connector.sandbox.salesforce.bulk.v1 import Batch, BatchFailedError, OldJob
from connector.sandbox.salesforce.http import Answer, Call, Route
from connector.sandbox.salesforce.soql import results
from connector.sandbox.salesforce.soql.fault import QueryError
from connector.sandbox.salesforce.soql.parse import parse
from connector.sandbox.salesforce.soql.select import compile_query
from connector.sandbox.salesforce.versions import is_supported

_OPERATIONS = frozenset({"insert", "update", "upsert", "delete", "hardDelete", "query", "queryAll"})
_QUERIES = frozenset({"query", "queryAll"})


class AsyncError(Exception):
    """What this API refuses: an exceptionCode and a message, with status 400."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def _guarded(handler: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
    """Find the session in its own header and word refusals in this API's way."""

    def guarded(call: Call) -> Answer:
        try:
            version = call.args["number"]
            if not is_supported(version):
                raise AsyncError("InvalidVersion", f"API version {version} is not supported")
            call.version = version
            token = call.header("x-sfdc-session") or call.header("authorization").partition(" ")[2]
            call.session = call.org.sessions.find(token.strip(), call.org.clock())
            if call.session is None:
                raise AsyncError("InvalidSessionId", "Invalid session id")
            if not call.org.usage.count(call.org.clock()):
                raise AsyncError("ExceededQuota", "TotalRequests Limit exceeded.")
            return handler(call)
        except AsyncError as error:
            values = {"exceptionCode": error.code, "exceptionMessage": error.message}
            return _say(call, "error", values, json=_wants_json(call), status=400)

    return guarded


def create(call: Call) -> Answer:
    """`POST /job`: an open job, asked for in JSON or XML."""
    asked = _body(call)
    operation, object_name = asked.get("operation", ""), asked.get("object", "")
    found = call.access.visible(object_name)
    if operation not in _OPERATIONS:
        raise AsyncError("InvalidJob", f"Invalid operation: {operation}")
    if found is None:
        raise AsyncError("InvalidEntity", f"Entity '{object_name}' is not supported by the Bulk API.")
    content = str(asked.get("contentType") or "XML").upper()
    if content not in ("JSON", "CSV"):
        raise AsyncError("InvalidJob", f"contentType {content} is not served here: use JSON or CSV")
    if operation == "hardDelete" and not call.access.may("BulkApiHardDelete"):
        raise AsyncError("FeatureNotEnabled", "hardDelete operation requires special user profile permission")
    job = OldJob(
        id=call.org.ids.next("750"), operation=operation, object=found.name, content_type=content,
        concurrency="Serial" if asked.get("concurrencyMode") == "Serial" else "Parallel", user_id=call.user_id,
        version=call.version, created=call.org.clock(), external_id=asked.get("externalIdFieldName") or None,
        assignment_rule=asked.get("assignmentRuleId") or None,
    )  # fmt: skip
    call.org.jobs.old[job.id] = job
    return _say(call, "jobInfo", job.info(), json=_wants_json(call), status=201)


def job_info(call: Call) -> Answer:
    """`GET /job/{id}`."""
    job = _job(call)
    return _say(call, "jobInfo", job.info(), json=job.content_type == "JSON" or _wants_json(call))


def change(call: Call) -> Answer:
    """`POST /job/{id}`: Closed or Aborted."""
    job, state = _job(call), _body(call).get("state", "")
    if state not in ("Closed", "Aborted"):
        raise AsyncError("InvalidJobState", f"A job cannot be set to state {state}")
    job.state = state
    return _say(call, "jobInfo", job.info(), json=_wants_json(call))


def add_batch(call: Call) -> Answer:
    """`POST /job/{id}/batch`: rows, or the text of a query."""
    job = _job(call)
    if job.state != "Open":
        raise AsyncError("InvalidJobState", f"Cannot add a batch to a job in state {job.state}")
    assert call.upload is not None
    batch = Batch(id=call.org.ids.next("751"), request=call.upload.read(), created=call.org.clock())
    job.batches[batch.id] = batch
    try:
        if job.operation in _QUERIES:
            _query(call, job, batch)
        else:
            v1.write(call.org, job, batch)
            call.org.jobs.daily.count("DailyBulkApiBatches", call.org.clock())
    except BatchFailedError as failure:
        batch.message = str(failure)
    return _say(call, "batchInfo", job.batch_info(batch), json=job.content_type == "JSON", status=201)


def batches(call: Call) -> Answer:
    """`GET /job/{id}/batch`."""
    job = _job(call)
    listed = [job.batch_info(_step(call, batch)) for batch in job.batches.values()]
    if job.content_type == "JSON":
        return Answer(body={"batchInfo": listed})
    return _xml(v1.xml_list("batchInfoList", "batchInfo", listed))


def batch_info(call: Call) -> Answer:
    """`GET /job/{id}/batch/{batch}`: one step further each time."""
    job, batch = _batch(call)
    return _say(call, "batchInfo", job.batch_info(_step(call, batch)), json=job.content_type == "JSON")


def request(call: Call) -> Answer:
    """`GET /job/{id}/batch/{batch}/request`: what was sent."""
    job, batch = _batch(call)
    kind = "application/json" if job.content_type == "JSON" else "text/csv"
    return Answer(headers={"Content-Type": kind}, content=batch.request)


def result(call: Call) -> Answer:
    """`GET /job/{id}/batch/{batch}/result`: outcomes of rows, or the ids under which a query's records lie."""
    job, batch = _batch(call)
    if batch.state not in ("Completed", "Failed"):
        raise AsyncError("InvalidBatch", "Batch not completed")
    if job.operation in _QUERIES:
        ids = [batch.result_id] if batch.result_id else []
        return Answer(body=ids) if job.content_type == "JSON" else _xml(v1.xml_list("result-list", "result", ids))
    if job.content_type == "JSON":
        return Answer(body=v1.result_json(job, batch))
    return Answer(headers={"Content-Type": "text/csv"}, content=v1.result_csv(job, batch))


def query_result(call: Call) -> Answer:
    """`GET /job/{id}/batch/{batch}/result/{result}`: a query's records."""
    job, batch = _batch(call)
    if call.args["result"] != batch.result_id:
        raise AsyncError("InvalidBatch", f"No result {call.args['result']}")
    if job.content_type == "JSON":
        return Answer(body=batch.rows)
    layout = Layout()
    lines = [layout.line(batch.header)]
    lines += [layout.line([_cell(v1.at(row, name)) for name in batch.header]) for row in batch.rows]
    return Answer(headers={"Content-Type": "text/csv"}, content="".join(lines).encode())


def _query(call: Call, job: OldJob, batch: Batch) -> None:
    try:
        who = asking(call.org, job.user_id, deleted=job.operation == "queryAll")
        statement = compile_query(parse(batch.request.decode("utf-8", errors="replace")), who)
    except QueryError as error:
        raise BatchFailedError(f"InvalidBatch : {error.code}: {error.message}") from error
    if statement.kind != "rows" or statement.children:
        raise BatchFailedError("InvalidBatch : Aggregate and nested queries are not supported in Bulk Query")
    db = call.org.storage.reader()
    found = results.find(statement, db)
    base = f"/services/data/v{job.version}/sobjects/"
    rows, _ = found.page(db, 0, max(len(found.keys), 1), base, lambda hits, place: "")
    batch.header = list(statement.projection.header)
    batch.rows = [_epochs(row) for row in rows] if job.content_type == "JSON" else rows
    batch.result_id = call.org.ids.next("752")


def _epochs(value: Any) -> Any:
    """Datetimes as this API's JSON has them: milliseconds since 1970."""
    if isinstance(value, dict):
        return {key: _epochs(inner) for key, inner in value.items()}
    if isinstance(value, str) and len(value) == 28 and value.endswith("+0000") and value[10] == "T":
        return int(datetime.strptime(value[:19], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC).timestamp() * 1000)
    return value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value[:-5] + "Z" if isinstance(value, str) and value.endswith(".000+0000") else str(value)


def _step(call: Call, batch: Batch) -> Batch:
    if batch.state in ("Queued", "InProgress"):
        batch.polls += 1
        done = "Failed" if batch.message else "Completed"
        batch.state = done if batch.polls > call.org.jobs.rules.polls else "InProgress"
    return batch


def _job(call: Call) -> OldJob:
    found = call.org.jobs.old.get(call.args["id"])
    if found is None:
        raise AsyncError("InvalidJob", f"Unable to find a job with id: {call.args['id']}")
    return found


def _batch(call: Call) -> tuple[OldJob, Batch]:
    job = _job(call)
    found = job.batches.get(call.args["batch"])
    if found is None:
        raise AsyncError("InvalidBatch", f"Unable to find a batch with id: {call.args['batch']}")
    return job, found


def _wants_json(call: Call) -> bool:
    return "json" in call.header("content-type").lower() or "json" in call.header("accept").lower()


def _body(call: Call) -> dict[str, Any]:
    """The body's values by element name, from JSON or XML."""
    try:
        if "json" in call.header("content-type").lower():
            return msgspec.json.decode(call.body, type=dict[str, Any])
        root = ElementTree.fromstring(call.body)
    except (msgspec.MsgspecError, ElementTree.ParseError) as error:
        raise AsyncError("InvalidJob", f"Unable to parse Job: {error}") from error
    return {child.tag.rpartition("}")[2]: (child.text or "").strip() for child in root}


def _say(call: Call, name: str, values: dict[str, Any], *, json: bool, status: int = 200) -> Answer:
    return Answer(status, values) if json else _xml(v1.xml(name, values), status)


def _xml(document: bytes, status: int = 200) -> Answer:
    return Answer(status, headers={"Content-Type": "application/xml"}, content=document)


_JOB = "/services/async/{number}/job/{id}"
_BATCH = f"{_JOB}/batch/{{batch}}"
ROUTES = [
    Route("/services/async/{number}/job", session=False, POST=_guarded(create)),
    Route(_JOB, session=False, GET=_guarded(job_info), POST=_guarded(change)),
    Route(f"{_JOB}/batch", session=False, GET=_guarded(batches), POST=_guarded(add_batch)),
    Route(_BATCH, session=False, GET=_guarded(batch_info)),
    Route(f"{_BATCH}/request", session=False, GET=_guarded(request)),
    Route(f"{_BATCH}/result", session=False, GET=_guarded(result)),
    Route(f"{_BATCH}/result/{{result}}", session=False, GET=_guarded(query_result)),
]
