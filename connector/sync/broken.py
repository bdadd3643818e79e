"""Promises that were still open when the CRM was read after their deadline: kept, so that nothing mends them later.

What was done in time is in the CRM by then. Whatever is dated earlier but written down later, or counts only since the
person or the user came to somebody else, finds the promise broken. What was there and not understood (a team nobody had
named in the policy) is kept with it: put right, it keeps the promise after all.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from connector.case import BROKEN, trait
from connector.model import Evidence, Promise, Ref
from connector.policy import Policy
from connector.store.ledger import Ledger, Observation
from connector.store.mirror import Mirror

_BEFORE: Final = timedelta(days=1)
"""How long before a promise began work may have been done that counts for it, by any policy."""


def keep_broken(mirror: Mirror, ledger: Ledger, policy: Policy, last: datetime | None) -> None:
    """Before anything new is read: keeps in the ledger which promises stood open after the `last` sync though their
    time was up by then. Of people who are yet to be judged nothing is known; of previews nothing is kept."""
    force = policy.promises.effective_from or ledger.plans.first_finished()
    if last is None or force is None or mirror.dirty.everybody() is not None:
        return
    due = [(ref, one) for ref, one in mirror.verdicts.overdue(last) if one.since is not None and one.since >= force]
    kept = ledger.observations.of(list({ref for ref, _ in due})) if due else []
    known = {(one.ref, one.field, one.seen_at) for one in kept}
    found = [_seen(mirror, ref, one) for ref, one in due if (ref, _field(one), one.due_at) not in known]
    if found:
        ledger.observations.record(found)


def _seen(mirror: Mirror, ref: Ref, one: Promise) -> Observation:
    assert one.due_at is not None
    assert one.since is not None
    evidence = mirror.people.one(ref)
    there = _traits(evidence, one.since - _BEFORE, one.due_at) if evidence is not None else []
    return Observation(ref, _field(one), one.since, one.due_at, None, " ".join(["broken", *there]))


def _field(one: Promise) -> str:
    return f"{BROKEN} {one.name} {one.of}"


def _traits(evidence: Evidence, since: datetime, until: datetime) -> list[str]:
    """Of the work that is dated within that time, of the lead too that a contact came from."""
    of_lead = evidence.conversion.activities if evidence.conversion is not None else ()
    return sorted({trait(one) for one in (*of_lead, *evidence.activities) if since <= one.at <= until})
