"""One login to one environment: every request goes through `Session.send`, which logs in, asks, retries and gives up.

What is retried follows from the error's class (see `errors.py`). A write is sent again only when the CRM certainly did
nothing with it; otherwise `Unanswered` comes out, and the caller says UNKNOWN. A 429 is waited out as long as it says.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from connector.adapters.dynamics.batches import Guard
from connector.adapters.dynamics.errors import check
from connector.adapters.web.answers import decoded, itself
from connector.adapters.web.grants import Grant, Grants, Words
from connector.adapters.web.network import translate
from connector.adapters.web.retrying import Pace, is_harmless, is_passing
from connector.errors import CrmFailed

if TYPE_CHECKING:
    from connector.adapters.web.transport import Transport

LONGEST_WAIT: Final = 600.0
"""Seconds: a service protection limit may ask for more than its window of five minutes [wire §4.4]."""
HEADERS: Final = {"Accept": "application/json", "OData-MaxVersion": "4.0", "OData-Version": "4.0"}
WORDS: Final = Words(
    ended="store a fresh token, or use login = 'client_credentials' or 'certificate'",
    refused="check that url is the environment's own address and that the app is a user of it",
)
T = TypeVar("T")


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
        self._now = now
        self._grants = Grants(
            lambda: self.pace.retry(lambda: self._translated(log_in, "the login"), is_passing),
            transport.allow,
            WORDS,
            renewable=renewable,
            is_ending=self._is_ending,
        )

    @property
    def renewable(self) -> bool:
        """Whether it can log in again."""
        return self._grants.renewable

    @property
    def url(self) -> str:
        """The address calls go to; logs in if that was not done yet."""
        return self.grant().url

    @property
    def data(self) -> str:
        """The path of the Web API, without a slash at the end."""
        return f"/api/data/v{self.version}"

    def grant(self) -> Grant:
        """The login of now; a new one if it is about to end. Threads share it."""
        return self._grants.now()

    def get(self, path: str, *prefer: str) -> Any:
        """The decoded JSON of a GET. `path` begins with a slash; `prefer`: parts of the header Prefer."""
        headers = {"Prefer": ",".join(prefer)} if prefer else None
        return self._request("GET", path, decoded, None, True, headers=headers)

    def ask(self, method: str, path: str, *, guard: Guard | None = None, repeat: bool = False, **request: Any) -> Any:
        """As `send`, but gives the decoded JSON of the answer; None if it has no body."""
        return self._request(method, path, decoded, guard, repeat, **request)

    def send(
        self, method: str, path: str, *, guard: Guard | None = None, repeat: bool = False, **request: Any
    ) -> requests.Response:
        """Sends until answered, and returns the successful answer; `request` is as for `requests.request`.

        A `guard` makes it a write: it is called right before each try, and an unanswered try is not repeated unless
        `repeat` says that doing it twice is no different. Raises Unanswered (writes only), Expired, Untracked, or an
        Abort: CrmFailed after the last try.
        """
        return self._request(method, path, itself, guard, repeat, **request)

    def once(self, method: str, path: str, **request: Any) -> requests.Response:
        """One request with the login of now, renewed once if it is refused. Nothing else is tried twice.

        Raises Refused, Unreached, Unanswered or an Abort.
        """
        return self._grants.use(partial(self._attempt, method, path, itself, None, request))

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
        attempt = partial(self._attempt, method, path, read, guard, request)
        again = is_passing if guard is None or repeat else is_harmless
        return self.pace.retry(lambda: self._grants.use(attempt), again)

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
        where = f"{method} {path.partition('?')[0]}"
        if guard is not None:
            guard()

        def sent() -> T:
            response = self.transport.request(method, f"{grant.url}{path}", **{**request, "headers": headers})
            check(response, where=where)
            return read(response)

        return self._translated(sent, where)

    def _translated(self, action: Callable[[], T], where: str) -> T:
        try:
            return action()
        except (OSError, urllib3.exceptions.HTTPError) as error:
            raise translate(error, where=where) from error

    def _is_ending(self, grant: Grant) -> bool:
        return grant.until is not None and self._now() >= grant.until


def sequence(value: Any) -> Sequence[Any]:
    """The `value` of an answer that is a collection."""
    found = value.get("value") if isinstance(value, dict) else None
    return found if isinstance(found, list) else ()
