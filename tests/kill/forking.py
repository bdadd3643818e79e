"""A fork server, and a runner for it: what the modules `killed_…` have in common.

It pays for the imports once, reads one job (JSON) per line, forks a child for it that leads a process group of its own,
says its process id, and by which signal it ended. A child leaves `ended.json` in its job's folder, unless it is killed.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

import msgspec


class Job(Protocol):
    """What a child does; as JSON on the way to the server."""

    @property
    def folder(self) -> str:
        """Where its files are."""


def serve(job_type: type[Any], child: Callable[[Any], int]) -> None:
    """The server: a job a line in; its process id, and how it ended, out. `child` gives the exit code."""
    for line in sys.stdin:
        job = msgspec.json.decode(line, type=job_type)
        Path(job.folder, "ended.json").unlink(missing_ok=True)
        pid = os.fork()
        if pid == 0:
            os.setsid()
            os._exit(child(job))
        print(json.dumps({"pid": pid}), flush=True)  # noqa: T201
        _, status = os.waitpid(pid, 0)
        print(json.dumps({"gone": pid, "by": status & 0x7F}), flush=True)  # noqa: T201


def leave(job: Job, ended: msgspec.Struct) -> None:
    """What a child that ends by itself leaves behind."""
    Path(job.folder, "ended.json").write_bytes(msgspec.json.encode(ended))


class Runner:
    """A fork server, by its module, and the one child it has at a time. `ended`: what a child leaves behind."""

    def __init__(self, server: str, ended: type[Any]) -> None:
        self._module = server
        self._ended = ended
        self._running = False

    def __enter__(self) -> Runner:
        command = [sys.executable, "-m", self._module]
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._known = threading.Event()
        return self

    def __exit__(self, *error: object) -> None:
        if self._running:  # after a failed test the child may still stand still, and would be waited for in vain
            with suppress(ProcessLookupError):
                os.killpg(self._pid, signal.SIGKILL)
        self._server.communicate()

    def start(self, job: Any) -> int:
        """Starts a child; gives its process id, which is that of its group."""
        assert self._server.stdin is not None
        self._known.clear()
        self._job = job
        self._server.stdin.write(msgspec.json.encode(job).decode() + "\n")
        self._server.stdin.flush()
        self._pid = int(self._said()["pid"])
        self._known.set()
        self._running = True
        return self._pid

    @property
    def pid(self) -> int:
        """The child's process id, as soon as it is known."""
        self._known.wait()
        return self._pid

    def end(self) -> Any:
        """Waits until the child is gone; None if it was killed."""
        gone = self._said()
        self._running = False
        path = Path(self._job.folder, "ended.json")
        if gone["by"] == signal.SIGKILL:
            return None
        assert path.exists(), "it ended with a traceback: see standard error"
        return msgspec.json.decode(path.read_bytes(), type=self._ended)

    def run(self, job: Any) -> Any:
        """Starts a child and waits."""
        self.start(job)
        return self.end()

    def _said(self) -> Any:
        assert self._server.stdout is not None
        return json.loads(self._server.stdout.readline())
