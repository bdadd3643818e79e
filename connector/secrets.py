"""Secrets by reference: `env:NAME` or `file:PATH`. A secret's value is read when it is needed and never printed."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from connector.errors import ConfigError

_REVEALED: set[str] = set()


def revealed() -> frozenset[str]:
    """Every secret that this process has read: what must not stand in any line of a log."""
    return frozenset(_REVEALED)


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
        self._kind, self._name, self._key = kind, name, key
        self._path = (base / name).expanduser() if kind == "file" else None

    def __repr__(self) -> str:
        return f"Secret({self.reference})"

    def read(self) -> str:
        """The value now. Raises ConfigError naming the reference if it is not there or empty."""
        value = self._value()
        _REVEALED.update(part for part in (value, *value.splitlines(), *_passwords(value)) if len(part) >= 4)
        return value

    def _value(self) -> str:
        if self._path is None:
            value = os.environ.get(self._name, "")
            if not value:
                raise ConfigError(
                    f"the environment variable {self._name} is not set or empty",
                    where=self._key,
                    next=f"set {self._name} before starting connector",
                )
            return value
        try:
            value = self._path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise ConfigError(
                f"cannot read {self._path}: {reason}",
                where=self._key,
                next="check the path and that this user may read the file",
            ) from error
        if not value:
            raise ConfigError(f"{self._path} is empty", where=self._key, next="put the secret into that file")
        return value

    def replace(self, value: str) -> None:
        """Stores a new value (a rotated refresh token) at once and whole; only possible for `file:` references."""
        _REVEALED.add(value)
        if self._path is None:
            raise ConfigError(
                f"a new value must be stored, but {self.reference} cannot be written",
                where=self._key,
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
                where=self._key,
                next="make the file and its folder writable for this user",
            ) from error


def _passwords(value: str) -> tuple[str, ...]:
    """The password in an address such as `postgresql://user:password@host/database`, as written and as meant."""
    try:
        password = urlsplit(value).password or ""
    except ValueError:
        return ()
    return password, unquote(password)
