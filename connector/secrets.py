"""Secrets by reference: `env:NAME` or `file:PATH`. A secret's value is read when it is needed and never printed."""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from connector.errors import ConfigError

HIDDEN: Final = "•••"
"""What stands in the place of a secret."""
SHORTEST: Final = 4
"""What is shorter is no secret, and would be found in any text."""

SESSIONS: Final = 200
"""Sessions that are remembered: a process that lives for weeks is given one after the other, and each ends."""

_REVEALED: set[str] = set()
_GIVEN: deque[str] = deque(maxlen=SESSIONS)


def reveal(value: str) -> None:
    """From now on this secret stands in no text."""
    parts = (value, *value.splitlines(), *_passwords(value))
    _REVEALED.update(part for part in parts if len(part) >= SHORTEST)


def reveal_session(token: str) -> None:
    """From now on this session, which was given for a secret, stands in no text."""
    if len(token) >= SHORTEST:
        _GIVEN.append(token)


def hidden(text: str) -> str:
    """The text with every secret replaced that this process has read: for whatever is shown, logged or written down.

    The longest first, so that of one that holds another nothing is left.
    """
    for secret in sorted({one for one in (*_REVEALED, *_GIVEN) if one in text}, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def hidden_in(value: Any) -> Any:
    """As `hidden`, for every text in a value of whatever is written as JSON; what is none of that becomes text."""
    if isinstance(value, str):
        return hidden(value)
    if isinstance(value, Mapping):
        return {hidden_in(key): hidden_in(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [hidden_in(one) for one in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return hidden(str(value))


class Secret:
    """A reference to a secret. Its text form shows the reference, never the value."""

    def __init__(self, reference: str, *, key: str, base: Path) -> None:
        """`reference`: `env:NAME` or `file:PATH` (relative to `base`). `key`: where it stands, for error texts.

        Raises ConfigError if it is neither: a secret written out in a file is refused without repeating it.
        """
        kind, _, name = reference.partition(":")
        if kind not in ("env", "file") or not name:
            raise ConfigError(
                "a secret must be given by reference, not written out",
                where=key,
                next='write "env:NAME" for an environment variable or "file:PATH" for a file only you can read',
            )
        self.reference = reference
        self._kind, self._name, self.key = kind, name, key
        self._path = (base / name).expanduser() if kind == "file" else None

    def __repr__(self) -> str:
        return f"Secret({self.reference})"

    def open_to_all(self) -> Path | None:
        """The file, if every user of this machine may read it; None for what is no file, or not known."""
        if self._path is None or os.name != "posix":
            return None
        try:
            return self._path if self._path.stat().st_mode & stat.S_IROTH else None
        except OSError:
            return None

    def read(self) -> str:
        """The value now. Raises ConfigError naming the reference if it is not there, empty, or no text."""
        value = self._value()
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise ConfigError(
                f"{self.reference} is not text", where=self.key, next="store it again, as UTF-8"
            ) from None
        reveal(value)
        return value

    def read_token(self) -> str:
        """As `read`, for what goes into a header of a request, where only ASCII without spaces may stand [RFC 6750].

        Raises ConfigError naming the reference, and which character it is that cannot be sent.
        """
        value = self.read()
        for at, one in enumerate(value, 1):
            if not "!" <= one <= "~":
                raise ConfigError(
                    f"{self.reference} is no token: its character {at:,} of {len(value):,} cannot be sent "
                    f"(U+{ord(one):04X})",
                    where=self.key,
                    next="copy the token again, whole and without anything around it",
                )
        return value

    def _value(self) -> str:
        if self._path is None:
            value = os.environ.get(self._name, "")
            if not value:
                raise ConfigError(
                    f"the environment variable {self._name} is not set or empty",
                    where=self.key,
                    next=f"set {self._name} before starting connector",
                )
            return value
        try:
            value = self._path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ConfigError(
                f"cannot read {self._path}: {reason}",
                where=self.key,
                next="check the path and that this user may read the file",
            ) from error
        if not value:
            raise ConfigError(f"{self._path} is empty", where=self.key, next="put the secret into that file")
        return value

    def replace(self, value: str) -> None:
        """Stores a new value (a rotated refresh token) at once and whole; only possible for `file:` references."""
        reveal(value)
        if self._path is None:
            raise ConfigError(
                f"a new value must be stored, but {self.reference} cannot be written",
                where=self.key,
                next='refresh tokens that rotate need a "file:PATH" reference',
            )
        fresh = self._path.with_name(self._path.name + ".new")
        try:
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(value)
                file.flush()
                os.fsync(file.fileno())
            os.replace(fresh, self._path)
        except OSError as error:
            raise ConfigError(
                f"cannot store the new value in {self._path}: {error.strerror}",
                where=self.key,
                next="make the file and its folder writable for this user",
            ) from error


def _passwords(value: str) -> tuple[str, ...]:
    """The password in an address such as `postgresql://user:password@host/database`, as written and as meant."""
    try:
        password = urlsplit(value).password or ""
    except ValueError:
        return ()
    return password, unquote(password)
