"""Access tokens: which app one belongs to and when it ends, in the environment's time."""

import secrets
import threading
from datetime import datetime

import msgspec


class Session(msgspec.Struct, frozen=True):
    """One access token of an app. `ends` is None for one that never expires; using it does not prolong it."""

    token: str
    app_id: str
    ends: datetime | None


class Sessions:
    """The tokens given out by the tenant of one environment."""

    def __init__(self) -> None:
        self._live: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open(self, app_id: str, ends: datetime | None) -> Session:
        """A new token of that app."""
        made = Session(f"eyJ0eXAiOiJKV1Qi.{secrets.token_urlsafe(90)}.{secrets.token_urlsafe(60)}", app_id, ends)
        with self._lock:
            self._live[made.token] = made
        return made

    def find(self, token: str, now: datetime) -> Session | None:
        """The token if it is good now."""
        with self._lock:
            found = self._live.get(token)
        return None if found is None or (found.ends is not None and found.ends <= now) else found

    def end_all(self) -> None:
        """Make every token worthless."""
        with self._lock:
            self._live.clear()
