"""What a plan is, without its changes: the sealed header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from connector import model
from connector.model import FIELDS, Change

RULES = "rules"
MIGRATE = "migrate"
UNDO = "undo"


class Share(msgspec.Struct, frozen=True):
    """How much of a plan is one rule's.

    changes: those of which it said the last word; added up over all rules they are the plan's
    records: all that it has a part in changing
    begun:   more changes that it took part in, and of which another rule said the last word
    """

    changes: int
    records: int
    begun: int = 0

    def __add__(self, other: Share) -> Share:
        return Share(self.changes + other.changes, self.records + other.records, self.begun + other.begun)

    @property
    def all(self) -> int:
        """Changes that would not be what they are without it."""
        return self.changes + self.begun


class Kind(msgspec.Struct, frozen=True):
    """How many changes are alike. `before` and `after` are None where values are not comparable (dates, numbers).

    `rule` said the last word on them, `also` took part before it.
    """

    rule: str
    object: str
    record_type: str | None
    field: str
    before: str | None
    after: str | None
    changes: int
    also: tuple[str, ...] = ()

    @property
    def rules(self) -> str:
        """Every rule that took part, in turn, for people."""
        return " → ".join((*self.also, self.rule))

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

    `id`: what people call it, 8 hex digits. `people`: people in scope when it was made. `rules`: every
    rule that took part. `records`: records that it
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
        """Changes per rule that said the last word on them, as `--json` prints them."""
        return {rule: share.changes for rule, share in self.rules.items() if share.changes}


Alike = tuple[str, str | None, str, str | None, str | None]
"""Object, record type, field, before and after: what makes two changes alike, whichever rule made them."""


def alike(change: Change) -> Alike:
    """What the change has in common with others. Dates and numbers all differ, so they only count as the field."""
    comparable = FIELDS[change.field] is model.Kind.TEXT
    values = (change.before, change.after) if comparable else (None, None)
    return (change.ref.object, change.record_type, change.field, *values)


def joined(rules: Sequence[str]) -> str | None:
    """Rules as a column holds them: their names with blanks between, NULL if there are none."""
    return " ".join(rules) or None


def parted(rules: str | None) -> tuple[str, ...]:
    """What `joined` was made of."""
    return tuple(rules.split()) if rules else ()


def _shown(value: str | None) -> str:
    return "(empty)" if value is None else value
