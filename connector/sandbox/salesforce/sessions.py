"""Sessions: who an access token belongs to and how long it lives, in the org's time."""

import secrets
import threading
from datetime import datetime, timedelta

import msgspec


class Session(msgspec.Struct):
    """One login. `ends` is None for a token that never expires."""

    token: str
    user_id: str
    app: str
    ends: datetime | None


class Sessions:
    """The live sessions of one org. Unused for `lifetime`, a session is over; every call starts it anew."""

    def __init__(self, org_id15: str) -> None:
        self.lifetime = timedelta(hours=2)
        self._org = org_id15
        self._live: dict[str, Session] = {}
        self._lock = threading.Lock()

    def open(self, user_id: str, app: str, now: datetime | None, token: str | None = None) -> Session:
        """A new session of that user. With `now` it expires after a while, without it never."""
        made = Session(
            token=token or f"{self._org}!AQ{secrets.token_urlsafe(60)}",
            user_id=user_id,
            app=app,
            ends=now + self.lifetime if now else None,
        )
        with self._lock:
            self._live[made.token] = made
        return made

    def shared(self, user_id: str, app: str, now: datetime, token: str | None = None) -> Session:
        """The live session of that user in that app, else a new one: logins of one app and user share a session."""
        with self._lock:
            found = [s for s in self._live.values() if (s.user_id, s.app) == (user_id, app) and s.ends and s.ends > now]
        for session in found:
            session.ends = now + self.lifetime
            return session
        return self.open(user_id, app, now, token)

    def end_of(self, app: str) -> None:
        """End every session of one app."""
        with self._lock:
            self._live = {token: session for token, session in self._live.items() if session.app != app}

    def find(self, token: str, now: datetime) -> Session | None:
        """The live session of a token; using it prolongs it."""
        with self._lock:
            found = self._live.get(token)
            if found is None:
                return None
            if found.ends is not None:
                if found.ends <= now:
                    del self._live[token]
                    return None
                found.ends = now + self.lifetime
            return found

    def end(self, token: str) -> bool:
        """End one session; False if there was none."""
        with self._lock:
            return self._live.pop(token, None) is not None

    def end_all(self) -> None:
        """End every session, as an administrator or a policy does."""
        with self._lock:
            self._live.clear()
