"""A mail server and a chat's web hook on loopback, which remember what came and can be down, deaf or unwilling."""

from __future__ import annotations

import email
import email.policy
import http.server
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


@dataclass
class Mailbox:
    """`answer`: what the server says after the message. `hangs_up`: it takes the message and says nothing."""

    port: int = 0
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answer: str = "250 OK"
    refuses: set[str] = field(default_factory=set)
    hangs_up: bool = False
    _controller: Any = None

    @property
    def url(self) -> str:
        """As in connector.toml's secret."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def mails(self) -> list[EmailMessage]:
        """What came, parsed."""
        found = [email.message_from_bytes(one, policy=email.policy.default) for one in self.raw]
        assert all(isinstance(one, EmailMessage) for one in found)
        return found  # type: ignore[return-value]

    def text(self, number: int = -1) -> str:
        """The text part of a mail."""
        return str(self.mails[number].get_body(("plain",)).get_content()).replace("\r\n", "\n")  # type: ignore[union-attr]

    def html(self, number: int = -1) -> str:
        """The HTML part of a mail."""
        return str(self.mails[number].get_body(("html",)).get_content())  # type: ignore[union-attr]

    def down(self) -> None:
        """Nobody listens any more."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    def up(self) -> None:
        """Listens, on the same port as before."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuses:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.answer.startswith("250"):
            self.raw.append(envelope.content)
            self.recipients.append(list(envelope.rcpt_tos))
        if self.hangs_up:
            server.transport.abort()
        return self.answer


@dataclass
class Hook:
    """A chat's web hook. `status`: what it answers. `hangs_up`: it takes the message and answers nothing."""

    port: int = 0
    messages: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    hangs_up: bool = False
    _server: Any = None

    @property
    def url(self) -> str:
        """As in connector.toml's secret: Apprise's plain JSON."""
        return f"json://127.0.0.1:{self.port}/hook"

    def down(self) -> None:
        """Nobody listens any more."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def up(self) -> None:
        """Listens, on the same port as before."""
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = self.rfile.read(int(self.headers["Content-Length"]))
                if hook.status < 300:
                    hook.messages.append(json.loads(content))
                if hook.hangs_up:
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                self.send_response(hook.status)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mail server."""
    one = Mailbox(free_port())
    one.up()
    try:
        yield one
    finally:
        one.down()


@contextmanager
def hook() -> Iterator[Hook]:
    """A web hook."""
    one = Hook()
    one.up()
    try:
        yield one
    finally:
        one.down()
