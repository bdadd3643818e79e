"""One line of `connector check`."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec


class State(StrEnum):
    """How a thing stands."""

    OK = "ok"
    NOTE = "note"
    """It works, but something is lost or should be known before the first write."""
    BLIND = "blind"
    """It could not be looked at: how it stands is not known."""
    STOP = "stop"
    """Not safe to run until it is mended."""


class Line(msgspec.Struct, frozen=True):
    """One thing: its name, how it stands, what was found, why it matters, what to do next."""

    name: str
    state: State
    found: str
    why: str = ""
    next: str = ""


def is_safe(lines: Iterable[Line]) -> bool:
    """Nothing stands in the way of a run."""
    return not any(line.state is State.STOP for line in lines)
