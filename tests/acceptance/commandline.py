"""The product as people and scripts use it: a command line goes in; an exit code and what was printed come out."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from connector.cli.app import run


class Ran(NamedTuple):
    """What one command came to."""

    words: Sequence[str]
    code: int
    out: str
    err: str

    @property
    def answer(self) -> dict[str, Any]:
        """The one JSON object on standard output. Fails if there is anything else on it."""
        lines = self.out.splitlines()
        assert len(lines) == 1, f"{' '.join(self.words)} printed {len(lines)} lines: {self.out!r} {self.err!r}"
        found = json.loads(lines[0])
        assert isinstance(found, dict)
        return found

    @property
    def error(self) -> dict[str, str]:
        """The three parts of the error, which stand on standard error too."""
        assert set(self.answer) == {"error"}, self.answer
        error: dict[str, str] = self.answer["error"]
        assert set(error) == {"what", "where", "next"}
        assert error["what"] in self.err
        assert error["next"] in self.err
        return error

    @property
    def everything(self) -> str:
        """Both outputs as one text, without the line breaks that a narrow screen would need."""
        return self.out + self.err


class CommandLine:
    """`connector --config FILE …`. `ask` and `tell` run it in this process, `process` in one of its own."""

    def __init__(self, config: Path) -> None:
        self.config = config
        self.folder = config.parent

    def run(self, *words: str) -> Ran:
        """Runs one command as it is."""
        out, err = io.StringIO(), io.StringIO()
        line = ["--config", str(self.config), *words]
        with redirect_stdout(out), redirect_stderr(err):
            code = run(line)
        return _checked(Ran(words, code, out.getvalue(), err.getvalue()))

    def ask(self, *words: str, exits: int = 0) -> dict[str, Any]:
        """Runs a command with --json; gives its answer. It must end with that exit code."""
        ran = self.run(*words, "--json")
        assert ran.code == exits, f"{' '.join(words)} ended with {ran.code}: {ran.everything}"
        return ran.answer

    def tell(self, *words: str, exits: int = 0) -> str:
        """Runs a command for people; gives all it printed. It must end with that exit code."""
        ran = self.run(*words)
        assert ran.code == exits, f"{' '.join(words)} ended with {ran.code}: {ran.everything}"
        return ran.everything

    def fails(self, *words: str, exits: int = 1) -> dict[str, str]:
        """Runs a command with --json that must end in an error of three parts and that exit code."""
        ran = self.run(*words, "--json")
        assert ran.code == exits, f"{' '.join(words)} ended with {ran.code}: {ran.everything}"
        assert all(ran.error.values()), f"an error says what, where and what next: {ran.error}"
        return ran.error

    def rows(self, plan: str) -> list[dict[str, str]]:
        """Every change of a plan, from `show --csv`."""
        path = self.folder / f"{plan}.csv"
        self.ask("show", plan, "--csv", str(path))
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def line(self, *words: str) -> list[str]:
        """The same as a command line of its own."""
        return [sys.executable, "-m", "connector", "--config", str(self.config), *words]

    def process(self, *words: str, env: dict[str, str] | None = None, **how: Any) -> Ran:
        """Runs a command in a process of its own."""
        done = subprocess.run(
            self.line(*words), capture_output=True, text=True, check=False, env={**os.environ, **(env or {})}, **how
        )
        return _checked(Ran(words, done.returncode, done.stdout, done.stderr))

    def start(self, *words: str, env: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """Starts a command in a process of its own."""
        pipe = subprocess.PIPE
        return subprocess.Popen(
            self.line(*words), stdout=pipe, stderr=pipe, text=True, env={**os.environ, **(env or {})}
        )


def _checked(ran: Ran) -> Ran:
    assert "Traceback" not in ran.everything, f"{' '.join(ran.words)}: {ran.everything}"
    assert ran.code in (0, 1, 2, 3, 4)
    return ran


@contextmanager
def sandbox(folder: Path, *words: str, env: dict[str, str] | None = None) -> Iterator[dict[str, Any]]:
    """`connector sandbox salesforce` in a process of its own; what its first line says."""
    line = [sys.executable, "-m", "connector", "sandbox", "salesforce", "--port", "0", "--json", *words]
    line += ["--write", str(folder / "connector.toml")]
    server = subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env={**os.environ, **(env or {})})
    try:
        assert server.stdout is not None
        told: dict[str, Any] = json.loads(server.stdout.readline())
        yield {**told, "pid": server.pid}
    finally:
        server.terminate()
        server.wait(timeout=20)


def until(happens: Any, seconds: float = 30) -> None:
    """Waits until something is so."""
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)
