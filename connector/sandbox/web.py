"""Serves an application on loopback, by http and https, from one event loop in a thread of its own."""

import asyncio
import contextlib
import socket
import ssl
import tempfile
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from connector.errors import Abort
from connector.sandbox.tls import server_context

_HOST = "127.0.0.1"
_PATIENCE = 5.0
"""Seconds that requests still running may take when the server stops."""


class Server:
    """A running application: `url`, `https_url` and `ca_file` are set while it runs. Use it in a `with`.

    Port 0 picks a free one. `folder` receives the CA's certificate; without one it is a temporary folder.
    """

    def __init__(self, app: ASGIApp, *, port: int = 0, https_port: int = 0, folder: Path | None = None) -> None:
        self._app = app
        self._ports = (port, https_port)
        self._folder = folder
        self._ready = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._exits = contextlib.ExitStack()
        self.url = ""
        self.https_url = ""
        self.ca_file = Path()

    def __enter__(self) -> Self:
        folder = self._folder or Path(self._exits.enter_context(tempfile.TemporaryDirectory(prefix="connector-ca-")))
        self.ca_file = folder / "sandbox-ca.pem"
        context = server_context(self.ca_file)
        plain, tls = (_listen(port) for port in self._ports)
        self.url = f"http://{_HOST}:{plain.getsockname()[1]}"
        self.https_url = f"https://{_HOST}:{tls.getsockname()[1]}"
        self._thread = threading.Thread(target=self._run, args=(plain, tls, context), name="sandbox", daemon=True)
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join()
        self._exits.close()

    def _run(self, plain: socket.socket, tls: socket.socket, context: ssl.SSLContext) -> None:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            self._loop = runner.get_loop()
            runner.run(self._serve(plain, tls, context))

    async def _serve(self, plain: socket.socket, tls: socket.socket, context: ssl.SSLContext) -> None:
        self._stop = asyncio.Event()
        servers = [_Until(self._app, self._stop, None), _Until(self._app, self._stop, context)]
        running: list[Coroutine[Any, Any, None]] = [
            server.serve(sockets=[listening]) for server, listening in zip(servers, (plain, tls), strict=True)
        ]
        tasks = [asyncio.create_task(coroutine) for coroutine in running]
        await asyncio.gather(*(server.up.wait() for server in servers))
        self._ready.set()
        await asyncio.gather(*tasks)


class _Protocol(HttpToolsProtocol):
    """Lets the application cut the connection without a word: `scope["connector.cut"]()`."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["connector.cut"] = self.transport.abort  # type: ignore[typeddict-unknown-key]


class _Until(uvicorn.Server):
    """A uvicorn server that stops the moment an event is set, without its tick and its patience for idle clients."""

    def __init__(self, app: ASGIApp, stop: asyncio.Event, context: ssl.SSLContext | None) -> None:
        config = uvicorn.Config(
            app, lifespan="off", log_config=None, log_level="critical", access_log=False, ws="none", http=_Protocol,
            server_header=False, timeout_keep_alive=120, h11_max_incomplete_event_size=None,
        )  # fmt: skip
        config.load()
        config.ssl = context
        super().__init__(config)
        self.up = asyncio.Event()
        self._stop = stop

    async def main_loop(self) -> None:
        self.up.set()
        await self._stop.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listening in sockets or []:
            listening.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_PATIENCE)


def _listen(port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, port))
    except OSError as error:
        listening.close()
        raise Abort(
            f"cannot serve there: {error.strerror or error}",
            where=f"{_HOST}:{port}",
            next="choose another --port, or 0 for a free one",
        ) from error
    listening.listen(256)
    return listening


def _loop_factory() -> Any:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
