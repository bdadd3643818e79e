"""The text of a batch as a client writes it, and the parts of its answer."""

from __future__ import annotations

import email
import email.policy
import json
import re
from typing import Any

Operation = tuple[str, str, Any] | tuple[str, str, Any, dict[str, str]]
"""Method, URL, body (None for none) and headers."""


def operation(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None, cid: str = "") -> str:
    """One part with an embedded request."""
    lines = ["Content-Type: application/http", "Content-Transfer-Encoding: binary"]
    if cid:
        lines.append(f"Content-ID: {cid}")
    lines += ["", f"{method} {url} HTTP/1.1"]
    sent = dict(headers or {})
    if body is not None:
        sent.setdefault("Content-Type", "application/json")
    lines += [f"{name}: {value}" for name, value in sent.items()]
    return "\r\n".join([*lines, "", json.dumps(body) if body is not None else "", ""])


def change_set(*operations: Operation, boundary: str = "changeset_y") -> str:
    """A part of parts, with Content-IDs from 1."""
    parts = [operation(*one, cid=str(number)) for number, one in enumerate(operations, start=1)]
    inner = "".join(f"--{boundary}\r\n{part}" for part in parts)
    return f"Content-Type: multipart/mixed; boundary={boundary}\r\n\r\n{inner}--{boundary}--\r\n"


def whole(*parts: str, boundary: str = "batch_x") -> bytes:
    """The body of the request."""
    return ("".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n").encode()


def send(web: Any, *parts: str, prefer: str = "") -> Any:
    """Send the parts as one batch."""
    headers = {"Content-Type": 'multipart/mixed; boundary="batch_x"'}
    if prefer:
        headers["Prefer"] = prefer
    return web.call("POST", "$batch", data=whole(*parts), headers=headers)


def replies(answer: Any) -> list[Any]:
    """The replies of an answer: (status, body, headers), or a list of them for a change set."""
    assert "\n" not in answer.text.replace("\r\n", "")
    head = f"Content-Type: {answer.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + answer.content, policy=email.policy.HTTP)
    return [_reply(part) for part in message.iter_parts()]


def _reply(part: Any) -> Any:
    if part.get_content_type() == "multipart/mixed":
        return [_reply(inner) for inner in part.iter_parts()]
    text = part.get_payload(decode=True).decode()
    head, _, body = text.partition("\r\n\r\n")
    line, *lines = head.split("\r\n")
    status = re.match(r"HTTP/1\.1 (\d{3}) \w", line)
    assert status, line
    headers = dict(one.split(": ", 1) for one in lines)
    if part["Content-ID"]:
        headers["Content-ID"] = str(part["Content-ID"])
    return int(status[1]), json.loads(body) if body.strip() else None, headers
