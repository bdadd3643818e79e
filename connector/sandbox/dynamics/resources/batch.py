"""`POST /$batch`: up to 1,000 requests in one."""

from http import HTTPStatus
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec

from connector.sandbox.dynamics.app import call_of
from connector.sandbox.dynamics.batch import multipart
from connector.sandbox.dynamics.batch.multipart import ChangeSet, Operation, Reply
from connector.sandbox.dynamics.batch.run import References, run, unknown_reference
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.http import Answer, Call, Route

_LONGEST_URL = 65_536
"""Characters of a URL inside a batch [W 2.2]."""
_CONTINUE = "odata.continue-on-error"


def batch(call: Call) -> Answer:
    """Each part answered in its order; without `odata.continue-on-error` the first failure ends it with 400."""
    parts = multipart.parse(call.body, multipart.boundary_of(call.header("content-type")))
    goes_on = _CONTINUE in call.prefer
    _charge(call, parts)

    def send(operation: Operation, references: References) -> Reply:
        return _sent(call, operation, references)

    status, replies = run(parts, send, call.org.storage.transaction, continue_on_error=goes_on)
    boundary = f"batchresponse_{uuid4()}"
    inner = (f"changesetresponse_{uuid4()}" for _ in replies)
    headers = {"Preference-Applied": _CONTINUE} if goes_on else {}
    content = multipart.write(replies, boundary, inner)
    return Answer(status, None, headers, content, f"multipart/mixed; boundary={boundary}")


def _charge(call: Call, parts: list[Operation | ChangeSet]) -> None:
    """A batch is one request, but its execution time counts in full [W 4.4]."""
    operations = sum(len(one.operations) if isinstance(one, ChangeSet) else 1 for one in parts)
    extra = call.org.rules.limits.cost_ms * max(0, operations - 1)
    if extra:
        call.org.protection.spent(call.user_id, call.org.clock(), extra)


def _sent(call: Call, operation: Operation, references: References) -> Reply:
    try:
        answer = call.dispatch(_inner(call, operation, references))
    except DataverseError as error:
        answer = Answer(error.status, error.body(), dict(error.headers))
    return _reply(answer)


def _inner(call: Call, operation: Operation, references: References) -> Call:
    """The request that an operation stands for. Raises DataverseError for a URL that is not of this API."""
    if operation.url.startswith("$") and operation.url[1:2].isdecimal():
        raise unknown_reference(operation.url.partition("/")[0])
    url = urlsplit(operation.url)
    ours = not url.netloc or f"{url.scheme}://{url.netloc}" == call.base_url
    if not ours or not url.path.startswith("/api/data/v"):
        text = f"The URL '{operation.url}' in a batch is not below {call.base_url}/api/data/v{call.version}/."
        raise DataverseError(400, "0x80060888", text)
    if url.path.rstrip("/").endswith("/$batch"):
        raise DataverseError(400, "0x80060888", "A batch cannot hold another batch.")
    if len(operation.url) > _LONGEST_URL:
        raise DataverseError(414, "", "The request URL is too long.")
    made = call_of(
        call.org, operation.method, url.path, url.query, operation.headers, operation.body, call.base_url, call.dispatch
    )
    made.user_id = call.user_id
    made.references = dict(references)
    return made


def _reply(answer: Answer) -> Reply:
    """An answer as a part of the batch's, its headers in the recorded order."""
    headers: dict[str, str] = {}
    if answer.status >= 400:
        headers["REQ_ID"] = str(uuid4())
    body = b""
    if isinstance(answer.content, bytes):
        body = answer.content
    elif answer.content is not None:
        body = b"".join(answer.content)
    elif answer.body is not None:
        body = msgspec.json.encode(answer.body)
    if body:
        headers["Content-Type"] = answer.media_type
    headers |= {"OData-Version": "4.0", **answer.headers}
    return Reply(answer.status, HTTPStatus(answer.status).phrase, headers, body)


ROUTES = [Route("$batch", POST=batch)]
