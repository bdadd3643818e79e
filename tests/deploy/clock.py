"""The time that connector and the sandbox are told: the real one, moved on when nobody wants to wait for it."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

STEP, TICK = 15, 0.1
"""Seconds of one leap, a quarter of what a lease lives, and real ones between two looks at the clock."""


class RunningClock:
    """A file in `folder` that shows the time while the `with` block runs, for whoever reads CONNECTOR_CLOCK."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o755, exist_ok=True)
        self.folder = folder
        self.file = folder / "now"
        self._ahead = timedelta(0)
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._ticking = threading.Thread(target=self._tick, name="clock", daemon=True)

    def __enter__(self) -> RunningClock:
        self._show()
        os.environ["CONNECTOR_CLOCK"] = str(self.file)
        self._ticking.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._ticking.join()
        del os.environ["CONNECTOR_CLOCK"]

    @property
    def now(self) -> datetime:
        """What it shows."""
        return datetime.now(UTC) + self._ahead

    def forward(self, by: timedelta) -> None:
        """From now on it is that much later."""
        with self._lock:
            self._ahead += by
        self._show()

    def _tick(self) -> None:
        while not self._ended.wait(TICK):
            self._show()

    def _show(self) -> None:
        with self._lock:
            new = self.file.with_suffix(".new")
            new.write_text(f"{self.now:%Y-%m-%dT%H:%M:%SZ}\n", encoding="ascii")
            new.chmod(0o644)
            new.replace(self.file)
