"""The web application of one environment: finds the resource for a request, checks the token, and writes the answer.

A family of resources is one file in `resources/`; dropping a file there is all it takes to be served.
"""

import re
import time
from collections.abc import Callable
from email.utils import format_datetime
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

import msgspec
from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as Endpoint

from connector.sandbox.dynamics.callers import caller
from connector.sandbox.dynamics.errors import DataverseError, no_resource, no_segment
from connector.sandbox.dynamics.http import Answer, Call, Route
from connector.sandbox.dynamics.org import Org
from connector.sandbox.dynamics.resources import all_routes

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
_API = re.compile(r"/api/data/v(\d+\.\d+)(?:/(.*))?$", re.DOTALL)
_VERSIONS = frozenset({"8.0", "8.1", "8.2", "9.0", "9.1", "9.2"})
_AT_ONCE = 128
"""Requests worked on at once: more than a user is allowed, so that it is the limit that refuses."""
_LONGEST_URL = 32_768
"""Characters of the URL of a request that is not in a batch [D compose-http-requests]."""


def build(org: Org) -> Starlette:
    """The application serving that environment."""
    routes = all_routes()
    threads = CapacityLimiter(_AT_ONCE)

    def dispatch(call: Call) -> Answer:
        return _dispatch(routes, call)

    async def endpoint(request: Request) -> Response:
        call = _call(org, request, await request.body(), dispatch)
        answer = await to_thread.run_sync(_counted, call, limiter=threads)
        return _response(call, answer)

    return Starlette(
        routes=[Endpoint("/{path:path}", endpoint, methods=_METHODS)],
        middleware=[Middleware(GZipMiddleware, minimum_size=2_000, compresslevel=1)],
    )


def _call(org: Org, request: Request, body: bytes, dispatch: Callable[[Call], Answer]) -> Call:
    scope = request.scope
    raw = (scope.get("raw_path") or request.url.path.encode()).decode("latin-1").partition("?")[0]
    raw_query = scope["query_string"].decode("latin-1")
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    base_url = f"{scope['scheme']}://{headers.get('host', 'localhost')}"
    made = call_of(org, request.method, raw, raw_query, headers, body, base_url, dispatch)
    if len(raw) + len(raw_query) > _LONGEST_URL:
        made.path = "\0"
    return made


def call_of(
    org: Org, method: str, raw_path: str, raw_query: str, headers: dict[str, str], body: bytes, base_url: str,
    dispatch: Callable[[Call], Answer],
) -> Call:  # fmt: skip
    """A request from its parts as they came over the wire; $batch makes the requests inside it so, too."""
    path = unquote(raw_path)
    path = path if len(path) == 1 else path.rstrip("/")
    query = dict(parse_qsl(raw_query, keep_blank_values=True))
    return Call(method, path, query, headers, body, base_url, org, dispatch, raw_query)


def _counted(call: Call) -> Answer:
    """Answer one request from outside: it counts against the limits of its user, a batch as one."""
    org, now = call.org, call.org.clock()
    try:
        if call.path == "\0":
            raise DataverseError(414, "", "The request URL is too long.")
        if not _API.match(call.path):
            return call.dispatch(call)
        call.user_id = caller(call, now)
        began = time.perf_counter()
        with org.protection.admitted(call.user_id, now):
            answer = call.dispatch(call)
        org.protection.spent(call.user_id, now, (time.perf_counter() - began) * 1000 + org.rules.limits.cost_ms)
    except DataverseError as error:
        answer = _refusal(call, error)
    answer.headers = {**answer.headers, **org.protection.headers(call.user_id)}
    return answer


def _dispatch(routes: list[Route], call: Call) -> Answer:
    try:
        return _find(routes, call)
    except DataverseError as error:
        return _refusal(call, error)


def _find(routes: list[Route], call: Call) -> Answer:
    api = _API.match(call.path)
    path = call.path
    if api is not None:
        call.version, path = api[1], api[2] or ""
        if call.version not in _VERSIONS:
            raise DataverseError(400, "0x80060888", f"Invalid API version v{call.version} in the URL.")
    elif call.path.startswith("/api/"):
        raise DataverseError(400, "0x80060888", f"The URL is not of the form /api/data/v9.2/…: '{call.path}'")
    known: int | None = None
    for route in routes:
        args = route.match(path) if route.absolute == (api is None) else None
        if args is not None and known in (None, route.rank[0]):
            known = route.rank[0]  # a function's name is not tried as a table's
            handler = route.handlers.get("GET" if call.method == "HEAD" else call.method)
            if handler is not None:
                call.args = args
                return handler(call)
    if known is not None:
        raise no_resource(call.base_url + call.path)
    raise no_segment(path.partition("/")[0].partition("(")[0]) if api else no_resource(call.base_url + call.path)


def _refusal(call: Call, error: DataverseError) -> Answer:
    """The refusal as the client reads it; what 401 says in its body is not known, so that it says nothing."""
    body = None if error.status == 401 else error.body(annotated=call.annotated)
    return Answer(error.status, body, dict(error.headers))


def _response(call: Call, answer: Answer) -> Response:
    headers = {"Date": format_datetime(call.org.clock(), usegmt=True), "OData-Version": "4.0", **answer.headers}
    headers["x-ms-service-request-id"] = str(uuid4())
    if answer.status >= 400:
        headers["REQ_ID"] = headers["x-ms-service-request-id"]
    for name in ("x-ms-client-request-id", "client-request-id"):
        if call.header(name):
            headers[name] = call.header(name)
    if answer.content is not None:
        if isinstance(answer.content, bytes):
            return Response(answer.content, answer.status, headers, answer.media_type)
        return StreamingResponse(answer.content, answer.status, headers, answer.media_type)
    if answer.body is None:
        return Response(b"", answer.status, headers)
    return Response(msgspec.json.encode(answer.body), answer.status, headers, answer.media_type)
