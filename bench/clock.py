"""The test clock that org and product share: it ticks, and can be moved on by hours."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path


class TickingClock:
    """Writes the time into a file every half second. `forward` moves it on, so that a day passes in a benchmark."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ahead = timedelta()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> TickingClock:
        self._write()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def forward(self, by: timedelta) -> None:
        """Moves on by so much."""
        self._ahead += by
        self._write()

    def _tick(self) -> None:
        while not self._stop.wait(0.5):
            self._write()

    def _write(self) -> None:
        new = self.path.with_suffix(f".{threading.get_ident()}")
        new.write_text(f"{datetime.now(UTC) + self._ahead:%Y-%m-%dT%H:%M:%S.%fZ}\n")
        new.replace(self.path)
