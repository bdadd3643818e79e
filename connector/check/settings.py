"""What connector.toml says that only shows when it is needed: secrets missing or open to all, the fallback."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from connector.check.line import Line, State
from connector.errors import ConfigError
from connector.secrets import Secret


def secrets(given: Iterable[Secret]) -> Iterator[Line]:
    """A line per secret that cannot be read, or that every user of this machine can read."""
    for secret in given:
        try:
            secret.read()
        except ConfigError as error:
            why = "what needs it will fail"
            yield Line(f"secret {secret.reference}", State.NOTE, f"{error.what} ({error.where})", why, error.next)
            continue
        if (path := secret.open_to_all()) is not None:
            why = f"every user of this machine can read it ({secret.key})"
            found = f"{path} is readable by everyone"
            yield Line(f"secret {secret.reference}", State.NOTE, found, why, f"chmod 600 {path}")


def fallback(called: str, users: int | None) -> Line:
    """Whether there is a user like `fallback` of [org.alerts.task]. `users`: active ones called so; None: not known."""
    label = "fallback for tasks"
    if users is None:
        why = "users are read with the first sync"
        return Line(label, State.BLIND, f"whether {called!r} is a user", why, "connector sync, then check again")
    if users == 1:
        return Line(label, State.OK, called)
    found = f"no active user is called {called!r}" if not users else f"{users} active users are called {called!r}"
    todo = "name one active user by e-mail or id: fallback in [org.alerts.task]"
    return Line(label, State.NOTE, found, "tasks that nobody else can take will fail", todo)
