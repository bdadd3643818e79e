"""What goes wrong on the wire, as told by a faults file: latency, refusals, dropped connections, truncated answers.

Faults of the wire are the same for every CRM and live here, as ASGI middleware around its application. What goes wrong
with records (row locks, validation rules, automations, limits) is the CRM's own: `Faults.own` hands it those tables.
"""

import asyncio
import re
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connector.errors import BadInput


class Fault(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One `[[fault]]`. It hits requests whose method and path (with query) match: from the `first` match on, `times`
    in a row (0: for ever), or every `every`-th one.

    `latency` waits that many seconds. `status` answers instead of the CRM, with `retry_after` as header and as body
    `body` (text as it is; "html" a gateway's page; "" none) or the CRM's own error of `code` and `message`. `drop` cuts
    the connection after that many bytes of the answer's body, or before any answer if 0; `truncate` ends the body
    there as if it were whole. A dropped request has been carried out unless `carried_out = false`; one answered by
    `status` has not, unless `carried_out = true`. `expire_sessions` ends every session first.
    """

    path: str = ""
    method: str = ""
    first: int = 1
    times: int = 1
    every: int = 0
    latency: float = 0.0
    status: int = 0
    retry_after: int | None = None
    body: str | None = None
    code: str = ""
    message: str = ""
    drop: int | None = None
    truncate: int | None = None
    carried_out: bool | None = None
    expire_sessions: bool = False
    seen: int = 0
    hits: int = 0

    def hit(self, method: str, target: str) -> bool:
        """Whether this request, the next one to come, is to be hit; counts it."""
        if (self.method and self.method.upper() != method) or not re.search(self.path, target, re.IGNORECASE):
            return False
        self.seen += 1
        nth = self.seen - self.first
        due = nth >= 0 and (nth % self.every == 0 if self.every else self.times == 0 or nth < self.times)
        self.hits += due
        return due


class Faults:
    """The faults in force. `wire` may be appended to while the sandbox runs; `own` holds the CRM's own tables.

    The CRM sets the rest: how its sessions end, how its errors are worded, and the code of an error without one.
    """

    def __init__(self, wire: list[Fault] | None = None, own: dict[str, Any] | None = None) -> None:
        self.wire = wire or []
        self.own = own or {}
        self.expire_sessions: Callable[[], None] = lambda: None
        self.error_body: Callable[[str, str], str] = lambda code, message: ""
        self.unknown_code = "UNKNOWN_EXCEPTION"
        self._lock = threading.Lock()

    @classmethod
    def read(cls, path: Path) -> "Faults":
        """Faults from a TOML file. Raises BadInput naming file and key."""
        try:
            text = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            what = error.strerror if isinstance(error, OSError) else f"is not TOML: {error}"
            raise BadInput(what or str(error), where=str(path), next="docs/sandbox.md shows one") from error
        tables = text.pop("fault", [])
        try:
            wire = msgspec.convert(tables, list[Fault])
            for fault in wire:
                re.compile(fault.path)
        except (msgspec.ValidationError, re.error) as error:
            raise BadInput(f"[[fault]]: {error}", where=str(path), next="docs/sandbox.md lists the keys.") from error
        return cls(wire, text)

    def add(self, **keys: Any) -> Fault:
        """Add one wire fault, its keys as in a faults file, and return it so that its `hits` can be counted."""
        made = msgspec.convert(keys, Fault)
        with self._lock:
            self.wire.append(made)
        return made

    def due(self, method: str, target: str) -> list[Fault]:
        """The faults that hit this request."""
        with self._lock:
            return [fault for fault in self.wire if fault.hit(method, target)]


class FaultyApp:
    """An application that suffers the faults."""

    def __init__(self, app: ASGIApp, faults: Faults) -> None:
        self._app = app
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not self._faults.wire:
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        due = self._faults.due(scope["method"], scope["path"] + (f"?{query}" if query else ""))
        for fault in due:
            if fault.expire_sessions:
                self._faults.expire_sessions()
            if fault.latency:
                await asyncio.sleep(fault.latency)
        broken = next((fault for fault in due if fault.status or fault.drop is not None), None)
        cut = next((fault for fault in due if fault.truncate is not None), None)
        if broken is not None:
            await self._break(broken, scope, receive, send)
        elif cut is not None:
            await self._app(_plain(scope), receive, _Truncated(send, cut.truncate or 0))
        else:
            await self._app(scope, receive, send)

    async def _break(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.status:
            if fault.carried_out:
                await self._app(scope, receive, _swallow)
            else:
                await _read_all(receive)
            await self._answer(fault, send)
            return
        if fault.drop:
            await self._app(_plain(scope), receive, _Dropped(send, fault.drop))
            return
        if fault.carried_out is not False:
            await self._app(scope, receive, _swallow)
        scope["connector.cut"]()
        await _until_gone(receive)

    async def _answer(self, fault: Fault, send: Send) -> None:
        kind, text = "application/json;charset=UTF-8", fault.body
        if text is None:
            code = fault.code or self._faults.unknown_code
            text = self._faults.error_body(code, fault.message or "injected by a fault")
        elif text == "html":
            kind, text = "text/html", f"<html><body><h1>{fault.status} Service Error</h1></body></html>"
        body = text.encode()
        headers = [(b"content-length", str(len(body)).encode()), (b"content-type", kind.encode())]
        if fault.retry_after is not None:
            headers.append((b"retry-after", str(fault.retry_after).encode()))
        await send({"type": "http.response.start", "status": fault.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class _Dropped:
    """Passes on so many bytes of the body, then cuts the connection."""

    def __init__(self, send: Send, left: int) -> None:
        self._send = send
        self._left = left

    async def __call__(self, message: Message) -> None:
        body = message.get("body", b"")
        if message["type"] == "http.response.body" and len(body) >= self._left:
            await self._send({**message, "body": body[: self._left], "more_body": True})
            await asyncio.sleep(0.01)
            raise ConnectionAbortedError("dropped by a fault")
        self._left -= len(body)
        await self._send(message)


class _Truncated:
    """Passes on so many bytes of the body and ends it properly, so that the client sees nothing wrong."""

    def __init__(self, send: Send, left: int) -> None:
        self._send = send
        self._left = left

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [(name, value) for name, value in message["headers"] if name.lower() != b"content-length"]
            message = {**message, "headers": kept}
        else:
            body = message.get("body", b"")[: self._left]
            self._left -= len(body)
            message = {**message, "body": body}
        await self._send(message)


async def _swallow(message: Message) -> None:
    """Carries a request out without telling anyone."""


async def _until_gone(receive: Receive) -> None:
    """Waits until the server has noticed that the connection is cut, so that it does not answer on it."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _read_all(receive: Receive) -> None:
    while True:
        message = await receive()
        if message["type"] != "http.request" or not message.get("more_body"):
            return


def _plain(scope: Scope) -> Scope:
    """The same request without `Accept-Encoding`, so that bytes of the body can be counted."""
    kept = [(name, value) for name, value in scope["headers"] if name.lower() != b"accept-encoding"]
    return {**scope, "headers": kept}
