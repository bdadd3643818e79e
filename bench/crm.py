"""The measuring side of the org's process: starts it, asks it, stops it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any


class Crm:
    """A served org: `https_url`, `ca_file` and `token` are what a client needs."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        told = self._hear()
        self.https_url: str = told["https_url"]
        self.ca_file: str = told["ca_file"]
        self.token: str = told["token"]

    def calls(self) -> Counter[str]:
        """Requests so far, by method and kind of resource."""
        return Counter(self._ask("calls"))

    def left(self) -> Mapping[str, int]:
        """How many leads carry a `retired` status, and how many a `good` one."""
        return self._ask("left")

    def change(self, every: int) -> int:
        """Somebody edits every so-many-th lead; how many were edited."""
        return int(self._ask(f"change {every}")["changed"])

    def touch(self) -> int:
        """Somebody edits two leads; how many were edited."""
        return int(self._ask("touch")["changed"])

    def _ask(self, line: str) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return self._hear()

    def _hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the org's process has ended")
        found: dict[str, Any] = json.loads(line)
        return found


def made(folder: Path, leads: int, environment: Mapping[str, str]) -> Path:
    """A file that holds an org with so many leads."""
    snapshot = folder / f"org-{leads}.db"
    subprocess.run(
        [sys.executable, "-m", "bench.org", "make", str(snapshot), str(leads)], check=True, env=dict(environment)
    )
    return snapshot


@contextmanager
def serving(snapshot: Path, folder: Path, environment: Mapping[str, str]) -> Iterator[Crm]:
    """A copy of that org, served while the block runs."""
    folder.mkdir(parents=True)
    command = [sys.executable, "-m", "bench.org", "serve", str(snapshot), str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(environment)
    ) as process:
        try:
            yield Crm(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
