"""What an HTTP answer of Salesforce means, as errors named by what follows from them.

`check` takes an answer; exceptions of libraries are translated in `foreign.py`. What follows from the class:

    Refused         (Retry) the CRM said no before doing anything; even a write may be sent again
    Unreached       (Retry) the request never went out; even a write may be sent again
    Unanswered      (Retry) sent, no whole answer: reads are sent again, writes never (Broke: it answered 5xx)
    SessionExpired  (Retry) log in again, send again with all headers
    LocatorLost     (Retry) the rest of a query's pages is gone: start again from the last key
    QueryTooWide    (Retry) the query ran too long: ask for less at a time
    Hidden          (Abort) an object or field is not there for us: ask for the rest
    Declined        (Abort) any other 4xx, with the CRM's own code and text

Texts and statuses: REST API Developer Guide, "Status Codes and Error Responses" [D errorcodes].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import requests

from connector.adapters.web.errors import Broke, Declined, Hidden, Refused, Unreached, body_of, retry_after
from connector.errors import (
    BudgetSpent,
    ConfigError,
    ConnectorError,
    NotPermitted,
    Retry,
    SessionExpired,
    Unanswered,
)

__all__ = [
    "Broke",
    "Declined",
    "Hidden",
    "LocatorLost",
    "QueryTooWide",
    "Refused",
    "Told",
    "Unreached",
    "body_of",
    "check",
    "from_answer",
    "read_body",
]


class LocatorLost(Retry):
    """The query locator is gone (its session ended, or too many cursors are open): start again from the last key."""


class QueryTooWide(Retry):
    """The query ran into the CRM's time limit: ask for a narrower window."""


class Told(NamedTuple):
    """What an error answer says: the CRM's code and text, both perhaps empty."""

    code: str
    text: str


_NOT_ROUTED = (420, 429)
"""Turned away at the edge, before any work. 420: "Edge has no routing info" [D errorcodes]."""

_HIDDEN = {
    "INVALID_TYPE": "the object is not there or not visible to the integration user; run: connector check",
    "INVALIDENTITY": "the object is not there or not visible to the integration user; run: connector check",
    "INVALID_TYPE_FOR_OPERATION": "the object cannot be queried; run: connector check",
    "INVALID_FIELD": "the field is not there or hidden by field-level security; run: connector check",
}
_NOT_PERMITTED = {
    "API_DISABLED_FOR_ORG": "enable the API for this user: permission “API Enabled”",
    "API_CURRENTLY_DISABLED": "enable the API for this user: permission “API Enabled”",
    "INSUFFICIENT_ACCESS": "give the integration user the permission set of docs/connect-salesforce.md",
    "INSUFFICIENT_ACCESS_OR_READONLY": "give the integration user the permission set of docs/connect-salesforce.md",
    "TXN_SECURITY_NO_ACCESS": "a transaction security policy forbids it; ask the org's administrator",
}
_VERSIONS = ("UNSUPPORTED_API_VERSION", "MISMATCHING_VERSIONS", "INVALIDVERSION")


def check(response: requests.Response, *, where: str = "") -> None:
    """Returns if the answer is a success; raises what it means otherwise. Reads the body only of an error."""
    if response.status_code < 300:
        return
    raise from_answer(
        response.status_code,
        body_of(response),
        where=where,
        headers={k.lower(): v for k, v in response.headers.items()},
    )


def from_answer(status: int, body: Any, *, where: str = "", headers: Mapping[str, str] | None = None) -> ConnectorError:
    """What an answer with that status and decoded body means. `headers`: names in lower case."""
    told = read_body(body)
    headers = headers or {}
    if status == 401:
        return SessionExpired(told.text or "the session expired", where=where)
    if told.code == "REQUEST_LIMIT_EXCEEDED":
        return _limit(told, where)
    if status in _NOT_ROUTED:
        return Refused(told.text or f"HTTP {status}", after=retry_after(headers), where=where)
    if status == 406 or status >= 500:
        return _broke(status, told, headers, where)
    if 300 <= status < 400 and status != 300:
        return ConfigError(
            f"the CRM answers from another address now: {headers.get('location', 'not said')}",
            where=where,
            next="put the org's My Domain address into url of connector.toml",
        )
    if isinstance(body, str) and body.lstrip().startswith(("[", "{")):  # JSON that was cut short says nothing for sure
        return Unanswered(f"no whole answer came: HTTP {status}, {body[:80]!r}", where=where)
    return _declined(status, told, headers, where)


def read_body(body: Any) -> Told:
    """Code and text of an error body: the REST list, the OAuth object, Bulk's object, or plain text."""
    if isinstance(body, list):
        body = next((entry for entry in body if isinstance(entry, Mapping)), {})
    if isinstance(body, (bytes, bytearray)):
        body = bytes(body).decode("utf-8", "replace")
    if isinstance(body, str):
        text = body.strip()
        return Told("", "" if text.startswith("<") else text[:500])
    if not isinstance(body, Mapping):
        return Told("", "")
    code = body.get("errorCode") or body.get("statusCode") or body.get("exceptionCode") or body.get("error") or ""
    text = body.get("message") or body.get("exceptionMessage") or body.get("error_description") or ""
    return Told(str(code), str(text).strip())


def _limit(told: Told, where: str) -> ConnectorError:
    """REQUEST_LIMIT_EXCEEDED has two meanings that only the text tells apart."""
    if "concurrent" in told.text.lower():
        return Refused(told.text, where=where)
    return BudgetSpent(
        f"the org's API calls of the last 24 hours are used up: {told.text or told.code}",
        where=where,
        next="run again later; see Setup → Company Information → API Requests, Last 24 Hours",
    )


def _broke(status: int, told: Told, headers: Mapping[str, str], where: str) -> ConnectorError:
    """The CRM, or something before it, broke: whether the request was carried out is not known."""
    text = told.text or f"the CRM answered HTTP {status}"
    if told.code == "QUERY_TIMEOUT":
        return QueryTooWide(text, where=where)
    return Broke(f"{told.code}: {text}" if told.code else text, after=retry_after(headers), where=where)


def _declined(status: int, told: Told, headers: Mapping[str, str], where: str) -> ConnectorError:
    """A 4xx that will not go away by itself, but for a few codes."""
    code, text = told.code, told.text or f"HTTP {status}"
    if code == "INVALID_QUERY_LOCATOR":
        return LocatorLost(text, where=where)
    if code == "QUERY_TIMEOUT":
        return QueryTooWide(text, where=where)
    if code == "TXN_SECURITY_METERING_ERROR":
        return Refused(text, after=retry_after(headers), where=where)
    if status == 410 or code.upper() in _VERSIONS:
        return ConfigError(
            f"this org does not serve that API version: {text}", where=where, next="set a newer api_version"
        )
    if code in _HIDDEN:
        return Hidden(f"{code}: {text}", where=where, next=_HIDDEN[code])
    if code in _NOT_PERMITTED:
        return NotPermitted(f"{code}: {text}", where=where, next=_NOT_PERMITTED[code])
    if status == 403:
        return NotPermitted(f"{code}: {text}" if code else text, where=where, next="run: connector check")
    return Declined(code or f"HTTP_{status}", text, where=where, next=_next(code, status))


def _next(code: str, status: int) -> str:
    if code == "URL_NOT_RESET":
        return "put the org's My Domain address into url of connector.toml"
    if status in (414, 431):
        return "the request was too long; this is a fault of connector, please report it"
    return "run: connector check; if all is well there, report this text"
