"""One login to one environment: every request goes through `Session.send`, which logs in, asks, retries and gives up.

What is retried follows from the error's class (see `errors.py`). A write is sent again only when the CRM certainly did
nothing with it; otherwise `Unanswered` comes out, and the caller says UNKNOWN. A 429 is waited out as long as it says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
import requests
import urllib3.exceptions

from connector.adapters.dynamics.errors import check
from connector.adapters.dynamics.login import Grant
from connector.adapters.web.errors import body_of
from connector.adapters.web.network import translate
from connector.adapters.web.retrying import Pace, is_harmless, is_passing
from connector.errors import CrmFailed, LoginFailed, SessionExpired, Unanswered

if TYPE_CHECKING:
    from connector.adapters.web.transport import Transport

LONGEST_WAIT: Final = 600.0
"""Seconds: a service protection limit may ask for more than its window of five minutes [wire §4.4]."""
HEADERS: Final = {"Accept": "application/json", "OData-MaxVersion": "4.0", "OData-Version": "4.0"}
T = TypeVar("T")
Guard = Callable[[], None]
"""Called right before a request that writes; raises if somebody else may be writing by now."""


class Session:
    """Requests to one environment. `log_in` gets a fresh token; `renewable` is False for a given token."""

    def __init__(
        self,
        transport: Transport,
        log_in: Callable[[], Grant],
        now: Callable[[], datetime],
        *,
        version: str,
        pace: Pace | None = None,
        renewable: bool = True,
    ) -> None:
        self.transport = transport
        self.version = version
        self.pace = pace or Pace(longest=LONGEST_WAIT)
        self.renewable = renewable
        self._log_in = log_in
        self._now = now
        self._grant: Grant | None = None
        self._lock = Lock()

    @property
    def url(self) -> str:
        """The address calls go to; logs in if that was not done yet."""
        return self.grant().url

    @property
    def data(self) -> str:
        """The path of the Web API, without a slash at the end."""
        return f"/api/data/v{self.version}"

    def grant(self, dead: Grant | None = None) -> Grant:
        """The login of now; a new one if it is the `dead` one or about to end. Threads share a new one."""
        with self._lock:
            if self._grant is None or self._grant is dead or self._is_ending(self._grant):
                if dead is not None and not self.renewable:
                    raise LoginFailed(
                        "the access token has expired or was revoked, and a given token cannot be renewed",
                        where=dead.url,
                        next="store a fresh token, or use login = 'client_credentials' or 'certificate'",
                    )
                fresh = self.pace.retry(lambda: self._translated(self._log_in, "the login"), is_passing)
                self.transport.allow(fresh.url)
                self._grant = fresh
            return self._grant

    def get(self, path: str, *prefer: str) -> Any:
        """The decoded JSON of a GET. `path` begins with a slash; `prefer`: parts of the header Prefer."""
        headers = {"Prefer": ",".join(prefer)} if prefer else None
        return self._request("GET", path, _decoded, None, True, headers=headers)

    def ask(self, method: str, path: str, *, guard: Guard | None = None, repeat: bool = False, **request: Any) -> Any:
        """As `send`, but gives the decoded JSON of the answer; None if it has no body."""
        return self._request(method, path, _decoded, guard, repeat, **request)

    def send(
        self, method: str, path: str, *, guard: Guard | None = None, repeat: bool = False, **request: Any
    ) -> requests.Response:
        """Sends until answered, and returns the successful answer; `request` is as for `requests.request`.

        A `guard` makes it a write: it is called right before each try, and an unanswered try is not repeated unless
        `repeat` says that doing it twice is no different. Raises Unanswered (writes only), Expired, Untracked, or an
        Abort: CrmFailed after the last try.
        """
        return self._request(method, path, _itself, guard, repeat, **request)

    def once(self, method: str, path: str, **request: Any) -> requests.Response:
        """One request with the login of now, renewed once if it is refused. Nothing else is tried twice.

        Raises Refused, Unreached, Unanswered or an Abort.
        """
        return self._renewing(partial(self._attempt, method, path, _itself, None, request), f"{method} {path}")

    def local(self, link: str) -> str:
        """The path of a link that the CRM gave, letter for letter, so that it can be stored and asked for again.

        Raises CrmFailed if it leads somewhere else: a token goes to nobody but the CRM.
        """
        parts = urlsplit(link)
        if parts.scheme and (parts.scheme, parts.netloc) != urlsplit(self.url)[:2]:
            raise CrmFailed(
                f"the CRM sends us on to another address: {parts.scheme}://{parts.netloc}",
                where=self.url,
                next="put the environment's own address into url of connector.toml",
            )
        return link[len(f"{parts.scheme}://{parts.netloc}") :] if parts.scheme else link

    def _request(
        self,
        method: str,
        path: str,
        read: Callable[[requests.Response], T],
        guard: Guard | None,
        repeat: bool,
        **request: Any,
    ) -> T:
        where = f"{method} {path.partition('?')[0]}"
        attempt = partial(self._attempt, method, path, read, guard, request)
        again = is_passing if guard is None or repeat else is_harmless
        return self.pace.retry(lambda: self._renewing(attempt, where), again)

    def _attempt(
        self,
        method: str,
        path: str,
        read: Callable[[requests.Response], T],
        guard: Guard | None,
        request: dict[str, Any],
        grant: Grant,
    ) -> T:
        headers = {**HEADERS, **(request.get("headers") or {}), "Authorization": f"Bearer {grant.token}"}
        if guard is not None:
            guard()
        response = self.transport.request(method, f"{grant.url}{path}", **{**request, "headers": headers})
        check(response, where=f"{method} {path.partition('?')[0]}")
        return read(response)

    def _renewing(self, attempt: Callable[[Grant], T], where: str) -> T:
        """With the login of now, or with a new one if that is refused; a new one that is refused is a mistake."""
        grant = self.grant()
        try:
            return self._translated(partial(attempt, grant), where)
        except SessionExpired:
            fresh = self.grant(dead=grant)
        try:
            return self._translated(partial(attempt, fresh), where)
        except SessionExpired as error:
            raise LoginFailed(
                f"the CRM takes no token of ours, not even a new one: {error.what}",
                where=fresh.url,
                next="check that url is the environment's own address and that the app is a user of it",
            ) from error

    def _translated(self, action: Callable[[], T], where: str) -> T:
        try:
            return action()
        except (OSError, urllib3.exceptions.HTTPError) as error:
            raise translate(error, where=where) from error

    def _is_ending(self, grant: Grant) -> bool:
        return self.renewable and grant.until is not None and self._now() >= grant.until


def sequence(value: Any) -> Sequence[Any]:
    """The `value` of an answer that is a collection."""
    found = value.get("value") if isinstance(value, dict) else None
    return found if isinstance(found, list) else ()


def _itself(response: requests.Response) -> requests.Response:
    return response


def _decoded(response: requests.Response) -> Any:
    """The JSON of a successful answer. Raises Unanswered if it is not whole JSON."""
    if not response.content:
        return None
    try:
        return msgspec.json.decode(response.content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unanswered(f"the answer is not JSON: {str(body_of(response))[:200]}", where=response.url) from error
