"""What a plan is, without its changes: the sealed header."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from connector import model
from connector.model import FIELDS, Change

RULES = "rules"
MIGRATE = "migrate"
UNDO = "undo"


class Share(msgspec.Struct, frozen=True):
    """How much of a plan is one rule's: changes, and records they touch."""

    changes: int
    records: int


class Kind(msgspec.Struct, frozen=True):
    """How many changes are alike. `before` and `after` are None where values are not comparable (dates, numbers)."""

    rule: str
    object: str
    record_type: str | None
    field: str
    before: str | None
    after: str | None
    changes: int

    @property
    def alike(self) -> Alike:
        """The kind, whichever the rule."""
        return (self.object, self.record_type, self.field, self.before, self.after)

    @property
    def text(self) -> str:
        """For people: `lead status: Open → Inquiry`."""
        values = "" if self.before is None and self.after is None else f": {_shown(self.before)} → {_shown(self.after)}"
        of = f" ({self.record_type})" if self.record_type else ""
        return f"{self.object} {self.field}{of}{values}"


class PlanHeader(msgspec.Struct, frozen=True, kw_only=True):
    """A sealed plan. Its changes are rows of the ledger; `digest` is the SHA-256 over them, in order.

    `id`: what people call it, 8 hex digits. `people`: people in scope when it was made. `records`: records that it
    touches. `marks`: how far the mirror had read each object, for rereading only what changed since. `bar`: why it can
    be shown but not applied, or "". `undoes`: the id of the plan it takes back, or "".
    """

    number: int
    id: str
    kind: str
    digest: str
    made_at: datetime
    as_of: datetime
    synced_at: datetime | None
    policy: str
    marks: Mapping[str, str]
    people: int
    changes: int
    records: int
    rules: Mapping[str, Share]
    findings: Mapping[str, int]
    warnings: tuple[str, ...]
    bar: str = ""
    undoes: str = ""
    started_at: datetime | None = None
    canary_at: datetime | None = None
    finished_at: datetime | None = None

    @property
    def by_rule(self) -> dict[str, int]:
        """Changes per rule, as `--json` prints them."""
        return {rule: share.changes for rule, share in self.rules.items()}


Alike = tuple[str, str | None, str, str | None, str | None]
"""Object, record type, field, before and after: what makes two changes alike, whichever rule made them."""


def alike(change: Change) -> Alike:
    """What the change has in common with others. Dates and numbers all differ, so they only count as the field."""
    comparable = FIELDS[change.field] is model.Kind.TEXT
    values = (change.before, change.after) if comparable else (None, None)
    return (change.ref.object, change.record_type, change.field, *values)


def _shown(value: str | None) -> str:
    return "(empty)" if value is None else value
