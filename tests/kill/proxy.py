"""An HTTP proxy that kills the client's process group at a request of one's choice.

    with Proxy(sandbox.url) as proxy:
        proxy.arm(7, Blow.UNANSWERED, lambda: pid)      # dies when request 7 was carried out, before its answer

It understands just enough HTTP/1.1: one request after the other per connection, bodies by length or in chunks.
"""

from __future__ import annotations

import os
import signal
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO
from urllib.parse import urlsplit

from connector.store.ledger.process import _born


class Blow(StrEnum):
    """When, within a request, the client dies."""

    UNSERVED = "before it is served"
    UNANSWERED = "carried out but unanswered"
    HALF_ANSWERED = "in the middle of the answer"
    HALF_SENT = "in the middle of its own body"


@dataclass
class Message:
    """A request or an answer, byte for byte."""

    first: bytes
    head: bytes
    body: bytes

    @property
    def whole(self) -> bytes:
        """All of it."""
        return self.first + self.head + self.body

    @property
    def method(self) -> str:
        """Of a request; a batch of nothing but GETs is one."""
        method = self.first.split(b" ")[0].decode()
        return "GET" if self.path.endswith("/$batch") and b"\nPATCH " not in self.body else method

    @property
    def path(self) -> str:
        """Of a request, without its query."""
        return self.first.split(b" ")[1].decode().partition("?")[0]


@dataclass
class Proxy:
    """Stands between a client and the sandbox. `seen`: method and path of every request so far."""

    upstream: str
    seen: list[tuple[str, str]] = field(default_factory=list)
    on: Callable[[int], None] = lambda number: None
    """Called with the number of each request before it is looked at."""
    _at: int = 0
    _blow: Blow = Blow.UNSERVED
    _victim: Callable[[], int] = lambda: 0

    def __enter__(self) -> Proxy:
        target = urlsplit(self.upstream)
        self._address = (target.hostname, target.port)
        self._lock = threading.Lock()
        proxy = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                proxy._connection(self.request)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler, bind_and_activate=True)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *error: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def arm(self, at: int, blow: Blow, victim: Callable[[], int]) -> None:
        """The process group that `victim` names then dies at request number `at`."""
        self._victim, self._blow, self._at = victim, blow, at

    def _connection(self, client: socket.socket) -> None:
        with socket.create_connection(self._address) as server:  # type: ignore[arg-type]
            asked, answered = client.makefile("rb"), server.makefile("rb")
            try:
                while request := read(asked, is_answer=False):
                    with self._lock:
                        self.seen.append((request.method, request.path))
                        number = len(self.seen)
                    self.on(number)
                    blow = self._blow if number == self._at else None
                    if not self._pass(request, blow, client, server, answered):
                        return
            except OSError:
                return

    def _pass(
        self, request: Message, blow: Blow | None, client: socket.socket, server: socket.socket, answered: BinaryIO
    ) -> bool:
        """Passes one request on and its answer back; False if the client died over it."""
        if blow is Blow.HALF_SENT:
            server.sendall(request.first + request.head + request.body[: len(request.body) // 2])
        if blow in (Blow.HALF_SENT, Blow.UNSERVED):
            return self._kill()
        server.sendall(request.whole)
        answer = read(answered, is_answer=True, asked_by=request.method)
        if answer is None:
            return False
        if blow is Blow.UNANSWERED:
            return self._kill()
        if blow is Blow.HALF_ANSWERED:
            client.sendall(answer.first + answer.head + answer.body[: len(answer.body) // 2])
            return self._kill()
        client.sendall(answer.whole)
        return True

    def _kill(self) -> bool:
        """Returns when it is dead: what it might still do is done."""
        victim = self._victim()
        os.killpg(victim, signal.SIGKILL)
        while _born(victim) not in (None, "dead"):
            time.sleep(0.001)
        return False


def read(stream: BinaryIO, *, is_answer: bool, asked_by: str = "") -> Message | None:
    """The next message of a connection; None at its end."""
    first = stream.readline()
    if not first.strip():
        return None
    head, length, chunked = b"", None, False
    while True:
        line = stream.readline()
        head += line
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if name.lower() == b"transfer-encoding" and b"chunked" in value.lower():
            chunked = True
        if not line.strip():
            break
    if chunked:
        return Message(first, head, _chunks(stream))
    status = int(first.split(b" ")[1]) if is_answer else 0
    if is_answer and (asked_by == "HEAD" or status in (204, 304)):
        length = 0
    if length is None:
        return Message(first, head, stream.read() if is_answer else b"")
    return Message(first, head, stream.read(length))


def _chunks(stream: BinaryIO) -> bytes:
    body = b""
    while True:
        line = stream.readline()
        size = int(line.split(b";")[0], 16)
        body += line + stream.read(size + 2)
        if size == 0:
            return body
