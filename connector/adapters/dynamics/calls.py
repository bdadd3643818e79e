"""How updates are sent, and how many requests a plan will take at least: login, reread, canary, writes.

There is one way: rows in `$batch` requests. A journalled batch holds so many of them that several requests can be under
way at once.
"""

from __future__ import annotations

from math import ceil
from typing import Final

from connector.adapters.dynamics.reread import IDS_PER_CALL
from connector.adapters.dynamics.writing import BATCH
from connector.ports import Way

ROWS: Final = 1_000
"""Records journalled at once: ten requests."""
_SNAPSHOT: Final = 6
"""Columns, tasks, calls, events, mails, campaign responses."""
_CANARY: Final = 3
"""Records that go first, at least."""
_METADATA: Final = 8
"""Tables, columns, options, rights: asked once."""


def way(batch: int = BATCH) -> Way:
    """Rows; `batch` of them in a request."""
    return Way("rows", max(batch, ROWS * batch // BATCH))


def calls_for(updates: int, *, login: bool, batch: int = BATCH) -> int:
    """The least number of requests that applying so many record updates takes."""
    if updates == 0:
        return 0
    size = way(batch).size
    left = max(0, updates - _CANARY)
    full, rest = divmod(left, size)
    rereads = full * ceil(size / IDS_PER_CALL) + ceil(rest / IDS_PER_CALL)
    writes = full * ceil(size / batch) + ceil(rest / batch)
    return int(login) + _METADATA + 2 * _SNAPSHOT + 3 + rereads + writes
