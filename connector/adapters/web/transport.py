"""What every single HTTP request to a CRM gets, whoever makes it: a library for the CRM or ourselves.

A `requests.Session` with both timeouts on each request, certificates checked against the system's authorities and the
one of connector.toml, the environment's proxies, no redirects (a token must not follow one), calls counted, and plain
http refused but to this machine.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

from connector import __version__
from connector.config import LOOPBACK
from connector.errors import ConfigError
from connector.ports import Budget

CONNECT_TIMEOUT = 10.0
"""Seconds to wait for a connection."""
CONNECTIONS = 8


class Allowance(Protocol):
    """Counts calls and says when to stop."""

    def ask(self) -> None:
        """Before a call: counts it. Raises BudgetSpent if it is one too many."""

    def hear(self, headers: Mapping[str, str]) -> None:
        """After an answer: takes in what the CRM says of its limits."""

    def now(self) -> Budget:
        """As last heard."""


class Transport(requests.Session):
    """`server_time`: when the CRM last answered, by its own clock, as ISO text; empty if it did not say."""

    def __init__(self, allowance: Allowance, *, ca_file: Path | None = None, timeout: float = 120.0) -> None:
        super().__init__()
        self.allowance = allowance
        self._timeout = (CONNECT_TIMEOUT, timeout)
        self._plain: set[str] = set()
        self.server_time = ""
        self.mount("https://", _Trusting(_context(ca_file) if ca_file else None))
        self.mount("http://", HTTPAdapter(pool_maxsize=CONNECTIONS))
        self.headers["User-Agent"] = f"connector/{__version__}"
        self.headers["Accept-Encoding"] = "gzip"

    def allow(self, url: str) -> None:
        """Checks an address before anything is sent there. Raises ConfigError for http to another machine."""
        parts = urlsplit(url)
        if parts.scheme == "http" and parts.hostname in LOOPBACK:
            self._plain.add(parts.netloc)
        elif parts.scheme != "https" or not parts.hostname:
            raise ConfigError(
                "http:// is only allowed to this machine, because it would send the token in clear text",
                where=url,
                next="write https://",
            )

    def keep_no_cookies(self) -> None:
        """A cookie of affinity would send everything to one server of the CRM, whose limits then hold for all of it."""
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """As `requests.Session.request`. Raises BudgetSpent before, and requests' errors during, the call."""
        address = self._checked(url if isinstance(url, str) else url.decode())
        kwargs.setdefault("timeout", self._timeout)
        kwargs.setdefault("verify", True)
        kwargs["allow_redirects"] = False
        self.allowance.ask()
        response = super().request(method, address, *args, **kwargs)
        self.allowance.hear(response.headers)
        self.server_time = _moment(response.headers.get("Date", "")) or self.server_time
        return response

    def _checked(self, url: str) -> str:
        scheme, _, rest = url.partition("://")
        host = rest.partition("/")[0].partition("?")[0]
        if host in self._plain:
            return f"http://{rest}"
        if scheme.lower() != "https":
            self.allow(url)
        return url


class _Trusting(HTTPAdapter):
    """Trusts our authority *besides* the system's: REQUESTS_CA_BUNDLE and the like can add to it but not replace it."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._context = context
        super().__init__(pool_maxsize=CONNECTIONS)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        if self._context is not None:
            kwargs["ssl_context"] = self._context
        super().init_poolmanager(*args, **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        if self._context is not None:
            kwargs["ssl_context"] = self._context
        return super().proxy_manager_for(proxy, **kwargs)


def _moment(date: str) -> str:
    try:
        return f"{parsedate_to_datetime(date).astimezone(UTC):%Y-%m-%dT%H:%M:%S}.000Z"
    except ValueError:
        return ""


def _context(ca_file: Path) -> ssl.SSLContext:
    context = create_urllib3_context()
    try:
        context.load_verify_locations(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(
            f"cannot read certificates from {ca_file}: {error}", where="ca_file", next="name a PEM file"
        ) from error
    return context
