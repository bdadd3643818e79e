"""Who a process is, so that the lease of one that died can be told from the lease of one that works.

A process id alone says little: ids are used again, and another container or machine has its own. So a lease keeps in
which *space* (boot of the machine and id namespace) the id is valid, and when that process was *born*.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

import msgspec


class Process(msgspec.Struct, frozen=True):
    """A running process: its machine's name, the space its id is valid in, its id, and when it was born."""

    host: str
    space: str
    pid: int
    born: str


def here() -> Process:
    """This process."""
    pid = os.getpid()
    return Process(socket.gethostname(), _space(), pid, _born(pid) or "")


def is_dead(process: Process) -> bool:
    """Whether it certainly no longer runs. False whenever that can't be told from here."""
    if not process.space or process.space != _space() or process.host != socket.gethostname():
        return False
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        pass
    born = _born(process.pid)
    return bool(process.born) and born is not None and born != process.born


def _space() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return ""


def _born(pid: int) -> str | None:
    """The kernel's start time of that process; `dead` for one that has ended but was not yet collected."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    state, *rest = stat.rpartition(")")[2].split()
    return "dead" if state in "ZX" else rest[18]
