"""The canary: a few records of every kind go first, and then everything about them is looked at.

A flow, a trigger or a marketing platform may answer our writes: with another owner, a task, a mail, a value put back.
That is found out on a handful of records, before the rest is sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

import msgspec

from connector.apply.send import look, send
from connector.apply.work import Record, Work, batches, records
from connector.errors import CanaryStopped, NotAttended
from connector.model import Ref
from connector.ports import Snapshot
from connector.store.ledger import Alike, Batch, State, alike

AT_ONCE = 2_000
"""Records per snapshot, at most."""

UNATTENDED_WAIT = 600
"""Seconds to wait when nobody watches: longer than a marketing platform takes to sync."""

LITTLE = timedelta(minutes=15)
"""By how much more than the wait a look may come too late, and still tell a flow from people at work."""

NAMED = 5
"""Differences named in the error."""

_SNAPSHOTS = msgspec.json.Decoder(list[Snapshot])


def canary(work: Work) -> None:
    """Sends the first few of every kind and looks at them. Raises CanaryStopped; then the rest is not sent.

    What this login cannot see is told to whoever watches; if nobody does, NotAttended is raised and nothing is sent.
    Records that were sent long ago, by a process that did not come to look, say nothing any more: others are tried.
    """
    _forget_old(work)
    sent = _send_first(work)
    tried = work.ledger.batches.canaries(work.header)
    for batch in tried:  # one that was begun by somebody who watched
        _tell_unseen(work, _unpack(batch.before))
    if sent or tried:
        work.wait(_wait(work))
    strange = [text for batch in tried for text in _look_at(work, batch)]
    if strange:
        work.ledger.journal.new_canary(work.header, work.lease)
        raise _stopped(work, strange)
    work.ledger.journal.stage(work.header, "canary", work.lease)


def _wait(work: Work) -> int:
    """Seconds between the first few records and the look at them."""
    wait = work.limits.canary_wait
    return wait if work.attended else max(wait, UNATTENDED_WAIT)


def _forget_old(work: Work) -> None:
    """A wait that was broken off by more than a little: people have worked on the records since, it was not a flow."""
    since = work.ledger.batches.canary_since(work.header)
    if since is not None and since < work.now() - timedelta(seconds=_wait(work)) - LITTLE:
        work.ledger.journal.new_canary(work.header, work.lease)


def _send_first(work: Work) -> bool:
    """Until enough of every kind were written; what fails or is in conflict is replaced by others of its kind."""
    sent = False
    factor = 1
    while chosen := list(_choose(work, factor)):
        for batch in batches(chosen, work.way.size):
            work.go_on()
            before = list(_snapshots(work, [record[0].change.ref for record in batch]))
            _tell_unseen(work, before)
            sent |= send(work, batch, work.ledger.batches.next_number(work.header), _pack(before))
        factor *= 2
    return sent


def _choose(work: Work, factor: int) -> Iterator[Record]:
    """Records not yet sent, of kinds of which too few have been written; in the plan's order."""
    kinds: Counter[Alike] = Counter()
    for kind in work.ledger.plans.kinds(work.header.number):
        kinds[kind.alike] += kind.changes
    written = _written(work)
    wanted = {kind: factor * (min(work.limits.canary, total) - written[kind]) for kind, total in kinds.items()}
    wanted = {kind: count for kind, count in wanted.items() if count > 0}
    waiting = work.ledger.changes.each(work.header.number, [State.PLANNED])
    for record in records(waiting):
        if not wanted:
            return
        of = [alike(entry.change) for entry in record]
        if any(one in wanted for one in of):
            yield record
            for one in of:
                if one in wanted:
                    wanted[one] -= 1
                    if not wanted[one]:
                        del wanted[one]


def _written(work: Work) -> Counter[Alike]:
    number = work.header.number
    return Counter(
        alike(entry.change)
        for batch in work.ledger.batches.canaries(work.header)
        for entry in work.ledger.changes.of_batch(number, batch.number, State.APPLIED)
    )


