"""The login of a session: got once, shared by its threads, and got anew when it ends or the CRM takes it no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Final, NamedTuple, TypeVar

from connector.errors import LoginFailed, SessionExpired

T = TypeVar("T")


class Grant(NamedTuple):
    """What a login gives: the token, the address it is good for, and when to ask for the next one (None: not told)."""

    token: str
    url: str
    until: datetime | None = None


class Words(NamedTuple):
    """What to do when a given token has ended, and when not even a new one is taken, in the words of a CRM's admins."""

    ended: str
    refused: str


def never(grant: Grant) -> bool:
    """The CRM says when a login has ended; it is not known beforehand."""
    return False


class Grants:
    """One login. `get` makes a new one, `allow` is told its address; `renewable` is False for a given token.

    `is_ending`: whether it is to be renewed before it is refused.
    """

    def __init__(
        self,
        get: Callable[[], Grant],
        allow: Callable[[str], None],
        words: Words,
        *,
        renewable: bool,
        is_ending: Callable[[Grant], bool] = never,
    ) -> None:
        self.renewable: Final = renewable
        self._get = get
        self._allow = allow
        self._words = words
        self._is_ending = is_ending
        self._grant: Grant | None = None
        self._lock = Lock()

    def now(self, dead: Grant | None = None) -> Grant:
        """The login of now; a new one if it is the `dead` one or about to end.

        Threads that lost the same one share the new one. Raises LoginFailed if a given token has ended.
        """
        with self._lock:
            if self._grant is None or self._grant is dead or (self.renewable and self._is_ending(self._grant)):
                if dead is not None and not self.renewable:
                    raise LoginFailed(
                        "the access token has expired or was revoked, and a given token cannot be renewed",
                        where=dead.url,
                        next=self._words.ended,
                    )
                fresh = self._get()
                self._allow(fresh.url)
                self._grant = fresh
            return self._grant

    def use(self, attempt: Callable[[Grant], T], *, renewed: Callable[[], object] = lambda: None) -> T:
        """What `attempt` gives with the login of now, or with a new one if that is refused.

        `renewed` is called before the second attempt, which it may forbid by raising. Raises LoginFailed if a new login
        is refused as well: that is a mistake.
        """
        grant = self.now()
        try:
            return attempt(grant)
        except SessionExpired:
            fresh = self.now(dead=grant)
        renewed()
        try:
            return attempt(fresh)
        except SessionExpired as error:
            raise LoginFailed(
                f"the CRM takes no login of ours, not even a new one: {error.what}",
                where=fresh.url,
                next=self._words.refused,
            ) from error
