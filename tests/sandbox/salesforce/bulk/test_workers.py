"""The threads that do bulk jobs."""

from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from connector.sandbox.salesforce.bulk.workers import BrokenOffError, Workers


def test_work_is_done_side_by_side() -> None:
    """Two pieces of work go on at once; a third waits; close waits for all."""
    workers, meeting, done = Workers(), threading.Barrier(2, timeout=10), []
    futures = [workers.submit(lambda: done.append(meeting.wait())) for _ in range(2)]
    last = workers.submit(lambda: done.append("last"))
    workers.close()
    assert all(future.done() for future in (*futures, last))
    assert set(done) == {0, 1, "last"}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_failure_reaches_who_asks() -> None:
    """Work that raises says so where its result is asked for, and does not keep others from being done."""

    def broken() -> None:
        raise ZeroDivisionError

    before = set(threading.enumerate())
    workers = Workers()
    for _ in range(3):
        with pytest.raises(BrokenOffError):
            workers.submit(broken).result(10)
    assert workers.submit(lambda: None).result(10) is None
    workers.close()
    for ending in set(threading.enumerate()) - before:  # let broken threads report here, not in a later test
        ending.join(10)


def test_a_process_ends_with_work_left() -> None:
    """Work that never ends does not keep a process alive: the sandbox stops when it is told to."""
    script = (
        "import threading\nfrom connector.sandbox.salesforce.bulk.workers import Workers\n"
        "Workers().submit(threading.Event().wait)\nprint('over')"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=20, check=True)
    assert done.stdout.strip() == "over"
