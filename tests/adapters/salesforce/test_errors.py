"""Every foreign error becomes one of ours, at one place, and by what the caller must do about it."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest
import requests
import urllib3.exceptions
from requests import exceptions as http
from simple_salesforce import exceptions as sdk

from connector.adapters.salesforce.errors import (
    Broke,
    Declined,
    Hidden,
    LocatorLost,
    QueryTooWide,
    Refused,
    Unreached,
    check,
    from_answer,
    translate,
)
from connector.errors import (
    Abort,
    BudgetSpent,
    ConfigError,
    ConnectorError,
    CrmFailed,
    LoginFailed,
    NotPermitted,
    Retry,
    SessionExpired,
    Unanswered,
)


def classes(module: Any, root: type[BaseException]) -> list[type[BaseException]]:
    """Every exception class a module offers, warnings aside: they are never raised."""
    found = [one for _, one in inspect.getmembers(module, inspect.isclass) if issubclass(one, root)]
    return [one for one in found if not issubclass(one, Warning)]


def made(kind: type[BaseException]) -> BaseException:
    """An instance without caring for its constructor."""
    error = kind.__new__(kind)
    error.args = ("something went wrong",)
    vars(error).update(length=b"zz", partial=0, expected=1)  # what the texts of two of them are made of
    return error


@pytest.mark.parametrize("kind", classes(http, http.RequestException), ids=lambda kind: kind.__name__)
def test_every_error_of_requests_is_translated(kind: type[Exception]) -> None:
    """No exception class of requests gets out."""
    assert isinstance(translate(made(kind)), (Abort, Retry))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kind", classes(urllib3.exceptions, urllib3.exceptions.HTTPError), ids=lambda kind: kind.__name__
)
def test_every_error_of_urllib3_is_translated(kind: type[Exception]) -> None:
    """No exception class of urllib3 gets out, alone or wrapped by requests."""
    assert isinstance(translate(made(kind)), (Abort, Retry))  # type: ignore[arg-type]
    assert isinstance(translate(requests.ConnectionError(made(kind))), (Abort, Retry))


@pytest.mark.parametrize("kind", classes(sdk, Exception), ids=lambda kind: kind.__name__)
def test_every_error_of_simple_salesforce_is_translated(kind: type[Exception]) -> None:
    """No exception class of simple-salesforce gets out."""
    if kind is sdk.SalesforceAuthenticationFailed:
        error: Exception = kind("invalid_grant", "expired")
    elif issubclass(kind, sdk.SalesforceError):
        error = kind("https://x", 400, "Lead", [{"errorCode": "SOME_CODE", "message": "no"}])  # type: ignore[arg-type]
    else:
        error = kind("failed")
    assert isinstance(translate(error), (Abort, Retry))


def test_an_error_of_nobodys_is_a_bug_and_comes_through() -> None:
    """What belongs to none of the libraries is not dressed up as a failure of the CRM."""
    with pytest.raises(ZeroDivisionError):
        translate(ZeroDivisionError())


def test_ours_stay_as_they_are() -> None:
    """An error of ours is not wrapped again."""
    error = BudgetSpent("no calls left")
    assert translate(error) is error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (http.ConnectTimeout("slow"), Unreached),
        (requests.ConnectionError(urllib3.exceptions.NewConnectionError(None, "refused")), Unreached),  # type: ignore[arg-type]
        (http.ProxyError("no"), Unreached),
        (http.ReadTimeout("slow"), Unanswered),
        (requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.")), Unanswered),
        (http.ChunkedEncodingError("broke off"), Unanswered),
        (http.SSLError("self-signed"), CrmFailed),
        (http.InvalidURL("http://"), ConfigError),
        (sdk.SalesforceExpiredSession("https://x", 401, "Lead", b"[]"), SessionExpired),
        (sdk.SalesforceGeneralError("https://x", 503, "Lead", b"<html>"), Broke),
    ],
)
def test_what_follows_depends_on_whether_it_was_sent(error: Exception, expected: type[ConnectorError]) -> None:
    """A request that never left may be sent again; one that may have arrived is unanswered."""
    assert type(translate(error)) is expected


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
