"""A `$batch` endpoint without a server: takes requests where a session would send them, answers each operation."""

from __future__ import annotations

import email.parser
import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote

import requests

from connector.adapters.web.retrying import Pace

DATA = "/api/data/v9.2"


class Asked(NamedTuple):
    """One operation as it was sent."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any


Reply = tuple[int, dict[str, str], Any]
"""Status, headers, JSON or None."""


class BatchServer:
    """`answer` says what becomes of an operation; `before` may refuse a whole request, by its number from 1."""

    def __init__(self, answer: Callable[[Asked], Reply], before: Callable[[int], None] = lambda number: None) -> None:
        self.answer = answer
        self.before = before
        self.requests: list[list[Asked]] = []
        self.gets: list[str] = []
        self.got: dict[str, Any] = {}
        self.headers: dict[str, str] = {}
        self.slept: list[float] = []
        self.stops = False
        self.data = DATA
        self.pace = Pace(self.slept.append, seed=1, longest=900)

    @property
    def asked(self) -> list[Asked]:
        """All operations of all requests."""
        return [one for request in self.requests for one in request]

    def get(self, path: str) -> Any:
        """The answer prepared for the first path that this one begins with."""
        self.gets.append(unquote(path))
        return next(answer for start, answer in self.got.items() if unquote(path).startswith(f"{DATA}{start}"))

    def once(self, method: str, path: str, *, data: bytes, headers: Mapping[str, str]) -> requests.Response:
        """One batch request."""
        assert (method, path, headers["Prefer"]) == ("POST", f"{DATA}/$batch", "odata.continue-on-error")
        assert data.count(b"\n") == data.count(b"\r\n")
        asked = list(_read(headers["Content-Type"], data))
        self.requests.append(asked)
        self.before(len(self.requests))
        parts = [_part(self.answer(one)) for one in asked]
        if self.stops:
            parts = parts[:1]
        made = requests.Response()
        made.status_code = 200
        made.headers.update({"Content-Type": "multipart/mixed; boundary=batchresponse_1", **self.headers})
        made._content = ("".join(parts) + "--batchresponse_1--\r\n").encode()
        return made


def error(status: int, code: str, text: str = "refused", **headers: str) -> Reply:
    """An error answer."""
    return status, headers, {"error": {"code": code, "message": text}}


def _read(content_type: str, data: bytes) -> Any:
    message = email.parser.BytesParser().parsebytes(f"Content-Type: {content_type}\r\n\r\n".encode() + data)
    for part in message.get_payload():
        first, _, rest = part.get_payload(decode=True).partition(b"\r\n")  # type: ignore[union-attr]
        head, _, body = rest.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
        method, path, _ = first.decode().split(" ")
        yield Asked(method, path, headers, json.loads(body) if body.strip() else None)


def _part(reply: Reply) -> str:
    status, headers, body = reply
    lines = ["--batchresponse_1", "Content-Type: application/http", "", f"HTTP/1.1 {status} X"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", json.dumps(body) if body is not None else "", ""])
