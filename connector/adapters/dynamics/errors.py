"""What an HTTP answer of Dataverse means, as errors named by what follows from them.

Besides those of `web.errors`:

    Expired     (Retry) the CRM no longer knows what changed since the mark: read the table in full

Status and code decide, never the text: it comes in the user's language [wire §4.1]. The one exception is a column that
does not exist: its code is 0x0 for many things, and its text, which the OData layer makes, is always English.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import requests

from connector.adapters.web.errors import Broke, Declined, Hidden, Refused, body_of, retry_after
from connector.errors import ConfigError, ConnectorError, LoginFailed, NotPermitted, Retry, SessionExpired


class Expired(Retry):
    """The CRM no longer knows what changed since then (delta links live some days): the table is read in full."""


class Told(NamedTuple):
    """What an error answer says: the CRM's code (`0x80040217`, in lower case) and text, both perhaps empty."""

    code: str
    text: str


EXPIRED: Final = "0x80044352"
NOT_THERE: Final = frozenset({"0x8006088a", "0x80041102", "0x80041103", "0x80040217"})
"""No such entity set, table, column, record."""
BAD_ADDRESS: Final = "0x80060888"
"""An address or version of the API that is none; with 404, metadata of a table that is not there."""
LIMITED: Final = frozenset({"0x80072321", "0x80072322", "0x80072326"})
"""The three service protection limits [wire §4.4]: turned away before any work."""
ROLLED_BACK: Final = frozenset({"0x80044150", "0x80072324"})
"""SQL deadlock, too many SQL workers: nothing of the request was kept."""
TIMED_OUT: Final = "0x80044151"
"""SQL timeout."""
GONE: Final = ("0x80040217", "HTTP_404")
"""The row is not there (older servers name no code)."""
PASSING_TEXTS: Final = ("SandboxFabricRetriableException",)
"""A fault of the CRM's own that passes is known by one of these: it has no code of its own."""
_ADVICE: Final = {
    "0x80072560": "add the app as an application user of this environment: Power Platform admin center → S2S users",
    "0x8004a112": "enable the application user in this environment",
    "0x80042f09": "give the application user the security role of docs/connect-dynamics.md",
}
"""What to do when the token is good, but this environment does not let its owner in [wire §1.1]."""


def check(response: requests.Response, *, where: str = "") -> None:
    """Returns if the answer is a success; raises what it means otherwise. Reads the body only of an error."""
    if response.status_code < 300 or response.status_code == 304:
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
    text = f"{told.code}: {told.text}" if told.code else told.text or f"the CRM answered HTTP {status}"
    if told.code in _ADVICE:
        return LoginFailed(text, where=where, next=_ADVICE[told.code])
    if status == 401:
        return SessionExpired(told.text or "the token is not taken", where=where)
    if status == 429 or told.code in LIMITED or told.code in ROLLED_BACK:
        return Refused(text, after=retry_after(headers), where=where)
    if told.code == EXPIRED:
        return Expired(text, where=where)
    if status in (408, 500, 502, 503, 504) or status > 504 or told.code == TIMED_OUT or _is_transient(told):
        return Broke(text, after=retry_after(headers), where=where)
    if 300 <= status < 400:
        return ConfigError(
            f"the CRM answers from another address now: {headers.get('location', 'not said')}",
            where=where,
            next="put the environment's own address into url of connector.toml",
        )
    return _declined(status, told, text, where)


def read_body(body: Any) -> Told:
    """Code and text of an error body; a proxy's HTML tells nothing."""
    if isinstance(body, (bytes, bytearray)):
        body = bytes(body).decode("utf-8", "replace")
    if isinstance(body, str):
        text = body.strip()
        return Told("", "" if text.startswith("<") else text[:500])
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return Told("", "")
    return Told(str(error.get("code") or "").lower(), str(error.get("message") or "").strip())


def _declined(status: int, told: Told, text: str, where: str) -> ConnectorError:
    """A 4xx that will not go away by itself."""
    if told.code in NOT_THERE or status == 404 or "Could not find a property named" in told.text:
        return Hidden(
            text, where=where, next="it is not there or not visible to the application user; run: connector check"
        )
    if status == 403:
        return NotPermitted(
            text, where=where, next="give the application user the security role of docs/connect-dynamics.md"
        )
    if told.code == BAD_ADDRESS:
        return ConfigError(text, where=where, next="check url and api_version of connector.toml")
    return Declined(told.code or f"HTTP_{status}", told.text or f"HTTP {status}", where=where, next=_next(status))


def _next(status: int) -> str:
    if status in (414, 431):
        return "the request was too long; this is a fault of connector, please report it"
    return "run: connector check; if all is well there, report this text"


def _is_transient(told: Told) -> bool:
    return any(text in told.text for text in PASSING_TEXTS)
