"""Rows walked into spans: how long each status of one record lasted, our corrections and undone values left out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import msgspec

from connector.model import OwnWrite
from connector.policy import Meaning, Place, Policy
from connector.timeline.own import FIRST_FILL, UNDO, promotes, stamp_of
from connector.timeline.rows import Row
from connector.timeline.second_thoughts import without_second_thoughts

_NOWHERE = (Meaning.BLANK, Meaning.UNMAPPED)
_DISPOSITION = Meaning.DISPOSITION


class Record(msgspec.Struct, frozen=True):
    """What a walk needs to know of a lead or contact.

    `tracked`: its status history is complete from creation on. `modified_at`: when it held already what it holds now.
    `stamp`, `is_estimate`: Status Entered At as it stands, and its flag. `known`: when it is known to have held which
    text, besides; a later write never moves that.
    """

    object: str
    record_type: str | None
    current: str | None
    created_at: datetime
    tracked: bool
    modified_at: datetime | None
    stamp: datetime | None = None
    is_estimate: bool = False
    known: tuple[tuple[datetime, str | None], ...] = ()

    def held(self, text: str | None, after: datetime | None = None) -> datetime | None:
        """When it is first known to have held this text, later than a time; None if that is not known."""
        found = self.modified_at if text == (self.current or None) else None
        if found is not None and after is not None and found <= after:
            found = None
        for at, held in self.known:
            if held == text and (found is None or at < found) and (after is None or at > after):
                found = at
        return found


class Span(msgspec.Struct):
    """A time in one status while it is put together. `text` is what stands there now, corrections made.

    `since` None: unknown, `at_least` then says since when at the latest. `recorded`: when the CRM says it began.
    `entered`: the policy's status that was entered by whoever began it, before any correction; only that can open a
    cycle. `was_blank`: we put a status where there was none, by a correction. `ours`: begun by a write of ours.
    """

    text: str | None
    place: Place
    recorded: datetime
    since: datetime | None
    at_least: datetime | None = None
    by: str | None = None
    estimate: bool = False
    entered: str | None = None
    was_blank: bool = False
    object: str = ""
    ours: bool = False

    @property
    def name(self) -> str | None:
        """The policy's status it is; None for a disposition, an unmapped value or a blank."""
        return None if self.place.meaning is _DISPOSITION else self.place.name

    @property
    def disposition(self) -> str | None:
        """The disposition it is, if it is one."""
        return self.place.disposition if self.place.meaning is _DISPOSITION else None

    @property
    def start(self) -> datetime | None:
        """Where it begins, as well as is known."""
        return self.since if self.since is not None else self.at_least


class Named(Protocol):
    """A span or a stay: which status, or which disposition, it is, of a lead or a contact."""

    @property
    def name(self) -> str | None: ...
    @property
    def disposition(self) -> str | None: ...
    @property
    def object(self) -> str: ...


def standing(spans: Sequence[Named], name: str) -> int:
    """Which span it is, by index, that a correction of the last one to `name` puts right.

    If the last one is `name` already, or the last status before it (dispositions passed over) is not: the last one.
    Else that status goes on: nothing was entered anew. A lead's never goes on in the contact. Blanks and values nobody
    knows are passed over like dispositions: they are no status either.
    """
    last = len(spans) - 1
    if spans[last].name == name:
        return last
    for i in range(last - 1, -1, -1):
        if spans[i].object != spans[last].object:
            break
        if spans[i].name == name:
            return i
        if spans[i].name is not None:
            break
    return last


def walk(record: Record, rows: Sequence[Row], own: Sequence[OwnWrite], policy: Policy) -> list[Span]:
    """The spans of one record, oldest first; the last one is where it stands. Never empty."""
    return _Walk(record, own, policy).over(rows)


