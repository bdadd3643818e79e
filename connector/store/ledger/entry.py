"""One change of a plan as the ledger keeps it: the change, and what became of it."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connector.model import Change
from connector.store.ledger.tables import State


class Entry(msgspec.Struct, frozen=True):
    """Row `seq` of a plan. The fields after `batch` are filled once it was tried.

    `code`, `text`: the CRM's words, or ours for a conflict. `written`: the record's version after the write. `raw`:
    what the CRM stored before, where that is more than text (JSON); `put`: what an undo puts back there. `seen`: found
    in the CRM, though nobody answered. `undone`: taken back by a later undo. `origin`: the row of the undone plan that
    this one takes back.
    """

    seq: int
    change: Change
    state: State = State.PLANNED
    batch: int | None = None
    at: datetime | None = None
    code: str | None = None
    text: str | None = None
    written: str | None = None
    raw: str | None = None
    seen: bool = False
    undone: bool = False
    origin: int | None = None
    put: str | None = None


class Settled(msgspec.Struct, frozen=True):
    """What became of row `seq`, to be committed."""

    seq: int
    state: State
    code: str = ""
    text: str = ""
    written: str = ""
    seen: bool = False
