"""Being asked to end by SIGTERM, as service managers and container engines do it.

`connector serve` has its own way, see connector/daemon/serve.py. A night made by `connector run` ends the batch it is
at; every other command ends as by Ctrl-C.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import NoReturn

from connector.errors import Paused
from connector.wallclock import sleep

ASKED = "the process was asked to end"


def heed() -> None:
    """From now on SIGTERM is what Ctrl-C is. As process 1 of a container we would not hear it at all otherwise."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


class Ending:
    """While the `with` block runs, SIGTERM is only noted: `asked` tells it, and `wait` waits no longer."""

    def __init__(self) -> None:
        self._stop = threading.Event()

    def __enter__(self) -> Ending:
        self._heard = threading.current_thread() is threading.main_thread()  # no other thread may listen
        if self._heard:
            self._before = signal.signal(signal.SIGTERM, lambda number, frame: self._stop.set())
        return self

    def __exit__(self, *error: object) -> None:
        if self._heard:
            signal.signal(signal.SIGTERM, self._before)

    def asked(self) -> str:
        """Why it should end now, "" if it need not."""
        return ASKED if self._stop.is_set() else ""

    def wait(self, seconds: float) -> None:
        """Waits so long. Raises Paused as soon as somebody asks."""
        sleep(seconds, self._pause)

    def _pause(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Paused(f"{ASKED}; the next night goes on")
