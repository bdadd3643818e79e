"""The test clock that org and product share: it ticks, and can be moved on by hours."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

_TICK = 0.5


class TickingClock:
    """Writes the time into a file every half second. `forward` moves it on, so that a day passes in a benchmark;
    while `hurrying` it runs faster than ours."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._ahead = timedelta()
        self._faster = 0.0
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

    @contextmanager
    def hurrying(self, times: float) -> Iterator[None]:
        """So many times as fast, while the block runs."""
        self._faster = times - 1
        try:
            yield
        finally:
            self._faster = 0.0

    def _tick(self) -> None:
        while not self._stop.wait(_TICK):
            self._ahead += timedelta(seconds=self._faster * _TICK)
            self._write()

    def _write(self) -> None:
        new = self.path.with_suffix(f".{threading.get_ident()}")
        new.write_text(f"{datetime.now(UTC) + self._ahead:%Y-%m-%dT%H:%M:%S.%fZ}\n")
        new.replace(self.path)
