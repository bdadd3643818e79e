"""Telling a dead process from a living one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import msgspec

from connector.store.ledger.process import Process, _born, here, is_dead


def _sleeper() -> tuple[subprocess.Popen[bytes], Process]:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    return child, msgspec.structs.replace(here(), pid=child.pid, born=_born(child.pid) or "")


def test_this_one_lives() -> None:
    """This process is not dead."""
    assert not is_dead(here())


def test_a_killed_one() -> None:
    """A killed process is dead as soon as it is killed, before anybody has collected it and after."""
    child, process = _sleeper()
    assert not is_dead(process)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert is_dead(process)
    child.communicate()
    assert is_dead(process)


def test_a_stopped_one_lives() -> None:
    """A process that only stands still may wake up: it is not dead."""
    child, process = _sleeper()
    child.send_signal(signal.SIGSTOP)
    assert not is_dead(process)
    child.kill()
    child.communicate()


def test_the_number_was_used_again() -> None:
    """Another process with the same number is not the one that held the lease."""
    assert is_dead(msgspec.structs.replace(here(), born="1"))


def test_elsewhere() -> None:
    """Of a process on another machine, in another container, or before a reboot nothing is claimed."""
    child, process = _sleeper()
    child.kill()
    child.communicate()
    assert is_dead(process)
    assert not is_dead(msgspec.structs.replace(process, host="elsewhere"))
    assert not is_dead(msgspec.structs.replace(process, space="another boot"))
    assert not is_dead(msgspec.structs.replace(process, space=""))
