"""What time it is: the system's clock, or a test clock in a file (`CONNECTOR_CLOCK=FILE`, an ISO-8601 instant).

The only place that asks. Everything else is given the time. A test clock is refused for an org that is not on this
machine, so that nobody's real data is judged at an invented time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from connector.errors import ConfigError

Now = Callable[[], datetime]
VARIABLE = "CONNECTOR_CLOCK"
_TICK = 0.05
"""Seconds between two looks at a test clock."""


def machine() -> datetime:
    """The system's clock: aware UTC, floored to seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def clock(*, loopback: bool) -> Now:
    """A function that tells the time, aware UTC, floored to seconds: `machine` itself, or one that reads a test clock.

    Raises ConfigError if a test clock is set and the org is not on loopback, or the file does not hold a time.
    """
    name = os.environ.get(VARIABLE)
    if not name:
        return machine
    if not loopback:
        raise ConfigError(
            "a test clock is set, but this org is not on this machine",
            where=f"environment {VARIABLE}",
            next=f"unset {VARIABLE}; a test clock is only for the sandbox",
        )
    path = Path(name)
    _read(path)
    return lambda: _read(path)


def test_clock() -> Path | None:
    """The file that tells the time instead of the system; None if no test clock is set."""
    name = os.environ.get(VARIABLE)
    return Path(name) if name else None


def sleep(seconds: float, pause: Callable[[float], object] = time.sleep) -> None:
    """Waits so many seconds of whatever clock is in force: with a test clock, until its file is that much further on.

    `pause` waits real seconds, and may raise to end the wait. Raises ConfigError if the file holds no time.
    """
    file = test_clock()
    if file is None:
        pause(seconds)
        return
    until = _read(file) + timedelta(seconds=seconds)
    while _read(file) < until:
        pause(_TICK)


def _read(path: Path) -> datetime:
    try:
        text = path.read_text(encoding="utf-8").strip()
        moment = datetime.fromisoformat(text)
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"{path} does not hold a time: {error}",
            where=f"environment {VARIABLE}",
            next="write an ISO-8601 time such as 2026-03-02T09:00:00Z into it",
        ) from error
    if moment.tzinfo is None:
        raise ConfigError(
            f"{path} holds a time without zone: {text}",
            where=f"environment {VARIABLE}",
            next="add the zone: 2026-03-02T09:00:00Z",
        )
    return moment.astimezone(UTC).replace(microsecond=0)
