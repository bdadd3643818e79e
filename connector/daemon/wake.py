"""What the main thread waits for: a signal, or a word of another thread.

Through a pipe that the signals themselves write to. A thread that waits for a lock does not hear a signal that comes
right before it falls asleep, and a handler that sets an event may meet the lock of the very event that it wants to set.
"""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import FrameType


class Wake:
    """Signals are heard, and `wait` ends early, while the `with` block runs in the main thread.

    `heard`: signal → what is done at once, in the main thread, between any two of its steps. It must take no lock that
    the main thread may hold.
    """

    def __init__(self, heard: Mapping[signal.Signals, Callable[[], None]]) -> None:
        self._heard = heard
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)

    def __enter__(self) -> Wake:
        self._before = {number: signal.signal(number, self._on) for number in self._heard}
        self._fd = signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        return self

    def __exit__(self, *error: object) -> None:
        signal.set_wakeup_fd(self._fd)
        for number, before in self._before.items():
            signal.signal(number, before)

    def up(self) -> None:
        """Ends the wait, from any thread."""
        with suppress(BlockingIOError):  # full: whoever waits is awake already
            os.write(self._write, b"\0")

    def wait(self, seconds: float) -> None:
        """Until there is something to look at, and no longer than so many seconds."""
        select.select([self._read], [], [], seconds)
        with suppress(BlockingIOError):
            while os.read(self._read, 4096):
                pass

    def _on(self, number: int, frame: FrameType | None) -> None:
        self._heard[signal.Signals(number)]()
