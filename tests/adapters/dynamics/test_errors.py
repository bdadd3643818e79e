"""An HTTP answer becomes an error of ours by what the caller must do about it: status and code decide, not the text."""

from __future__ import annotations

from typing import Any

import pytest

from connector.adapters.dynamics.errors import Expired, from_answer
from connector.adapters.web.errors import Broke, Declined, Hidden, Refused
from connector.errors import ConfigError, ConnectorError, LoginFailed, NotPermitted, SessionExpired


def body(code: str, message: str = "Etwas ging schief.") -> dict[str, Any]:
    """An error body in the user's language."""
    return {"error": {"code": code, "message": message}}


CASES: list[tuple[int, Any, type[ConnectorError]]] = [
    (401, None, SessionExpired),
    (401, "<html>Unauthorized</html>", SessionExpired),
    (403, body("0x80072560"), LoginFailed),
    (403, body("0x8004A112"), LoginFailed),
    (403, body("0x80042F09"), LoginFailed),
    (403, body("0x80040220"), NotPermitted),
    (429, body("0x80072322"), Refused),
    (429, "<html>", Refused),
    (503, body("0x80072321"), Refused),
    (500, body("0x80044150"), Refused),
    (400, body("0x80044151"), Broke),
    (500, body("0x80040216"), Broke),
    (502, "<html>Bad gateway</html>", Broke),
    (400, body("0x80040265", "SandboxFabricRetriableException: x"), Broke),
    (400, body("0x80044352"), Expired),
    (410, body("0x80044352"), Expired),
    (404, body("0x8006088a"), Hidden),
    (404, body("0x80060888"), Hidden),
    (404, "", Hidden),
    (400, body("0x0", "Could not find a property named 'x' on type 'y'."), Hidden),
    (400, body("0x80041103"), Hidden),
    (400, body("0x80060888"), ConfigError),
    (302, "", ConfigError),
    (400, body("0x80072491"), Declined),
    (412, body("0x80060882"), Declined),
    (400, body(""), Declined),
    (400, {"error": "odd"}, Declined),
    (400, ["odd"], Declined),
]


@pytest.mark.parametrize(("status", "answer", "kind"), CASES)
def test_what_follows_from_an_answer(status: int, answer: Any, kind: type[ConnectorError]) -> None:
    """Each answer has exactly one meaning, in whatever language its text is."""
    found = from_answer(status, answer, where="GET /leads")
    assert type(found) is kind
    assert found.where == "GET /leads"


def test_retry_after_is_taken_over() -> None:
    """The wait that the CRM names is the wait that is meant."""
    found = from_answer(429, body("0x80072326"), headers={"retry-after": "31"})
    assert isinstance(found, Refused)
    assert found.after == 31


@pytest.mark.parametrize("code", ["0x80072560", "0x8004A112", "0x80042F09"])
def test_who_may_not_come_in_is_told_what_to_do(code: str) -> None:
    """The token is good, but this environment does not let its owner in: each time something else is to be done."""
    found = from_answer(403, body(code, "The user is not a member of the organization."))
    assert found.next
    assert code.lower() in found.what
