"""The text of a batch: parts between boundaries, every line ended by CR LF, a change set as a part of parts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connector.sandbox.dynamics.errors import DataverseError

MOST = 1_000
"""Operations in one batch [W 3.3]."""
_BARE = re.compile(rb"(?<!\r)\n|\r(?!\n)")
_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]+)"|([^\s;,"]+))', re.IGNORECASE)
_WRITES = ("POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class Operation:
    """One request inside a batch; header names are in lower case, `content_id` is "" outside a change set."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes = b""
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Operations that succeed or fail together."""

    operations: tuple[Operation, ...] = ()


@dataclass(slots=True)
class Reply:
    """The answer to one operation."""

    status: int
    reason: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    content_id: str = ""


def boundary_of(content_type: str) -> str:
    """The boundary that a Content-Type names, quoted or not. Raises DataverseError 400."""
    kind = content_type.partition(";")[0].strip().lower()
    found = _BOUNDARY.search(content_type)
    if kind != "multipart/mixed" or found is None:
        raise _unreadable(
            f"The content type '{content_type}' is not a multipart/mixed content type with a boundary parameter."
        )
    return found[1] or found[2]


def parse(body: bytes, boundary: str) -> list[Operation | ChangeSet]:
    """The operations and change sets of a batch. Raises DataverseError 400 for text that is no batch."""
    found: list[Operation | ChangeSet] = []
    for part in _parts(body, boundary):
        headers, content = _headers(part)
        if headers.get("content-type", "").lower().startswith("multipart/mixed"):
            found.append(_change_set(content, boundary_of(headers["content-type"])))
        else:
            found.append(_operation(headers, content))
    if sum(len(one.operations) if isinstance(one, ChangeSet) else 1 for one in found) > MOST:
        raise DataverseError(
            400, "0x80060888",
            "The current batch message contains too many parts. A maximum number of "
            f"'{MOST}' query operations and change sets are allowed in a batch message.",
        )  # fmt: skip
    return found


def write(replies: Iterable[Reply | list[Reply]], boundary: str, new_boundary: Iterable[str]) -> bytes:
    """The text of a batch's answer; a list of replies is that of a change set and takes a boundary of its own."""
    boundaries = iter(new_boundary)
    out: list[bytes] = []
    for reply in replies:
        out.append(f"--{boundary}\r\n".encode())
        if isinstance(reply, Reply):
            out += _reply(reply)
            continue
        inner = next(boundaries)
        out.append(f"Content-Type: multipart/mixed; boundary={inner}\r\n\r\n".encode())
        for one in reply:
            out += [f"--{inner}\r\n".encode(), *_reply(one)]
        out.append(f"--{inner}--\r\n".encode())
    out.append(f"--{boundary}--\r\n".encode())
    return b"".join(out)


def _reply(reply: Reply) -> list[bytes]:
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if reply.content_id:
        lines.append(f"Content-ID: {reply.content_id}")
    lines += ["", f"HTTP/1.1 {reply.status} {reply.reason}"]
    lines += [f"{name}: {value}" for name, value in reply.headers.items()]
    return ["\r\n".join((*lines, "", "")).encode(), reply.body, b"\r\n"]


def _change_set(content: bytes, boundary: str) -> ChangeSet:
    operations: list[Operation] = []
    for part in _parts(content, boundary):
        headers, inner = _headers(part)
        operation = _operation(headers, inner)
        if operation.method not in _WRITES:
            raise _unreadable(
                f"An invalid HTTP method '{operation.method}' was detected for a request in a change set. Requests in "
                "change sets only support the HTTP methods 'POST', 'PUT', 'DELETE', and 'PATCH'."
            )
        if not operation.content_id:
            raise _unreadable(
                "The header with name 'Content-ID' was not present in the header collection of the batch operation."
            )
        if any(one.content_id == operation.content_id for one in operations):
            raise _unreadable(
                f"The content ID '{operation.content_id}' was found more than once in the same change set. "
                "Content IDs have to be unique across all operations of a change set."
            )
        operations.append(operation)
    return ChangeSet(tuple(operations))


def _parts(body: bytes, boundary: str) -> list[bytes]:
    """What stands between the boundary lines. Raises DataverseError if one of them does not end in CR LF."""
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if pieces[0].strip() or len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise _unreadable("Stream was not readable.")
    parts = []
    for piece in pieces[1:-1]:
        head, found, part = piece.partition(b"\r\n")
        if head.strip() or not found:
            raise _unreadable("Stream was not readable.")
        parts.append(part)
    return parts


def _headers(part: bytes) -> tuple[dict[str, str], bytes]:
    """The header lines at the start of a part, and the rest of it."""
    if part.startswith(b"\r\n"):
        return {}, part[2:]
    head, _, content = part.partition(b"\r\n\r\n")
    if _BARE.search(head):
        raise _unreadable("Stream was not readable.")
    headers = {}
    for line in head.removesuffix(b"\r\n").split(b"\r\n"):
        name, colon, value = line.decode("utf-8", "replace").partition(":")
        if not colon:
            raise _unreadable(f"The message header '{name}' is invalid. The header value must be of the format"
                              " '<header name>: <header value>'.")  # fmt: skip
        headers[name.strip().lower()] = value.strip()
    return headers, content


def _operation(part: dict[str, str], content: bytes) -> Operation:
    if part.get("content-type", "").partition(";")[0].strip().lower() != "application/http":
        raise _unreadable(
            "The content type of a part of a batch must be 'application/http' or 'multipart/mixed', not "
            f"'{part.get('content-type', '')}'."
        )
    if part.get("content-transfer-encoding", "").lower() != "binary":
        raise _unreadable("The header 'Content-Transfer-Encoding: binary' is missing in a part of a batch.")
    line, _, rest = content.partition(b"\r\n")
    words = line.decode("utf-8", "replace").split(" ")
    if b"\n" in line or len(words) < 3 or not words[-1].startswith("HTTP/1."):
        raise _unreadable("Stream was not readable.")
    headers, body = _headers(rest) if rest.strip() else ({}, b"")
    url = " ".join(words[1:-1])
    return Operation(words[0].upper(), url, headers, body.strip(), part.get("content-id", ""))


def _unreadable(why: str) -> DataverseError:
    text = (
        "Error identified in Payload provided by the user for Entity :'', For more information on this error please "
        "follow this help link https://go.microsoft.com/fwlink/?linkid=2195293  ---->  InnerException : "
        f"Microsoft.OData.ODataException: {why}"
    )
    return DataverseError(400, "0x80048d19", text)