class _Walk:
    """`text` is what the CRM held at this point of the walk, which our own writes change without a new span."""

    def __init__(self, record: Record, own: Sequence[OwnWrite], policy: Policy) -> None:
        self._record = record
        self._own = own
        self._policy = policy
        self._spans: list[Span] = []

    def over(self, rows: Sequence[Row]) -> list[Span]:
        record = self._record
        text = rows[0].before if rows else record.current or None
        self._spans.append(self._first(text, rows[0].at if rows else None))
        for row in without_second_thoughts(rows, self._same) if len(rows) > 1 else rows:
            if row.before != text:
                self._unseen(row.before, row.at)
            text = row.after
            if row.own is None:
                self._enter(row)
            elif not row.own.undone and row.own.rule != UNDO:
                self._ours(row, row.own)
        if self._spans[-1].text != (record.current or None):
            self._unseen(record.current or None, self._last_known())
        return self._spans

    def _place(self, text: str | None) -> Place:
        return self._policy.place(self._record.object, text, self._record.record_type)

    def _same(self, one: str | None, other: str | None) -> bool:
        name = _name(self._place(one))
        return one == other or (name is not None and name == _name(self._place(other)))

    def _span(
        self,
        text: str | None,
        recorded: datetime,
        since: datetime | None,
        at_least: datetime | None = None,
        *,
        estimate: bool = False,
    ) -> Span:
        place = self._place(text)
        on = self._record.object
        return Span(text, place, recorded, since, at_least, estimate=estimate, entered=_name(place), object=on)

    def _first(self, text: str | None, left: datetime | None) -> Span:
        created = self._record.created_at
        since = created if self._record.tracked else None
        known = self._record.held(text) if since is None else None
        if left is not None:  # if it was last modified before that (our write is not read back yet), it held it then
            known = min(at for at in (known, left, self._record.modified_at) if at is not None)
        return self._span(text, created, since, None if since else known)

    def _last_known(self) -> datetime | None:
        """Since when the record has held at the latest what it holds now, if no row tells of it."""
        record = self._record
        return record.held(record.current or None, self._spans[-1].start) or record.modified_at

    def _unseen(self, text: str | None, seen: datetime | None) -> None:
        """The status came to be `text` without a row: nobody knows when, only that it was so at `seen`."""
        last = self._spans[-1].start
        if last is not None and (seen is None or seen < last):
            seen = last
        self._spans.append(self._span(text, seen or self._spans[-1].recorded, None, seen))

    def _enter(self, row: Row) -> None:
        """Somebody entered a value."""
        place = self._place(row.after)
        name = _name(place)
        self._come_back(name)
        last = self._spans[-1]
        if last.text == row.after or (name is not None and name == last.name):
            last.text, last.place = row.after, place
            return
        span = self._span(row.after, row.at, row.at, estimate=row.seen)
        span.by = row.by
        self._spans.append(span)

    def _come_back(self, name: str | None) -> None:
        """Forgets blanks and values that nobody knows if this returns to the status before them: as far as anybody can
        tell, the person was never anywhere else. Not where history has a hole."""
        spans, end = self._spans, len(self._spans)
        while end > 1 and spans[end - 1].place.meaning in _NOWHERE and spans[end - 1].since is not None:
            end -= 1
        if end == len(spans):
            return
        last = next((span for span in reversed(spans[:end]) if span.disposition is None), None)
        if name is not None and last is not None and last.name == name:
            del spans[end:]

    def _ours(self, row: Row, write: OwnWrite) -> None:
        """A write of ours: a promotion begins a span, a correction puts the last one right."""
        if promotes(write, self._policy):
            if write.rule == "raw":
                self._correct(self._policy.role("raw"), None)
            self._begin(row, self._promoted_at(row, write), estimate=False)
        elif write.before is None and write.rule == FIRST_FILL:
            self._fill(row, write)
        else:
            self._correct(_name(self._place(row.after)), row.after, is_first=write.before is None)

    def _fill(self, row: Row, write: OwnWrite) -> None:
        """A contact's first status, which opens no cycle."""
        filled = self._filled_at(row, write)
        if filled is not None:
            self._begin(row, filled, estimate=True)
        else:
            self._spans[-1] = self._span(row.after, row.at, None, row.at, estimate=True)
        self._spans[-1].entered = None

    def _promoted_at(self, row: Row, write: OwnWrite) -> datetime:
        """When the event was that we took as evidence."""
        stamp = stamp_of(write, self._own) or self._standing_stamp(row)
        return stamp if stamp is not None and stamp <= row.at else row.at

    def _standing_stamp(self, row: Row) -> datetime | None:
        """Status Entered At, if it stood when the status was written; a stamp of the span that ends is not it."""
        stamp = self._record.stamp
        if stamp is None or row.after != self._record.current:
            return None
        ends = next((span for span in reversed(self._spans) if span.disposition is None), self._spans[0])
        return None if ends.since is not None and stamp <= ends.since else stamp

    def _filled_at(self, row: Row, write: OwnWrite) -> datetime | None:
        """When the event was that a first status rests on, as we stamped it or found it stamped."""
        stamp = stamp_of(write, self._own)
        if stamp is None and row.after == self._record.current and self._record.is_estimate:
            stamp = self._record.stamp
        return stamp if stamp is not None and stamp <= row.at else None

    def _begin(self, row: Row, since: datetime, *, estimate: bool) -> None:
        """A span that starts at `since`; what lay after that moment is cut off."""
        spans = self._spans
        while spans and (start := spans[-1].start) is not None and start >= since:
            if spans[-1].since is None and (len(spans) == 1 or (spans[-2].start or start) < since):
                spans[-1].at_least = since
                break
            spans.pop()
        written = row.own.at if row.own is not None else row.at  # stays so once the CRM's own row of it is read
        span = self._span(row.after, written, since, estimate=estimate)
        span.ours = not estimate
        spans.append(span)

    def _correct(self, name: str | None, text: str | None, *, is_first: bool = False) -> None:
        """The last span, or the one that goes on, is that status; without a text, it was on the way to another."""
        text = text or self._policy.written(name or "", self._record.object)
        place = self._place(text)
        i = standing(self._spans, name) if name else len(self._spans) - 1
        del self._spans[i + 1 :]
        span = self._spans[i]
        span.text, span.place = text, place
        if is_first:
            span.was_blank, span.estimate = True, span.since is not None


def _name(place: Place) -> str | None:
    return None if place.meaning is _DISPOSITION else place.name
