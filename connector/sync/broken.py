"""Promises that were broken when the CRM was read after their deadline: kept, so that nothing mends them later.

What was done in time is in the CRM by then. Whatever is dated earlier but written down later, or counts only since the
person or the user came to somebody else, finds the promise broken. What was there and not understood (a team nobody had
named in the policy) is kept with it: put right, it keeps the promise after all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from connector.broken import BROKEN, Unmarked, stood_by, trait
from connector.model import Evidence, Observation, Promise, Ref
from connector.policy import Policy
from connector.store.ledger import Ledger
from connector.store.mirror import Mirror
from connector.sync.unmarked import Looks

_BEFORE: Final = timedelta(days=1)
"""How long before a promise began work may have been done that counts for it, by any policy."""


def keep_broken(mirror: Mirror, ledger: Ledger, policy: Policy, last: datetime | None, looks: Looks) -> None:
    """Before anything new is read: keeps in the ledger which promises were broken by the `last` sync of this mirror.

    Of people who are yet to be judged nothing is known, nor of anybody if the mirror is not the one that was synced
    last: then `looks` keeps that it is so. Of previews nothing is kept.
    """
    force = policy.promises.effective_from or ledger.plans.first_finished()
    if force is None or (looks.last is not None and looks.last < force):
        looks.covered()
        return
    everybody = mirror.dirty.everybody() is not None
    if last is not None and not everybody:
        since = min((one.after or force for one in looks.unmarked), default=looks.until or force)
        due = mirror.verdicts.overdue(last, since)
        _keep(mirror, ledger, [(ref, one) for ref, one in due if one.since is not None and one.since >= force], looks)
    if everybody or last != looks.last or mirror.dirty.count():
        looks.leave_unmarked()
    else:
        looks.all_marked()


def _keep(mirror: Mirror, ledger: Ledger, due: Sequence[tuple[Ref, Promise]], looks: Looks) -> None:
    kept = ledger.observations.of(list({ref for ref, _ in due})) if due else []
    known = {(one.ref, one.field, one.seen_at) for one in kept}
    found = [_seen(mirror, ref, one, looks.unmarked) for ref, one in due if (ref, _field(one), one.due_at) not in known]
    if found:
        ledger.observations.record(found)


def _seen(mirror: Mirror, ref: Ref, one: Promise, unmarked: Iterable[Unmarked]) -> Observation:
    assert one.due_at is not None
    assert one.since is not None
    evidence = mirror.people.one(ref)
    read_at = next((time.read_at for time in unmarked if time.holds(one.due_at)), None)
    there = _traits(evidence, one.since - _BEFORE, one.due_at, read_at) if evidence is not None else []
    return Observation(ref, _field(one), one.since, one.due_at, None, " ".join(["broken", *there]))


def _field(one: Promise) -> str:
    return f"{BROKEN} {one.name} {one.of}"


def _traits(evidence: Evidence, since: datetime, until: datetime, read_at: datetime | None) -> list[str]:
    """Of the work that is dated within that time, of the lead too that a contact came from. What came to the CRM after
    `read_at` was not there."""
    of_lead = evidence.conversion.activities if evidence.conversion is not None else ()
    dated = (one for one in (*of_lead, *evidence.activities) if since <= one.at <= until)
    return sorted({trait(one) for one in dated if read_at is None or stood_by(one, read_at)})
