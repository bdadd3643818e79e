"""A signal is heard whenever it comes, and another thread's word as well."""

from __future__ import annotations

import os
import signal
import threading
import time

from connector.daemon.wake import Wake


def test_a_signal_ends_the_wait() -> None:
    """One that came before it began, too."""
    heard: list[int] = []
    with Wake({signal.SIGUSR1: lambda: heard.append(1)}) as wake:
        for number in range(1, 4):
            os.kill(os.getpid(), signal.SIGUSR1)
            begun = time.monotonic()
            wake.wait(30)
            assert time.monotonic() - begun < 10
            assert len(heard) == number


def test_another_thread_ends_the_wait() -> None:
    """However often it calls before somebody waits; the next wait is a wait again."""
    with Wake({}) as wake:
        thread = threading.Thread(target=lambda: [wake.up() for _ in range(100_000)])
        thread.start()
        thread.join()
        wake.wait(30)
        begun = time.monotonic()
        wake.wait(0.05)
        assert time.monotonic() - begun >= 0.04


def test_afterwards_all_is_as_before() -> None:
    """The handlers of whoever was there first."""
    before = signal.getsignal(signal.SIGUSR1)
    with Wake({signal.SIGUSR1: lambda: None}):
        assert signal.getsignal(signal.SIGUSR1) != before
    assert signal.getsignal(signal.SIGUSR1) == before
    assert signal.set_wakeup_fd(-1) == -1
