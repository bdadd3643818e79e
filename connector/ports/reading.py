"""What reading brings: rows with how far they were read, and single records as they are now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from connector.model import Ref
from connector.ports.tables import Row, Table


class Mark(msgspec.Struct, frozen=True):
    """How far a table has been read, in the adapter's own words. Comes from the CRM's answers, never our clock."""

    text: str


class Batch(msgspec.Struct, frozen=True):
    """Some rows of one table, `COLUMNS[table]` wide.

    `gone`: rows that were deleted (same width; at least the ids and the person's ids are filled).
    `merged`: (losing id, winning id) of people merged into another record.
    `mark`: set on the last batch of a complete read of the table; store it only with that batch.
    `passed_over`: rows of a full read that are none of ours (an activity the mapping does not classify); with them the
    rows add up to `Adapter.count`.
    """

    table: Table
    rows: Sequence[Row] = ()
    gone: Sequence[Row] = ()
    merged: Sequence[tuple[str, str]] = ()
    mark: Mark | None = None
    passed_over: int = 0


class Seen(msgspec.Struct, frozen=True):
    """One record as it is now. `values`: canonical text per field of ours. Absent from an answer: deleted or invisible.

    `raw`: what the CRM stores where that is more than the text (Dynamics: option number, state pair).
    `locked`: why it may not be written now (converted, deleted), else None. `closed`: it may only be written by opening
    it again, which the policy must allow.
    """

    ref: Ref
    version: str
    values: Mapping[str, str | None]
    raw: Mapping[str, str] = {}
    locked: str | None = None
    closed: bool = False


class Snapshot(msgspec.Struct, frozen=True):
    """Everything visible of one record, for the canary: API field names → values, and counts of what hangs on it.

    `fields` holds every field of the record; `moving` the system stamps and formulas that may move by themselves.
    `around`: tasks, events, mails, campaign memberships → count. `own`: our name of each field we may write → its API
    name, to tell our own change from the others. `unseen`: what should stand in `around` and could not be counted, or
    not all of it → why. What the mapping or the org does not have at all stands in neither.
    """

    ref: Ref
    fields: Mapping[str, Any]
    moving: frozenset[str]
    around: Mapping[str, int]
    own: Mapping[str, str] = {}
    unseen: Mapping[str, str] = {}
