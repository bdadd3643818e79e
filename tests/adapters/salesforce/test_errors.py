"""An HTTP answer becomes an error of ours by what the caller must do about it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from connector.adapters.salesforce.errors import (
    Broke,
    Declined,
    Hidden,
    LocatorLost,
    QueryTooWide,
    Refused,
    check,
    from_answer,
)
from connector.errors import (
    BudgetSpent,
    ConfigError,
    ConnectorError,
    LoginFailed,
    NotPermitted,
    SessionExpired,
)

CASES: list[tuple[int, Any, type[ConnectorError]]] = [
    (401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}], SessionExpired),
    (401, "<html>Unauthorized</html>", SessionExpired),
    (401, None, SessionExpired),
    (403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}], BudgetSpent),
    (403, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentPerOrgLongTxn Limit exceeded."}], Refused),
    (
        403,
        [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "ConcurrentRequests (Concurrent API Requests) Limit"}],
        Refused,
    ),
    (403, [{"errorCode": "API_DISABLED_FOR_ORG", "message": "no API"}], NotPermitted),
    (400, [{"errorCode": "INVALID_FIELD", "message": "No such column"}], Hidden),
    (400, [{"errorCode": "INVALID_TYPE", "message": "sObject type 'X' is not supported"}], Hidden),
    (400, [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}], LocatorLost),
    (400, [{"errorCode": "QUERY_TIMEOUT", "message": "running for too long"}], QueryTooWide),
    (400, [{"errorCode": "MALFORMED_QUERY", "message": "unexpected token"}], Declined),
    (404, [{"errorCode": "NOT_FOUND", "message": "The requested resource does not exist"}], Declined),
    (406, "", Broke),
    (410, [{"errorCode": "UNSUPPORTED_API_VERSION", "message": "GONE"}], ConfigError),
    (420, "", Refused),
    (429, "", Refused),
    (500, [{"errorCode": "UNKNOWN_EXCEPTION", "message": "An unexpected error occurred."}], Broke),
    (503, "<html><h1>503</h1></html>", Broke),
    (301, "", ConfigError),
]


@pytest.mark.parametrize(("status", "body", "expected"), CASES)
def test_answers_become_errors(status: int, body: Any, expected: type[ConnectorError]) -> None:
    """Each status and code of the wire means one thing to do."""
    assert type(from_answer(status, body, where="GET /x")) is expected


def test_html_is_never_shown() -> None:
    """The page of a gateway is not poured over an admin."""
    assert "<" not in str(from_answer(503, "<html><body>Service Unavailable</body></html>"))


@pytest.mark.parametrize(("header", "expected"), [("7", 7.0), ("1.5", 1.5), ("Wed, 21 Oct 2026 07:28:00 GMT", None)])
def test_retry_after_is_kept(header: str, expected: float | None) -> None:
    """A named number of seconds is kept; a date is not guessed at."""
    error = from_answer(429, "", headers={"retry-after": header})
    assert isinstance(error, Refused)
    assert error.after == expected


@pytest.mark.parametrize(
    "body",
    [
        {"error": "invalid_grant", "error_description": "expired"},
        {"exceptionCode": "InvalidSessionId", "exceptionMessage": "Invalid session id"},
        [{"statusCode": "X", "message": "y"}],
        [],
        [None],
        17,
        b"\xff\xfe",
    ],
)
def test_any_body_is_survived(body: Any) -> None:
    """Whatever stands in an error body, it becomes an error of ours with a text."""
    assert str(from_answer(400, body))


def test_a_good_answer_passes() -> None:
    """A success is not looked into."""
    response = requests.Response()
    response.status_code = 204
    check(response)


def test_a_bad_answer_names_code_text_and_place() -> None:
    """The text says what the CRM said, and where."""
    response = requests.Response()
    response.status_code = 400
    response._content = json.dumps([{"errorCode": "MALFORMED_ID", "message": "id value of incorrect type"}]).encode()
    with pytest.raises(Declined) as caught:
        check(response, where="GET /query")
    assert "MALFORMED_ID" in str(caught.value)
    assert "GET /query" in str(caught.value)
    assert not isinstance(caught.value, LoginFailed)
