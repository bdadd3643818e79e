"""Every exception of the libraries becomes one of ours, by whether the request can have reached the CRM."""

from __future__ import annotations

import errno
import inspect
from typing import Any

import pytest
import requests
import urllib3.exceptions
from requests import exceptions as http
from simple_salesforce import exceptions as sdk

from connector.adapters.salesforce.errors import Broke, Unreached
from connector.adapters.salesforce.foreign import translate
from connector.errors import (
    Abort,
    BudgetSpent,
    ConfigError,
    ConnectorError,
    CrmFailed,
    Retry,
    SessionExpired,
    StoreFailed,
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


def test_a_full_disk_is_told_as_such() -> None:
    """Result pages are spooled to disk: where there is no room, the text says where and what to do."""
    error = translate(OSError(errno.ENOSPC, "No space left on device"))
    assert isinstance(error, StoreFailed)
    assert "TMPDIR" in error.next


def test_a_bundle_that_cannot_be_read_is_told_as_such() -> None:
    """requests raises a plain OSError for a certificate bundle that is not there."""
    assert isinstance(translate(OSError("Could not find a suitable TLS CA certificate bundle")), ConfigError)


def test_a_token_that_is_no_header_is_not_repeated() -> None:
    """requests refuses a token with a line break by repeating all of it; our error must not."""
    with pytest.raises(http.InvalidHeader) as refused:
        requests.get("http://127.0.0.1:9", headers={"Authorization": "Bearer abc\ns3cret"}, timeout=1)
    error = translate(refused.value)
    assert isinstance(error, ConfigError)
    assert "s3cret" not in f"{error} {error.what} {error.next}"
