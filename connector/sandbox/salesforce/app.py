"""The web application of one org: finds the resource for a request, checks the session, and writes the answer.

A family of resources is one file in `resources/`; dropping a file there is all it takes to be served.
"""

from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import parse_qsl, unquote

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route as Endpoint

from connector.sandbox.salesforce.http import Answer, ApiError, Call, Route, not_found
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.resources import all_routes
from connector.sandbox.salesforce.sessions import Session
from connector.sandbox.salesforce.upload import is_upload, spooled
from connector.sandbox.salesforce.versions import is_supported

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
_MAX_URI = 16_384
"""Bytes of a URI, and of URI and headers together, that are still read [D errorcodes 414 and 431]."""


def build(org: Org) -> Starlette:
    """The application serving that org."""
    routes = all_routes()

    def dispatch(call: Call) -> Answer:
        return _dispatch(routes, call)

    async def endpoint(request: Request) -> Response:
        refused = _too_long(request)
        if refused:
            return refused
        upload = await spooled(request) if is_upload(request) else None
        call = _call(org, request, b"" if upload else await request.body(), dispatch)
        call.upload = upload
        answer = await run_in_threadpool(_counted, call)
        return _response(call, answer)

    return Starlette(
        routes=[Endpoint("/{path:path}", endpoint, methods=_METHODS)],
        middleware=[Middleware(GZipMiddleware, minimum_size=2_000, compresslevel=1)],
    )


def _call(org: Org, request: Request, body: bytes, dispatch: Callable[[Call], Answer]) -> Call:
    scope = request.scope
    raw = (scope.get("raw_path") or request.url.path.encode()).decode("latin-1").partition("?")[0]
    path = "/" + raw.lstrip("/")  # the Salesforce CLI keeps the slash its instance URL ends in: `//services/data`
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    base_url = f"{scope['scheme']}://{headers.get('host', 'localhost')}"
    return Call(request.method, path, query, headers, body, base_url, org, dispatch)


def _too_long(request: Request) -> Response | None:
    scope = request.scope
    uri = len(scope.get("raw_path") or b"") + len(scope["query_string"])
    headers = sum(len(name) + len(value) for name, value in scope["headers"])
    if uri > _MAX_URI:
        return Response("<html><body><h1>414 URI Too Long</h1></body></html>", 414, media_type="text/html")
    if uri + headers > _MAX_URI:
        return Response("<html><body><h1>431 Request Header Fields Too Large</h1></body></html>", 431)
    return None


def _counted(call: Call) -> Answer:
    """Answer one request from outside: each is one API call against the daily allowance."""
    now = call.org.clock()
    try:
        if call.path.startswith("/services/data/v") and call.path.count("/") > 3:
            call.session = _session(call, now)
            if not call.access.may("ApiEnabled"):
                raise ApiError(403, "API_CURRENTLY_DISABLED", "API is disabled for this User")
            if not call.org.usage.count(now):
                raise ApiError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        answer = call.dispatch(call)
    except ApiError as error:
        answer = Answer(error.status, error.whole)
    if call.session is not None:
        answer.headers = {**answer.headers, "Sforce-Limit-Info": call.org.usage.limit_info(now)}
    return answer


def _session(call: Call, now: datetime) -> Session:
    kind, _, token = call.header("authorization").partition(" ")
    if kind.lower() not in ("bearer", "oauth"):
        token = call.query.get("oauth_token", "")
    found = call.org.sessions.find(token.strip(), now)
    if found is None:
        raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
    return found


def _dispatch(routes: list[Route], call: Call) -> Answer:
    try:
        for route in routes:
            args = route.match(call.path)
            if args is not None:
                call.args = {name: unquote(text) for name, text in args.items()}
                call.version = call.args.pop("v", call.version)
                return _handle(route, call)
        raise not_found()
    except ApiError as error:
        return Answer(error.status, error.whole)


def _handle(route: Route, call: Call) -> Answer:
    if call.version and not is_supported(call.version):
        raise ApiError(410, "UNSUPPORTED_API_VERSION", f"API version {call.version} is not supported.")
    if route.session and call.session is None:
        call.session = _session(call, call.org.clock())
    handler = route.handlers.get(call.method) or (route.handlers.get("GET") if call.method == "HEAD" else None)
    if handler is None:
        allowed = ",".join(route.handlers)
        raise ApiError(
            405, "METHOD_NOT_ALLOWED", f"HTTP Method '{call.method}' not allowed. Allowed are HEAD,{allowed}"
        )
    return handler(call)


def _response(call: Call, answer: Answer) -> Response:
    answer.headers = {"Date": format_datetime(call.org.clock(), usegmt=True), **answer.headers}
    if answer.content is not None:
        if isinstance(answer.content, bytes):
            return Response(answer.content, answer.status, answer.headers, answer.media_type)
        return StreamingResponse(answer.content, answer.status, answer.headers, answer.media_type)
    if answer.body is None:
        return Response(b"", answer.status, answer.headers)
    content = msgspec.json.encode(answer.body)
    if call.header("x-prettyprint") in ("1", "true"):
        content = msgspec.json.format(content, indent=2)
    return Response(content, answer.status, answer.headers, answer.media_type)
