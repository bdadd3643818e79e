"""Recorded exchanges as text: what a client sent, and which status it was answered with."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

RECORDED = Path(__file__).parents[3] / "recorded" / "dynamics"
_STEP = re.compile(r"^>>> (\w+) (\S+)\n(.*?)^<<< (\d{3})$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Exchange:
    """One request; header names as sent, lines of a multipart body ended by CR LF again."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int


def exchanges(name: str) -> Iterator[Exchange]:
    """The requests of a file, in order."""
    text = (RECORDED / name).read_text(encoding="utf-8")
    for method, path, rest, status in _STEP.findall(text):
        head, _, body = rest.partition("\n\n")
        headers = dict(line.split(": ", 1) for line in head.splitlines())
        body = body.removesuffix("\n\n")
        if headers.get("Content-Type", "").startswith("multipart/"):
            body = body.replace("\n", "\r\n") + "\r\n"
        yield Exchange(method, path, headers, body, int(status))


def message(text: str) -> tuple[str, dict[str, str], str]:
    """First line, headers and body of an HTTP message in a text file."""
    head, _, body = text.strip("\n").partition("\n\n")
    line, *lines = head.splitlines()
    return line, dict(one.split(": ", 1) for one in lines), body
