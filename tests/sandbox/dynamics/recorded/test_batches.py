"""Documented batches sent to the sandbox, and its answers beside the documented ones, line by line."""

from __future__ import annotations

import re
from typing import Any

from connector.sandbox.dynamics.org import Org
from tests.sandbox.dynamics.batchtext import change_set, operation, send
from tests.sandbox.dynamics.recorded.exchange import RECORDED, message

_BOUNDARY = re.compile(r"(batchresponse)_[a-z]+\b")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def text(name: str) -> str:
    """A file without the remarks at its top."""
    lines = (RECORDED / name).read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#")).strip("\n")


def neutral(body: str, root: str) -> list[str]:
    """The lines of an answer without ids; headers of one part sorted, for their order is not promised."""
    body = _BOUNDARY.sub(r"\1_<guid>", _GUID.sub("<guid>", body.replace(root, "[root]")))
    parts = re.split(r"(?m)^(--.*)$", body)
    out = []
    for part in parts:
        lines = [line for line in part.splitlines() if line]
        out += sorted(lines) if not part.startswith("--") else lines
    return out


def answered(answer: Any, root: str) -> list[str]:
    """The lines of the sandbox's answer."""
    assert "\n" not in answer.text.replace("\r\n", "")
    return neutral(answer.text.replace("\r\n", "\n"), root)


def test_two_posts(web: Any, new_org: Org) -> None:
    """The documented request as it stands gives the documented answer."""
    new_org.load("account", ["accountid", "name"], [["00000000-0000-0000-0000-000000000001", "A"]])
    _, headers, body = message(text("batch_request_two_posts.txt"))
    answer = web.call("POST", "$batch", data=(body + "\n").replace("\n", "\r\n").encode(), headers=headers)
    assert answer.status_code == 200
    _, told, real = message(text("batch_response_two_204.txt"))
    assert answered(answer, web.root) == neutral(real, web.root)
    kind, real_kind = (_GUID.sub("", one) for one in (answer.headers["Content-Type"], told["Content-Type"]))
    assert kind == real_kind


def test_a_change_set(web: Any) -> None:
    """Two contacts made together: one part of two parts with their Content-IDs."""
    contact: Any = ("POST", "/api/data/v9.2/contacts", {"lastname": "A"})
    answer = send(web, change_set(contact, contact))
    assert answered(answer, web.root) == neutral(text("batch_changeset_response.txt"), web.root)


def test_errors_in_parts(web: Any) -> None:
    """A subject too long: without the preference 400 and the end, with it 200 and every part answered."""
    stops, goes_on = text("batch_error_parts.txt").split("HTTP/1.1 200 OK\n")
    parts = [operation("POST", "/api/data/v9.2/tasks", {"subject": subject}) for subject in ("x" * 201, "short")]
    answer = send(web, *parts)
    assert answer.status_code == 400
    assert answered(answer, web.root) == neutral(message(stops)[2], web.root)
    answer = send(web, *parts, prefer="odata.continue-on-error")
    assert answer.status_code == 200
    _, told, real = message("HTTP/1.1 200 OK\n" + goes_on)
    assert answer.headers["Preference-Applied"] == told["Preference-Applied"]
    assert answered(answer, web.root) == neutral(real, web.root)
