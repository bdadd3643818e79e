"""What is written, how it is sent, what is written down before, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

import msgspec

from connector.model import Ref


class Update(msgspec.Struct, frozen=True):
    """Write these fields of this record. `values`: canonical text per field, None clears it. `version`: as reread.

    `raw`: what the CRM stored for these values before (see `Seen.raw`), to put back the very same. `reopens`: the
    record is closed and may be opened for this; what the CRM stores of it now.
    """

    ref: Ref
    values: Mapping[str, str | None]
    version: str = ""
    raw: Mapping[str, str] = {}
    reopens: Mapping[str, str] = {}


class Result(StrEnum):
    """What became of one update."""

    WRITTEN = "written"
    FAILED = "failed"
    CONFLICT = "conflict"
    """Changed by somebody between reread and write (only CRMs that can tell)."""
    UNKNOWN = "unknown"
    """No answer: it may or may not have been carried out; reread before doing anything else."""


class Outcome(msgspec.Struct, frozen=True):
    """One outcome per update, always. `code` and `text` as the CRM gave them."""

    ref: Ref
    result: Result
    code: str = ""
    text: str = ""
    version: str = ""


class Way(msgspec.Struct, frozen=True):
    """How updates are sent: `rows` (REST collections, $batch) or `bulk` (jobs); `size`: records per request or job."""

    name: str
    size: int


class JobState(StrEnum):
    """How far a bulk job had got when it was journalled.

    The adapter says CREATED (the job exists, nothing is uploaded) and COMPLETE_SENT (the upload is about to be declared
    complete). SETTLED is said by `apply` alone, in the transaction that commits the job's outcomes.
    """

    CREATED = "created"
    COMPLETE_SENT = "upload complete sent"
    SETTLED = "settled"


class Journal(Protocol):
    """What `apply` gives an adapter so that nothing is sent that is not written down first."""

    def still_ours(self) -> None:
        """Called right before every request that writes. Raises LeaseLost if another process may be at work."""

    def job(self, job: str, state: JobState) -> None:
        """Commits how far a bulk job has got, before the next step is taken."""


class Budget(msgspec.Struct, frozen=True):
    """API calls of the org: allowed per day, used today as the CRM last said, and made by this process."""

    allowed: int | None
    used: int | None
    ours: int
