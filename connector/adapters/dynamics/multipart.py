"""`$batch`: several operations in one request, as multipart text, and the answers to them. Pure.

Every line ends CRLF: with a bare LF the CRM refuses the whole request (0x80048d19). Operations stand by themselves, in
no change set, so that each gets an answer of its own; with `Prefer: odata.continue-on-error` a failed one does not stop
those after it [D execute-batch-operations-using-web-api].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from connector.errors import Unanswered

MOST: Final = 1_000
"""Operations in one batch at most [D execute-batch-operations-using-web-api]."""
_CRLF: Final = b"\r\n"
_HTTP: Final = b"Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"


class Operation(msgspec.Struct, frozen=True):
    """One request inside a batch. `path` begins with a slash; `body` is JSON, empty for none."""

    method: str
    path: str
    headers: Mapping[str, str] = {}
    body: bytes = b""


class Answer(msgspec.Struct, frozen=True):
    """The answer to one of them. `headers`: names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """It was carried out."""
        return 200 <= self.status < 300


def encode(operations: Sequence[Operation], boundary: str) -> bytes:
    """The body of the batch request; `boundary` must stand in no operation."""
    lines: list[bytes] = []
    for operation in operations:
        lines += [b"--", boundary.encode(), _CRLF, _HTTP, _CRLF, *_request(operation), _CRLF]
    return b"".join([*lines, b"--", boundary.encode(), b"--", _CRLF])


def encode_change_set(operations: Sequence[Operation], boundary: str) -> bytes:
    """The body of a batch request with one change set: its operations are carried out together, or none of them.

    Each has a Content-ID, and what fails is answered as one [D execute-batch-operations-using-web-api].
    """
    inner = f"changeset_{boundary}"
    lines = [
        f'--{boundary}\r\nContent-Type: multipart/mixed; boundary="{inner}"\r\n\r\n'.encode(),
    ]
    for number, operation in enumerate(operations, start=1):
        lines += [f"--{inner}\r\n".encode(), _HTTP, f"Content-ID: {number}\r\n".encode(), _CRLF]
        lines += [*_request(operation), _CRLF]
    return b"".join([*lines, f"--{inner}--\r\n--{boundary}--\r\n".encode()])


def decode(content_type: str, content: bytes) -> list[Answer]:
    """The answers in the order of the operations; those of a change set one by one.

    A batch that stopped at a failed operation has fewer answers than operations. Raises Unanswered if the text is cut
    short or is no multipart: nobody knows then what was carried out.
    """
    return list(_answers(content_type, content))


def _request(operation: Operation) -> Iterator[bytes]:
    yield f"{operation.method} {operation.path} HTTP/1.1\r\n".encode()
    for name, value in operation.headers.items():
        yield f"{name}: {value}\r\n".encode()
    yield _CRLF
    yield operation.body


def _answers(content_type: str, content: bytes) -> Iterator[Answer]:
    for headers, body in _parts(content_type, content):
        kind = headers.get("content-type", "")
        if kind.lower().startswith("multipart/"):
            yield from _answers(kind, body)
        else:
            yield _answer(body)


def _answer(content: bytes) -> Answer:
    first, _, rest = content.partition(b"\n")
    words = first.split()
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        raise Unanswered("a part of the batch's answer has no status line")
    headers, body = _split(rest)
    return Answer(int(words[1]), headers, body)


def _parts(content_type: str, content: bytes) -> Iterator[tuple[Mapping[str, str], bytes]]:
    """Headers and content of each part."""
    boundary = _boundary(content_type)
    if not boundary:
        raise Unanswered(f"the batch's answer is no multipart: {content_type[:100]!r}")
    mark = b"--" + boundary.encode()
    pieces = (b"\n" + content).split(b"\n" + mark)
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise Unanswered("the batch's answer is cut short")
    for piece in pieces[1:-1]:
        _, _, part = piece.partition(b"\n")
        yield _split(part)


def _split(content: bytes) -> tuple[dict[str, str], bytes]:
    """Headers in lower case, and what follows the empty line."""
    headers: dict[str, str] = {}
    while content:
        line, _, content = content.partition(b"\n")
        if not line.strip():
            break
        name, _, value = line.decode("utf-8", "replace").partition(":")
        headers[name.strip().lower()] = value.strip()
    return headers, content.removesuffix(b"\r").strip(b"\r\n")


def _boundary(content_type: str) -> str:
    """The boundary, quoted or not; empty if it is no multipart."""
    kind, *parameters = content_type.split(";")
    if not kind.strip().lower().startswith("multipart/"):
        return ""
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "boundary":
            return value.strip().strip('"')
    return ""
