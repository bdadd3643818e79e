"""One command in a process of its own: its processor time, its time on the wall, the peak of its memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_EVERY = 0.02
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Spent(NamedTuple):
    """What a command took. `cpu`: user and system seconds of it and all its children; `peak`: bytes of memory."""

    cpu: float
    seconds: float
    peak: int
    said: str


def spent(command: Sequence[str], environment: Mapping[str, str], accept: Sequence[int] = (0,)) -> Spent:
    """Runs the command and waits for it. Ends the benchmark if it fails."""
    with tempfile.TemporaryFile() as out:
        began = time.perf_counter()
        process = subprocess.Popen(list(command), stdout=out, env=dict(environment))
        peak = 0
        while True:
            peak = max(peak, sum(_memory(pid) for pid in _tree(process.pid)), _highest(process.pid))
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            time.sleep(_EVERY)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        said = out.read().decode()
    if process.returncode not in accept:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}\n{said}")
    return Spent(usage.ru_utime + usage.ru_stime, seconds, peak, said)


def together(parts: Iterable[Spent]) -> Spent:
    """Commands that ran one after the other, as one."""
    all_ = list(parts)
    return Spent(sum(p.cpu for p in all_), sum(p.seconds for p in all_), max(p.peak for p in all_), "")


def _tree(pid: int) -> Iterator[int]:
    yield pid
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                yield from _tree(int(child))
    except (FileNotFoundError, ProcessLookupError):
        return


def _memory(pid: int) -> int:
    """What the process holds now."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _highest(pid: int) -> int:
    """The most that the process itself has held, as the kernel remembers it between two of our looks."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0


if sys.platform != "linux":
    raise SystemExit("the benchmark reads /proc: it runs on Linux")
