"""Every exception of requests, urllib3 and the system becomes one of ours, by whether the request can have gone out.

A test walks all of their classes.
"""

from __future__ import annotations

from errno import ENOSPC
from tempfile import gettempdir

import urllib3.exceptions
from requests import exceptions as http

from connector.adapters.web.errors import Unreached
from connector.errors import ConfigError, ConnectorError, CrmFailed, StoreFailed, Unanswered


def translate(error: Exception, *, where: str = "") -> ConnectorError:
    """Our error for any exception of requests, urllib3 or the system; one of ours stays as it is.

    Raises the error itself if it belongs to none of them: that is a bug of ours and must not be dressed up.
    """
    if isinstance(error, ConnectorError):
        return error
    if isinstance(error, (http.RequestException, urllib3.exceptions.HTTPError)):
        return _network(error, where)
    if isinstance(error, OSError):
        return _system(error, where)
    raise error


def _system(error: OSError, where: str) -> ConnectorError:
    """No room for a spooled page, or a certificate bundle that the environment names and nobody can read."""
    if error.errno == ENOSPC:
        return StoreFailed(
            "no space is left for temporary files",
            where=gettempdir(),
            next="make room there, or set TMPDIR to a folder that has some",
        )
    return ConfigError(
        f"{error.strerror or error}", where=where, next="check ca_file, REQUESTS_CA_BUNDLE and the temporary folder"
    )


def _network(error: Exception, where: str) -> ConnectorError:
    """requests' and urllib3's errors, by whether the request can have reached the CRM."""
    root = _root(error)
    if isinstance(error, http.SSLError) or isinstance(root, urllib3.exceptions.SSLError):
        return CrmFailed(
            f"the server's certificate is not trusted: {root}",
            where=where,
            next="if the CRM stands behind your own certificate authority, set ca_file in connector.toml",
        )
    if isinstance(error, http.ProxyError) or isinstance(root, urllib3.exceptions.ProxyError):
        return Unreached(
            f"the proxy does not let us through: {root}", where=where, next="check HTTPS_PROXY and NO_PROXY"
        )
    if isinstance(root, _NEVER_SENT) or isinstance(error, http.ConnectTimeout):
        return Unreached(f"cannot reach the CRM: {_short(root)}", where=where, next="check url and the network")
    if isinstance(error, http.InvalidHeader):  # its text repeats the header, and with it the access token
        return ConfigError(
            "a header cannot be sent: the access token holds a line break or begins with a space",
            where=where,
            next="store the token on one line, with nothing before it",
        )
    if isinstance(error, _MISWRITTEN) or isinstance(root, _MISWRITTEN):
        return ConfigError(
            f"not an address that can be used: {error}", where=where, next="check url and the proxy settings"
        )
    if isinstance(error, _OURS) or isinstance(root, _OURS):
        return CrmFailed(f"{type(error).__name__}: {error}", where=where, next="please report this")
    return Unanswered(f"no whole answer came: {_short(root)}", where=where)


_NEVER_SENT = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.EmptyPoolError,
    urllib3.exceptions.FullPoolError,
    urllib3.exceptions.ClosedPoolError,
)
_MISWRITTEN = (
    http.MissingSchema,
    http.InvalidSchema,
    http.InvalidURL,
    http.URLRequired,
    urllib3.exceptions.LocationValueError,
    urllib3.exceptions.URLSchemeUnknown,
)
_OURS = (
    http.StreamConsumedError,
    http.UnrewindableBodyError,
    http.TooManyRedirects,
    urllib3.exceptions.UnrewindableBodyError,
    urllib3.exceptions.BodyNotHttplibCompatible,
    urllib3.exceptions.HostChangedError,
)


def _root(error: BaseException) -> BaseException:
    """The innermost reason: requests wraps urllib3's MaxRetryError, which wraps what really happened."""
    seen: BaseException = error
    for _ in range(5):
        inner = getattr(seen, "reason", None) or next(
            (arg for arg in seen.args if isinstance(arg, BaseException)), None
        )
        if not isinstance(inner, BaseException):
            break
        seen = inner
    return seen


def _short(error: BaseException) -> str:
    text = str(error)
    return text.partition(": ")[2] if "object at 0x" in text.partition(": ")[0] else text
