"""`/composite` and `/composite/batch`: several requests in one."""

import re
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route

MOST = 25
"""Subrequests in one composite or batch."""
MOST_QUERIES = 5
"""Of them, queries and collections."""
_REFERENCE = re.compile(r"@\{(\w+)((?:\.\w+|\[\d+\])*)\}")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_ROLLED_BACK = "The transaction was rolled back since another operation in the same transaction failed."


class _Undo(Exception):
    """Rolls back the whole composite."""


def composite(call: Call) -> Answer:
    """`POST /composite`: one after another; a later one may use `@{reference.id}` of an earlier one's answer."""
    body = call.json()
    parts = body.get("compositeRequest") if isinstance(body, dict) else None
    if not isinstance(parts, list) or not parts:
        raise ApiError(400, "JSON_PARSER_ERROR", "Expected compositeRequest at [line:1, column:1]")
    _check(parts)
    if not body.get("allOrNone"):
        return Answer(body={"compositeResponse": _run(call, parts, stop=False)})
    done: list[dict[str, Any]] = []
    try:
        with call.org.storage.transaction():
            done = _run(call, parts, stop=True)
            if any(part["httpStatusCode"] >= 400 for part in done):
                raise _Undo
    except _Undo:
        done = _halted(parts, done)
    return Answer(body={"compositeResponse": done})


def _check(parts: list[dict[str, Any]]) -> None:
    if len(parts) > MOST:
        text = f"Limit exceeded: up to {MOST} subrequests are allowed in a composite request"
        raise ApiError(400, "LIMIT_EXCEEDED", text)
    queries = sum(bool(re.search(r"/(query|queryAll|composite/sobjects)\b", str(part.get("url")))) for part in parts)
    if queries > MOST_QUERIES:
        text = f"Limit exceeded: up to {MOST_QUERIES} query and collection subrequests are allowed"
        raise ApiError(400, "LIMIT_EXCEEDED", text)
    references = [part.get("referenceId") for part in parts]
    if len(set(references)) < len(references) or not all(references):
        raise ApiError(400, "INVALID_INPUT", "every subrequest needs a referenceId of its own")


def _run(call: Call, parts: list[dict[str, Any]], *, stop: bool) -> list[dict[str, Any]]:
    bodies: dict[str, Any] = {}
    done: list[dict[str, Any]] = []
    for part in parts:
        reference = part["referenceId"]
        try:
            answer = _send(call, _filled(part, bodies))
        except _UnknownReferenceError as error:
            refused = {"errorCode": "PROCESSING_HALTED", "message": f"Invalid reference specified. {error}"}
            answer = Answer(400, [refused])
        bodies[reference] = answer.body
        headers = {name: text for name, text in answer.headers.items() if name != "Sforce-Limit-Info"}
        done.append(
            {
                "body": answer.body,
                "httpHeaders": headers if answer.status in (201, 304) else {},
                "httpStatusCode": answer.status,
                "referenceId": reference,
            }
        )
        if stop and answer.status >= 400:
            break
    return done


def _halted(parts: list[dict[str, Any]], done: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The failed part keeps its own answer, all others are told that they were undone."""
    out = []
    for place, part in enumerate(parts):
        if place < len(done) and done[place]["httpStatusCode"] >= 400:
            out.append(done[place])
            continue
        body = [{"errorCode": "PROCESSING_HALTED", "message": _ROLLED_BACK}]
        out.append({"body": body, "httpHeaders": {}, "httpStatusCode": 400, "referenceId": part["referenceId"]})
    return out


def batch(call: Call) -> Answer:
    """`POST /composite/batch`: independent requests; each counts against the daily allowance [D composite_batch]."""
    body = call.json()
    parts = body.get("batchRequests") if isinstance(body, dict) else None
    if not isinstance(parts, list) or not parts:
        raise ApiError(400, "JSON_PARSER_ERROR", "Expected batchRequests at [line:1, column:1]")
    if len(parts) > MOST:
        raise ApiError(
            400, "LIMIT_EXCEEDED", f"Limit exceeded: up to {MOST} subrequests are allowed in a batch request"
        )
    call.org.usage.count(call.org.clock(), len(parts) - 1)
    results: list[dict[str, Any]] = []
    halted = False
    for part in parts:
        if halted:
            refused = [{"errorCode": "BATCH_PROCESSING_HALTED", "message": "Batch processing halted per request"}]
            results.append({"statusCode": 412, "result": refused})
            continue
        url = str(part.get("url", ""))
        path = url if url.startswith("/services") else f"/services/data/{url.lstrip('/')}"
        answer = _send(call, {"method": part.get("method"), "url": path, "body": part.get("richInput")})
        results.append({"statusCode": answer.status, "result": answer.body})
        halted = bool(body.get("haltOnError")) and answer.status >= 400
    failed = any(result["statusCode"] >= 400 for result in results)
    return Answer(body={"hasErrors": failed, "results": results})


def _send(call: Call, part: dict[str, Any]) -> Answer:
    path, _, query = str(part.get("url", "")).partition("?")
    headers = {name.lower(): str(value) for name, value in (part.get("httpHeaders") or {}).items()}
    inner = Call(
        method=str(part.get("method", "GET")).upper(),
        path=path,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers=headers,
        body=msgspec.json.encode(part["body"]) if part.get("body") is not None else b"",
        base_url=call.base_url,
        org=call.org,
        dispatch=call.dispatch,
        session=call.session,
    )
    return call.dispatch(inner)


class _UnknownReferenceError(Exception):
    """A subrequest refers to something that no earlier answer holds."""


def _filled(value: Any, bodies: dict[str, Any]) -> Any:
    """The subrequest with every `@{...}` replaced."""
    if isinstance(value, dict):
        return {name: _filled(item, bodies) for name, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, bodies) for item in value]
    if isinstance(value, str):
        return _REFERENCE.sub(lambda matched: _look_up(matched, bodies), value)
    return value


def _look_up(matched: re.Match[str], bodies: dict[str, Any]) -> str:
    value = bodies.get(matched.group(1))
    for name, place in _STEP.findall(matched.group(2)):
        if name and isinstance(value, dict):
            value = value.get(name)
        elif place and isinstance(value, list) and int(place) < len(value):
            value = value[int(place)]
        else:
            value = None
    if value is None or isinstance(value, dict | list):
        raise _UnknownReferenceError(f"No value for {matched.group(0)}")
    return str(value)


ROUTES = [
    Route("/services/data/{v}/composite", POST=composite),
    Route("/services/data/{v}/composite/batch", POST=batch),
]