def _look_at(work: Work, batch: Batch) -> list[str]:
    """What differs that should not, one line each."""
    entries = work.ledger.changes.of_batch(work.header.number, batch.number, State.APPLIED)
    written = list(records(entries))
    if not written:
        return []
    refs = [record[0].change.ref for record in written]
    before = {snapshot.ref: snapshot for snapshot in _unpack(batch.before)}
    after = {snapshot.ref: snapshot for snapshot in _unpack(_pack(_snapshots(work, refs)))}
    found = []
    for ref in refs:
        found += _differences(ref, before.get(ref), after.get(ref))
    now = look(work, written)
    for record in written:
        seen = now.found.get(record[0].change.ref)
        found += [
            f"{_name(entry.change.ref)}: {entry.change.field} was put back ({entry.change.after} → {value})"
            for entry in record
            if seen is not None and (value := seen.values[entry.change.field]) != entry.change.after
        ]
    return found


def _differences(ref: Ref, before: Snapshot | None, after: Snapshot | None) -> list[str]:
    if before is None or after is None:
        what = "the record has disappeared" if before else "the record could not be seen before it was written"
        return [f"{_name(ref)}: {what}"]
    may_move = {*before.own.values(), *before.moving, *after.moving}
    names = [name for name in sorted(before.fields.keys() | after.fields.keys()) if name not in may_move]
    changed = [
        f"{_name(ref)}: {name} changed ({before.fields.get(name)} → {after.fields.get(name)})"
        for name in names
        if before.fields.get(name) != after.fields.get(name)
    ]
    counted = (before.around.keys() | after.around.keys()) - before.unseen.keys() - after.unseen.keys()
    around = [
        f"{_name(ref)}: {name}: {before.around.get(name, 0)} → {after.around.get(name, 0)}"
        for name in sorted(counted)
        if before.around.get(name, 0) != after.around.get(name, 0)
    ]
    lost = [
        f"{_name(ref)}: {name} could be counted before the write and cannot now: {why}"
        for name, why in sorted(after.unseen.items())
        if name not in before.unseen
    ]
    return changed + around + lost


def _tell_unseen(work: Work, taken: Iterable[Snapshot]) -> None:
    """Says what could not be counted; raises NotAttended if nobody hears it and the policy does not allow it.

    A flow that makes tasks, or mails people, would pass unnoticed.
    """
    unseen = {name: why for snapshot in taken for name, why in snapshot.unseen.items()}
    for name, why in unseen.items():
        work.warn(f"the canary cannot count {name}: {why}; look at a few of the records yourself")
    stop = sorted(unseen.keys() - set(work.limits.canary_without))
    if not stop or work.attended:
        return
    names = ", ".join(f'"{name}"' for name in stop)
    raise NotAttended(
        f"the canary of plan {work.header.id} cannot look at everything, and nobody watches: "
        + "; ".join(f"{name}: {unseen[name]}" for name in stop),
        next=f"let this login read it; or watch: `connector apply {work.header.id}`; or, if that is how your org is, "
        f"say canary_without = [{names}] under [limits] of the policy",
    )


def _snapshots(work: Work, refs: Sequence[Ref]) -> Iterator[Snapshot]:
    for at in range(0, len(refs), AT_ONCE):
        yield from work.adapter.snapshot(refs[at : at + AT_ONCE])


def _pack(snapshots: Iterable[Snapshot]) -> bytes:
    return msgspec.json.encode(list(snapshots))


def _unpack(packed: bytes | None) -> list[Snapshot]:
    return _SNAPSHOTS.decode(packed) if packed is not None else []


def _stopped(work: Work, strange: list[str]) -> CanaryStopped:
    plan = work.header.id
    more = [f"… and {len(strange) - NAMED:,} more"] if len(strange) > NAMED else []
    return CanaryStopped(
        "\n  ".join(
            [
                f"the first few records of plan {plan} changed in ways that are not ours; the rest was not sent:",
                *strange[:NAMED],
                *more,
            ]
        ),
        next=f"find the flow, rule or integration that does this; then `connector resume {plan}` goes on with a new "
        f"canary, or `connector undo {plan}` takes back what was written",
    )


def _name(ref: Ref) -> str:
    return f"{ref.object} {ref.id}"
