"""Threads that do bulk jobs. They never keep a process from ending, unlike those of `concurrent.futures`."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future


class BrokenOffError(Exception):
    """A piece of work raised."""


_Work = tuple["Future[None]", Callable[[], None]]
_THREADS = 2


class Workers:
    """Two threads, started with the first piece of work."""

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()

    def submit(self, work: Callable[[], None]) -> Future[None]:
        """Have it done as soon as a thread is free; the future tells when it is.

        Work that raises ends its thread with a traceback, and the future with BrokenOffError.
        """
        future: Future[None] = Future()
        with self._lock:
            if len(self._threads) < _THREADS:
                self._start()
        self._queue.put((future, work))
        return future

    def close(self) -> None:
        """Wait for what was submitted, then end the threads."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()
        self._threads.clear()

    def _start(self) -> None:
        thread = threading.Thread(target=self._run, name="bulk", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            future, work = item
            try:
                work()
                future.set_result(None)
            finally:
                if not future.done():
                    self._replace()
                    future.set_exception(BrokenOffError("the work broke off; its thread says why"))

    def _replace(self) -> None:
        """Let another thread take the place of this one, which is about to end with its traceback."""
        with self._lock:
            self._threads.remove(threading.current_thread())
            self._start()
