"""What a failed HTTP exchange means, as errors named by what follows from them, whichever CRM answered.

    Refused         (Retry) the CRM said no before doing anything; even a write may be sent again
    Unreached       (Retry) the request never went out; even a write may be sent again
    Unanswered      (Retry) sent, no whole answer: reads are sent again, writes never (Broke: it answered 5xx)
    SessionExpired  (Retry) log in again, send again with all headers
    Hidden          (Abort) an object or field is not there for us: ask for the rest
    Declined        (Abort) any other 4xx, with the CRM's own code and text

Which answer is which, the `errors.py` of each CRM says; exceptions of libraries are translated in `network.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import requests
import urllib3.exceptions

from connector.errors import Abort, NotPermitted, Retry, Throttled, Unanswered


class Refused(Throttled):
    """Turned away before anything was done (too many at once, not routed): safe to send again, writes too."""


class Unreached(Retry):
    """The request never left this machine, or met no server: safe to send again, writes too."""


class Broke(Unanswered):
    """The CRM, or something before it, broke (5xx, 406): the request may or may not have been carried out."""

    def __init__(self, what: str, *, after: float | None = None, where: str = "", next: str = "") -> None:
        super().__init__(what, where=where, next=next)
        self.after = after


class Declined(Abort):
    """The CRM declined the request for a reason that will not go away. `code` as the CRM gave it."""

    def __init__(self, code: str, what: str, *, where: str = "", next: str = "") -> None:
        super().__init__(f"{code}: {what}" if code else what, where=where, next=next)
        self.code = code


class Hidden(NotPermitted):
    """The object or a field of the query is not there or hidden from this user: the rest can be read without it."""


def body_of(response: requests.Response) -> Any:
    """The decoded body of an answer; text if it is not JSON (HTML of a proxy, nothing at all). Never raises."""
    try:
        content = response.content
    except (requests.RequestException, urllib3.exceptions.HTTPError):
        return ""
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return content.decode("utf-8", "replace")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds, if the answer names a number. `headers`: names in lower case."""
    value = headers.get("retry-after", "")
    return float(value) if value.replace(".", "", 1).isdigit() else None
