"""One login to one org: every request goes through `Session.send`, which logs in, asks, retries and gives up.

What is retried follows from the error's class (see `errors.py`). A write is sent again only when the CRM certainly did
nothing with it; otherwise `Unanswered` comes out, and the caller says UNKNOWN. Headers belong to the request, so that
they are there again after a new login (`Sforce-Auto-Assign: FALSE` above all).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import requests
import urllib3.exceptions

from connector.adapters.salesforce.errors import LocatorLost, check
from connector.adapters.salesforce.foreign import translate
from connector.adapters.salesforce.soql import escaped
from connector.adapters.web.answers import decoded, itself
from connector.adapters.web.grants import Grant, Grants, Words
from connector.adapters.web.retrying import LONGEST_WAIT, TRIES, UNREACHED_TRIES, Pace, is_harmless, is_passing

if TYPE_CHECKING:
    from simple_salesforce.api import Salesforce

    from connector.adapters.web.transport import Transport

__all__ = ["LONGEST_WAIT", "TRIES", "UNREACHED_TRIES", "Guard", "Pace", "Session", "is_harmless", "is_passing"]

WORDS: Final = Words(
    ended="store a fresh token, or use login = 'jwt' or 'client_credentials'",
    refused="check that url is the My Domain address and that the user may use the API",
)
T = TypeVar("T")
Guard = Callable[[], None]
"""Called right before a request that writes; raises if somebody else may be writing by now."""


class Session:
    """Requests to one org. `log_in` gets a fresh token; `renewable` is False for a given token."""

    def __init__(
        self,
        transport: Transport,
        log_in: Callable[[], Grant],
        *,
        version: str,
        pace: Pace | None = None,
        renewable: bool = True,
    ) -> None:
        self.transport = transport
        self.version = version
        self.pace = pace or Pace()
        self._grants = Grants(lambda: self._retrying(log_in), transport.allow, WORDS, renewable=renewable)

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
        """The path of the versioned REST API, without a slash at the end."""
        return f"/services/data/v{self.version}"

    def grant(self) -> Grant:
        """The login of now. Threads share it."""
        return self._grants.now()

    def get(self, path: str, *, bound: bool = False) -> Any:
        """The decoded JSON of a GET. `path` begins with a slash.

        `bound`: it holds a query locator, which dies with the session that made it, so that after a new login it would
        be refused for ever [I airbyte #84302]: raises LocatorLost then.
        """
        return self._request("GET", path, decoded, None, True, bound)

    def query(self, soql: str, *, all_rows: bool = False) -> Any:
        """The first page of a query: `totalSize`, `records`, `done`, perhaps `nextRecordsUrl`."""
        return self.get(f"{self.data}/{'queryAll' if all_rows else 'query'}?q={escaped(soql)}")

    def ask(self, method: str, path: str, *, guard: Guard | None = None, repeat: bool = False, **request: Any) -> Any:
        """As `send`, but gives the decoded JSON of the answer; None if it has no body."""
        return self._request(method, path, decoded, guard, repeat, **request)

    def send(
        self, method: str, path: str, *, guard: Guard | None = None, repeat: bool = False, **request: Any
    ) -> requests.Response:
        """Sends until answered, and returns the successful answer; `request` is as for `requests.request`.

        A `guard` makes it a write: it is called right before each try, and an unanswered try is not repeated unless
        `repeat` says that doing it twice is no different. Raises Unanswered (writes only), LocatorLost, QueryTooWide,
        or an Abort: CrmFailed after the last try.
        """
        return self._request(method, path, itself, guard, repeat, **request)

    def _request(
        self,
        method: str,
        path: str,
        read: Callable[[requests.Response], T],
        guard: Guard | None,
        repeat: bool,
        bound: bool = False,
        **request: Any,
    ) -> T:
        given = dict(request.pop("headers", None) or {})
        where = f"{method} {path.partition('?')[0]}"

        def attempt(grant: Grant) -> T:
            headers = {**given, "Authorization": f"Bearer {grant.token}"}
            if guard is not None:
                guard()
            response = self.transport.request(method, f"{grant.url}{path}", headers=headers, **request)
            check(response, where=where)
            return read(response)

        again = is_passing if guard is None or repeat else is_harmless
        return self.call(attempt, again=again, bound=bound, where=where)

    def sdk(self, use: Callable[[Salesforce], T]) -> T:
        """Calls simple-salesforce, for reading only, with our token and transport; its errors become ours."""
        from simple_salesforce.api import Salesforce
        from simple_salesforce.exceptions import SalesforceError

        def attempt(grant: Grant) -> T:
            client = Salesforce(
                session_id=grant.token,
                instance_url=grant.url,
                version=self.version,
                session=self.transport,
                object_pairs_hook=None,
            )
            try:
                return use(client)
            except SalesforceError as error:
                raise translate(error, where="the CRM") from error

        return self.call(attempt, again=is_passing, where="the CRM")

    def call(
        self,
        attempt: Callable[[Grant], T],
        *,
        again: Callable[[BaseException], bool],
        bound: bool = False,
        where: str = "",
    ) -> T:
        """Runs `attempt` with the login of now; renews the login once, and tries again where `again` says so."""

        def renewed() -> None:
            if bound:
                raise LocatorLost("the session that made the query has ended", where=where)

        def translated(grant: Grant) -> T:
            return self._translated(partial(attempt, grant), where)

        def once() -> T:
            return self._grants.use(translated, renewed=renewed)

        return self._retrying(once, again, where)

    def _retrying(
        self, once: Callable[[], T], again: Callable[[BaseException], bool] | None = None, where: str = ""
    ) -> T:
        return self.pace.retry(lambda: self._translated(once, where), again or is_passing)

    def _translated(self, action: Callable[[], T], where: str) -> T:
        try:
            return action()
        except (OSError, urllib3.exceptions.HTTPError) as error:
            raise translate(error, where=where) from error
