"""Many small GETs in few requests: a `$batch` of up to a thousand, those that met a passing fault sent again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import msgspec

from connector.adapters.dynamics import multipart
from connector.adapters.dynamics.errors import from_answer
from connector.adapters.dynamics.multipart import Answer, Operation
from connector.adapters.dynamics.session import HEADERS, Session
from connector.adapters.web.errors import Hidden
from connector.adapters.web.retrying import is_passing
from connector.errors import ConnectorError, Unanswered


def gets(session: Session, paths: Sequence[str]) -> list[Any]:
    """The decoded answers in the order of the paths; None for what is no longer there. At most `multipart.MOST`.

    Raises an Abort for what fails for good; CrmFailed after the last try.
    """
    found: dict[int, Any] = {}

    def once() -> None:
        left = [at for at in range(len(paths)) if at not in found]
        failed: ConnectorError | None = None
        answers = _send(session, [Operation("GET", paths[at], HEADERS) for at in left])
        for at, answer in zip(left, answers, strict=False):
            try:
                found[at] = _decoded(answer, paths[at])
            except ConnectorError as error:
                failed = failed or error
        if failed is not None:
            raise failed
        if len(found) < len(paths):
            raise Unanswered("the batch was stopped before its end", where=f"{session.data}/$batch")

    if paths:
        session.pace.retry(once, is_passing)
    return [found[at] for at in range(len(paths))]


def _send(session: Session, operations: Sequence[Operation]) -> list[Answer]:
    boundary = f"batch_{uuid4()}"
    headers: Mapping[str, str] = {
        "Content-Type": f'multipart/mixed; boundary="{boundary}"',
        "Prefer": "odata.continue-on-error",
    }
    body = multipart.encode(operations, boundary)
    response = session.send("POST", f"{session.data}/$batch", data=body, headers=headers)
    return multipart.decode(response.headers.get("Content-Type", ""), response.content)


def _decoded(answer: Answer, path: str) -> Any:
    where = f"GET {path.partition('?')[0]}"
    try:
        body = msgspec.json.decode(answer.body) if answer.body else None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unanswered("a part of the batch's answer is not JSON", where=where) from error
    if answer.is_success:
        return body
    found = from_answer(answer.status, body, where=where, headers=answer.headers)
    if isinstance(found, Hidden):
        return None
    raise found
