"""The sandbox's clock: the system's, or an instant kept in a file so that a test can move time.

`CONNECTOR_CLOCK=FILE` names a file that holds one ISO-8601 instant, for example `2026-03-02T09:00:00Z`. It is read
again whenever the file changes, so a running sandbox follows it.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from connector.errors import Abort

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)


class FileClock:
    """A clock that answers the instant written in a file; it stands still until the file is written again."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: tuple[int, int, int] | None = None
        self._now = system_clock()
        self()

    def __call__(self) -> datetime:
        """The instant in the file, aware, UTC. Raises Abort when the file is missing or holds no ISO-8601 instant."""
        try:
            stat = self._path.stat()
            seen = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if seen != self._seen:
                self._now = parse_instant(self._path.read_text(encoding="utf-8").strip())
                self._seen = seen
        except (OSError, ValueError) as error:
            raise Abort(
                f"{self._path} does not hold a time: {error}",
                where="environment CONNECTOR_CLOCK",
                next="write one instant into it, such as 2026-03-02T09:00:00Z",
            ) from error
        return self._now


def parse_instant(text: str) -> datetime:
    """An ISO-8601 text as an aware UTC instant; a text without an offset is taken as UTC. Raises ValueError."""
    instant = datetime.fromisoformat(text)
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)


def clock_from_environment() -> Clock:
    """The clock that `CONNECTOR_CLOCK` names, else the system's."""
    path = os.environ.get("CONNECTOR_CLOCK")
    return FileClock(Path(path)) if path else system_clock
