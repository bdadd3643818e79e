"""One batch of records on its way: reread, compare, commit intents, write, commit outcomes.

Whatever is not known to be carried out is reread: found as we wanted it, it was us; found as it was, it is sent again.
What the CRM has refused for certain, because somebody changed the record meanwhile, is reread as well: found as we
wanted it, it was them, and it is not ours to take back (ADR 44).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from connector.apply.compare import Compared, compare, settle
from connector.apply.work import BatchJournal, Record, Work
from connector.errors import CrmFailed
from connector.model import Ref
from connector.ports import Outcome, Result, Seen, Update
from connector.store.ledger import Batch, Settled, State

PAGE = 2_000
"""Outcomes committed at once."""

TRIES = 3
"""How often the same rows are sent when no answer comes, before we stop and say so."""

_STATES = {Result.WRITTEN: State.APPLIED, Result.FAILED: State.FAILED, Result.CONFLICT: State.CONFLICT}


@dataclass(frozen=True)
class Replies:
    """What the CRM has said so far of the records of one batch.

    `refused`: somebody changed them between reread and write, so that our write was certainly not carried out; the
    second time that is a conflict. `unsure`: of some write of ours it was never heard whether it was carried out.
    """

    refused: set[Ref] = field(default_factory=set)
    unsure: set[Ref] = field(default_factory=set)

    def exclude(self, ref: Ref) -> bool:
        """Whether nothing that we sent can have arrived."""
        return ref in self.refused and ref not in self.unsure


class Look(msgspec.Struct, frozen=True):
    """Records as they are now. `partial`: only those modified since the mirror read them; the rest is unchanged."""

    found: Mapping[Ref, Seen]
    partial: bool

    def seen(self, record: Record) -> Seen | None:
        """The record as the CRM has just shown it; None if it did not."""
        return self.found.get(record[0].change.ref)

    def of(self, record: Record) -> Seen | None:
        """The record now; None if it is gone."""
        seen = self.seen(record)
        if seen is None and self.partial:
            ref, version = record[0].change.ref, record[0].change.version
            return Seen(ref, version, {entry.change.field: entry.change.before for entry in record})
        return seen


def look(work: Work, batch: Sequence[Record]) -> Look:
    """Rereads the records of a batch, all of one object."""
    refs = [record[0].change.ref for record in batch]
    fields = sorted({entry.change.field for record in batch for entry in record})
    mark = work.mark(refs[0].object)
    partial = mark is not None and not work.adapter.rereads_all(len(refs))
    return Look({seen.ref: seen for seen in work.adapter.reread(refs, fields, mark)}, partial)


def send(work: Work, batch: Sequence[Record], number: int, before: bytes | None = None) -> bool:
    """Carries one batch (of one object, at most `way.size` records) from reread to settled.

    `before` makes it a canary batch. Gives whether there was anything to send.
    """
    now = look(work, batch)
    compared = [compare(record, now.of(record), reopens=work.reopens) for record in batch]
    aside = [settled for one in compared for settled in one.aside]
    sending = [list(one.send) for one in compared if one.send]
    intents = [(entry.seq, raw) for record in sending for raw in [_raw(now.seen(record))] for entry in record]
    journalled = Batch(number, work.way, before is not None, before)
    work.ledger.journal.intend(work.header, journalled, intents, aside, work.lease)
    work.progress(len(aside))
    if sending:
        finish(work, number, sending, now)
    return bool(sending)


def finish(work: Work, number: int, sending: list[Record], now: Look, replies: Replies | None = None) -> None:
    """Sends intended records until each has an outcome. Raises CrmFailed if some never get one.

    `replies`: what was said of them before, if they were perhaps sent before.
    """
    replies = replies or Replies()
    for _ in range(TRIES):
        unsettled = write(work, number, sending, now, replies)
        sending, now = reconcile(work, unsettled, replies)
        if not sending:
            work.ledger.journal.close(work.header, number, work.lease)
            return
    raise CrmFailed(
        f"the CRM gave no answer for {len(sending):,} records, though they were sent {TRIES} times",
        where=f"plan {work.header.id}",
        next=f"when the CRM answers again: `connector resume {work.header.id}`",
    )


def reconcile(work: Work, unsettled: list[Record], replies: Replies) -> tuple[list[Record], Look]:
    """Rereads records that have no outcome yet; gives those to be sent (again)."""
    if not unsettled:
        return [], Look({}, partial=False)
    now = look(work, unsettled)
    compared: list[Compared] = []
    for record in unsettled:
        whose = compare if replies.exclude(record[0].change.ref) else settle
        compared.append(whose(record, now.of(record), reopens=work.reopens))
    commit(work, [settled for one in compared for settled in one.aside], unsettled)
    return [list(one.send) for one in compared if one.send], now


def write(work: Work, number: int, sending: list[Record], now: Look, replies: Replies) -> list[Record]:
    """Sends records and commits what became of them; gives those without an outcome."""
    waiting = {record[0].change.ref: record for record in sending}
    updates = [_update(record, now.seen(record)) for record in sending]
    gather(work, waiting, work.adapter.write(updates, work.way, BatchJournal(work, number)), replies)
    return list(waiting.values())


def gather(work: Work, waiting: dict[Ref, Record], outcomes: Iterable[Outcome], replies: Replies) -> None:
    """Commits outcomes as they come in, and takes their records off `waiting`."""
    done: list[Settled] = []
    told: list[Record] = []
    try:
        for outcome in outcomes:
            record = waiting[outcome.ref]
            settled = _settled(record, outcome, replies)
            if settled:
                del waiting[outcome.ref]
                done += settled
                told.append(record)
            if len(done) >= PAGE:
                commit(work, done, told)
                done, told = [], []
    finally:
        commit(work, done, told)


def commit(work: Work, done: Sequence[Settled], of: Iterable[Record]) -> None:
    """Commits outcomes, tells the mirror what was written, and counts them as progress."""
    if not done:
        return
    work.ledger.journal.settle(work.header, done, work.lease)
    applied = {settled.seq for settled in done if settled.state is State.APPLIED}
    written = []
    for record in of:
        values = {entry.change.field: entry.change.after for entry in record if entry.seq in applied}
        if values:
            written.append((record[0].change.ref, values))
    if written:
        work.told(written)
    work.progress(len(done))


def _settled(record: Record, outcome: Outcome, replies: Replies) -> list[Settled]:
    """What an outcome means for the changes of its record; nothing yet if they have to be looked at again."""
    code, text = outcome.code, outcome.text
    if outcome.result is Result.UNKNOWN:
        replies.unsure.add(outcome.ref)
        return []
    if outcome.result is Result.CONFLICT:
        if outcome.ref not in replies.refused:
            replies.refused.add(outcome.ref)
            return []
        code, text = code or "CHANGED", text or "somebody is changing this record at the same time"
    return [Settled(entry.seq, _STATES[outcome.result], code, text, outcome.version) for entry in record]


def _update(record: Record, seen: Seen | None) -> Update:
    change = record[0].change
    values = {entry.change.field: entry.change.after for entry in record}
    raw = record[0].put
    put = msgspec.json.decode(raw, type=dict[str, str]) if raw else {}
    reopens = seen.raw if seen is not None and seen.closed else {}
    return Update(change.ref, values, seen.version if seen else change.version, put, reopens)


def _raw(seen: Seen | None) -> str | None:
    return msgspec.json.encode(seen.raw).decode() if seen is not None and seen.raw else None
