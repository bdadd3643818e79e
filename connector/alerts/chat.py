"""A message to a chat, or whatever else Apprise reaches; sent at most once.

Apprise only answers yes or no. A no may be a receiver that is down (nothing was sent) or one that did not answer (it
may have got it). The difference decides whether the message may be sent again, so what the requests of the one plug-in
at work came to is looked at on the way.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests
import urllib3.exceptions

from connector.alerts.sent import Sent
from connector.config import LOOPBACK
from connector.errors import ConfigError
from connector.store.ledger import Told

if TYPE_CHECKING:
    from apprise.plugins import NotifyBase

ROOM: Final = 6_000
"""Characters of a message at most; less where the chat takes less."""
_ONE_AT_A_TIME: Final = threading.Lock()
_NEVER_SENT: Final = (
    urllib3.exceptions.NewConnectionError,
    urllib3.exceptions.ConnectTimeoutError,
    urllib3.exceptions.NameResolutionError,
)
_REFUSED: Final = (429, 503)
"""Besides 4xx: answers after which the message was certainly not taken."""


def receiver(url: str, where: str) -> NotifyBase:
    """What an Apprise address leads to. Raises ConfigError, which does not repeat the address."""
    import apprise

    try:
        found = apprise.Apprise.instantiate(url)
    except (TypeError, ValueError):
        found = None
    if found is None or isinstance(found, dict):
        raise ConfigError(
            "not an address that Apprise knows",
            where=where,
            next="see https://github.com/caronc/apprise/wiki for how the address of your chat is written",
        )
    scheme = urlsplit(url).scheme.lower()
    host = str(getattr(found, "host", "") or "")
    if scheme in _listed(found.protocol) and host not in LOOPBACK:
        secure = _listed(found.secure_protocol)
        raise ConfigError(
            f"{scheme}:// is not encrypted, and only allowed to this machine",
            where=where,
            next=f"write {secure[0]}://" if secure else "use another address",
        )
    return found


def room(to: NotifyBase) -> int:
    """Characters that a message may have."""
    return min(ROOM, int(to.body_maxlen))


def send(to: NotifyBase, title: str, body: str) -> Sent:
    """Sends it. Never raises what the network or the receiver does: that is in the answer."""
    import apprise

    seen: list[Sent] = []
    with _ONE_AT_A_TIME, _watched(to, seen), _log(apprise) as log:
        taken = to.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
        said = _last(log.getvalue())
    if taken:
        return Sent(Told.SENT)
    states = {one.state for one in seen}
    if not seen or Told.UNKNOWN in states or Told.SENT in states:
        return Sent(Told.UNKNOWN, _first(seen) or said or "the receiver's answer is not known")
    return Sent(Told.FAILED, _first(seen) or said)


@contextmanager
def _watched(to: NotifyBase, seen: list[Sent]) -> Iterator[None]:
    """While it lasts, what the requests of this plug-in come to is noted."""
    module: Any = sys.modules[type(to).__module__]
    real = getattr(module, "requests", None)
    if real is None:
        yield
        return
    module.requests = _Watching(real, seen)
    try:
        yield
    finally:
        module.requests = real


def _log(apprise: Any) -> Any:
    """What Apprise logs while it lasts; it has no types of its own."""
    return apprise.LogCapture(level=apprise.logging.INFO)


class _Watching:
    """Stands for the module `requests`."""

    def __init__(self, real: Any, seen: list[Sent]) -> None:
        self._real = real
        self._seen = seen

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._noting(found) if name in ("get", "post", "put", "patch", "delete", "request") else found

    def _noting(self, call: Callable[..., requests.Response]) -> Callable[..., requests.Response]:
        def noted(*args: Any, **options: Any) -> requests.Response:
            try:
                response = call(*args, **options)
            except requests.RequestException as error:
                self._seen.append(_of_error(error))
                raise
            self._seen.append(_of_answer(response))
            return response

        return noted


def _of_answer(response: requests.Response) -> Sent:
    status = response.status_code
    if status < 300:
        return Sent(Told.SENT)
    note = f"{urlsplit(response.url).hostname} answered HTTP {status}"
    if 300 <= status < 500 or status in _REFUSED:
        return Sent(Told.FAILED, note)
    return Sent(Told.UNKNOWN, note)


def _of_error(error: requests.RequestException) -> Sent:
    root: BaseException = error
    for _ in range(5):
        inner = getattr(root, "reason", None) or next((a for a in root.args if isinstance(a, BaseException)), None)
        if not isinstance(inner, BaseException):
            break
        root = inner
    certain = isinstance(error, (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError))
    host = urlsplit(error.request.url or "").hostname if error.request is not None else ""
    if certain or isinstance(root, _NEVER_SENT):
        return Sent(Told.FAILED, f"{host or 'the receiver'} cannot be reached ({type(root).__name__})")
    return Sent(Told.UNKNOWN, f"{host or 'the receiver'} gave no whole answer ({type(root).__name__})")


def _first(seen: list[Sent]) -> str:
    return next((one.note for one in seen if one.note), "")


def _last(log: str) -> str:
    """What Apprise said last; it keeps the secrets of addresses to itself."""
    lines = [line for line in log.splitlines() if line.strip()]
    return lines[-1].rpartition(" - ")[2].strip() if lines else ""


def _listed(names: Any) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names or ())
