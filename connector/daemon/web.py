"""/healthz, /readyz and /metrics, on this machine alone unless told otherwise. Nothing can be changed through it.

/healthz   200 while the process lives and its scheduler works through its list: else restart it
/readyz    200 while every org's jobs end well; 503 with a line per org and job that does not
/metrics   for Prometheus

Whoever connects and says nothing is cut off after a while, and sooner if others come: the newest are answered.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from errno import EADDRNOTAVAIL
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, gaierror, socket
from types import TracebackType
from typing import Any, Final

import structlog

from connector.daemon.metrics import Metrics
from connector.errors import ConfigError
from connector.secrets import hidden

SILENCE: Final = 10
"""Seconds for which a connection may say nothing, or not take its answer."""
AT_ONCE: Final = 32
"""Connections at a time."""


class _Server(ThreadingHTTPServer):
    """A thread for each of so many connections at most: one more cuts off the oldest."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: dict[socket, None] = {}
        self._changing = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._changing:
            self._open[request] = None
            oldest = next(iter(self._open)) if len(self._open) > AT_ONCE else None
            if oldest is not None:
                del self._open[oldest]
        if oldest is not None:
            with suppress(OSError):  # it has ended meanwhile
                oldest.shutdown(SHUT_RDWR)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._changing:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever was cut off, or went away, is no fault of ours; nothing of it goes to the log."""
        structlog.get_logger().debug("a page was not delivered")


class Web:
    """Answers while the `with` block runs. `alive` and `failing` are asked with every request."""

    def __init__(
        self,
        host: str,
        port: int,
        metrics: Metrics,
        alive: Callable[[], bool],
        failing: Callable[[], Mapping[str, str]],
    ) -> None:
        pages: dict[str, Callable[[], tuple[HTTPStatus, str, bytes]]] = {
            "/healthz": lambda: _plain(alive(), "ok" if alive() else "the scheduler stands still"),
            "/readyz": lambda: _ready(failing()),
            "/metrics": lambda: (HTTPStatus.OK, "text/plain; version=0.0.4; charset=utf-8", metrics.text()),
        }

        class Handler(BaseHTTPRequestHandler):
            server_version, sys_version = "connector", ""
            timeout = SILENCE

            def do_GET(self) -> None:
                page = pages.get(self.path.partition("?")[0])
                status, kind, body = page() if page else (HTTPStatus.NOT_FOUND, "text/plain", b"no such page\n")
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                structlog.get_logger().debug(format % args)

        try:
            self._server = _Server((host, port), Handler)
        except OSError as error:
            raise ConfigError(
                f"cannot listen on {host}:{port}: {error.strerror}", where="[serve]", next=_todo(error)
            ) from error
        self._thread = threading.Thread(target=self._server.serve_forever, name="web", daemon=True)

    @property
    def address(self) -> str:
        """Where it listens."""
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}"

    def __enter__(self) -> Web:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


def _todo(error: OSError) -> str:
    """A name that nobody knows and an address that is not this machine's are no question of the port."""
    if isinstance(error, gaierror) or error.errno == EADDRNOTAVAIL:
        return "write an address of this machine as host: 127.0.0.1 for itself alone, 0.0.0.0 for everybody"
    return "choose another port"


def _plain(good: bool, text: str) -> tuple[HTTPStatus, str, bytes]:
    return (
        HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE,
        "text/plain; charset=utf-8",
        f"{hidden(text)}\n".encode(),
    )


def _ready(failing: Mapping[str, str]) -> tuple[HTTPStatus, str, bytes]:
    lines = [f"{what}: {why}" for what, why in sorted(failing.items())]
    return _plain(not lines, "\n".join(lines) or "ready")
