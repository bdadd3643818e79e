"""What is known of a person beyond the CRM's own rows: what connector wrote, what was undone, what syncs saw, stays."""

from __future__ import annotations

from datetime import datetime

import msgspec

from connector.model.fields import Ref


class OwnWrite(msgspec.Struct, frozen=True, gc=False):
    """A value connector itself wrote, from the ledger. `at`: when the CRM confirmed it. `undone`: by a later undo."""

    ref: Ref
    field: str
    before: str | None
    after: str | None
    rule: str
    at: datetime
    undone: bool = False


class Hold(msgspec.Struct, frozen=True, gc=False):
    """A change of ours that somebody undid: `field` of `ref` is not to be written as `value` again for now.

    `at`: when the undo was applied. `facts`: fingerprint of the person's other facts at the first judging after the
    undo, None until then; the hold ends when those facts change.
    """

    ref: Ref
    field: str
    value: str | None
    at: datetime
    facts: str | None = None


class Observation(msgspec.Struct, frozen=True):
    """What a sync saw change: `before` at the sync at `since` (None: the record was new to us), `after` at `seen_at`.

    `field`: a field of ours, or another name under which a sync keeps what it saw.
    """

    ref: Ref
    field: str
    since: datetime | None
    seen_at: datetime
    before: str | None
    after: str | None


class Stay(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """One uninterrupted time of a person in a status, history already cleaned of our own corrections.

    `status` is the CRM's text, `name` the policy's status it means (None: a disposition or an unmapped value).
    `since` None means unknown: then `at_least` says since when at the latest. `estimate`: rests on our own
    observation or a first fill. `by`: who made the change that began it.
    """

    id: int
    status: str
    name: str | None
    since: datetime | None
    until: datetime | None = None
    at_least: datetime | None = None
    estimate: bool = False
    disposition: str | None = None
    by: str | None = None
    cycle: int = 1
    object: str = ""
    """Whether it was spent as a lead or as a contact."""
    ours: bool = False
    """It was begun by a promotion of ours, by nobody's hand."""
