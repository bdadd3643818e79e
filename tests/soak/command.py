"""The product as real processes: what each printed, how it ended, and how much memory it held at most."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

ENDS = {"run": (0, 1, 3, 4), "alerts": (0, 1, 4), "sync": (0, 1)}
"""How a command may end when the CRM misbehaves."""
LOOK = 0.05


class Done(NamedTuple):
    """`megabytes`: the most it held. `pid`, for whoever greps the process list."""

    code: int
    answer: dict[str, Any]
    errors: str
    seconds: float
    megabytes: float


class Commands:
    """`connector --config FILE …` in processes of their own."""

    def __init__(self, config: Path) -> None:
        self._config = config
        self.said: list[str] = []
        """All that was ever printed."""

    def run(self, *words: str, meanwhile: Callable[[], object] = lambda: None, fails: bool = False) -> Done:
        """One command with --json, to its end. `meanwhile` is called again and again. Without `fails` it must end well.

        Raises AssertionError where it ends with a traceback, a strange exit code or an error that says too little.
        """
        line = [sys.executable, "-m", "connector", "--config", str(self._config), *words, "--json"]
        out, err = (self._config.parent / name for name in ("said.out", "said.err"))
        begun = time.monotonic()
        with out.open("w") as stdout, err.open("w") as stderr:
            process = subprocess.Popen(line, stdout=stdout, stderr=stderr)
            try:
                while True:
                    pid, status, usage = os.wait4(process.pid, os.WNOHANG)
                    if pid:
                        break
                    meanwhile()
                    time.sleep(LOOK)
            except BaseException:
                process.kill()
                process.wait()
                raise
        process.returncode = os.waitstatus_to_exitcode(status)
        text, errors = out.read_text(), err.read_text()
        self.said += [text, errors]
        name = " ".join(words)
        assert "Traceback" not in text + errors, f"{name}: {errors}"
        allowed = ENDS.get(words[0], (0,)) if fails else (0,)
        assert process.returncode in allowed, f"{name} ended with {process.returncode}: {text}{errors}"
        answer = json.loads(text)
        if process.returncode == 1:
            assert all(answer["error"].values()), answer
        return Done(process.returncode, answer, errors, time.monotonic() - begun, usage.ru_maxrss / 1024)
