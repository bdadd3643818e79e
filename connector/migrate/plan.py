"""The plan of a migration: every writable record whose status the file replaces."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from connector.case import OrgFacts
from connector.errors import NotPermitted
from connector.migrate.file import read
from connector.migrate.fit import Fit, Value, fit
from connector.model import CONTACT, LEAD, OBJECTS, Change, Evidence
from connector.plan import About, freshness, seal
from connector.policy import Meaning, Policy
from connector.ports import Table
from connector.store.ledger import MIGRATE, Lease, Ledger, PlanHeader
from connector.store.mirror import Mirror
from connector.store.mirror.counts import StatusCount

NAMED = 10
"""Values named in warnings, each."""


_NO_STATUS = (Meaning.UNMAPPED, Meaning.DISPOSITION, Meaning.RETIRED)


class Counted(msgspec.Struct, frozen=True):
    """What is in the mirror, sorted by what the file says of it."""

    left: tuple[StatusCount, ...]
    """Values that are in nobody's way: neither in the file nor a status of the policy."""
    converted: int
    """Converted leads with a value of the file: they keep it."""


def plan(
    path: Path, *, mirror: Mirror, ledger: Ledger, lease: Lease, policy: Policy, org: OrgFacts, now: datetime
) -> PlanHeader:
    """Seals the plan that migrates every writable lead, and contact if it has the field.

    People out of the policy's scope are left out and counted, and so are converted leads: theirs is history. Values
    that the file does not name are untouched and counted as `unmapped_value`.
    Raises MigrationError (file and line), NotPermitted, Abort if the mirror is empty.
    """
    pairs = read(path)
    warnings = freshness(mirror.notes.synced_at(), now)
    objects = [object for object in OBJECTS if org.has(object, "status")]
    if not objects:
        raise NotPermitted("the status field cannot be written with this login", next="`connector check` says why")
    statuses = [one for one in mirror.counts.statuses() if one.object in objects]
    values = [(one.object, one.record_type, one.status) for one in statuses if one.status and not one.is_converted]
    fitted = fit(pairs, values, policy, org)
    counted = _count(statuses, fitted, policy)
    outside: Counter[str] = Counter(_outside(mirror, fitted, policy, objects))
    about = About(
        kind=MIGRATE,
        as_of=now,
        policy=policy.hash,
        people=sum(mirror.counts.people().values()),
        synced_at=mirror.notes.synced_at(),
        marks={table.value: mark.text for table in (Table.LEAD, Table.CONTACT) if (mark := mirror.notes.mark(table))},
        findings={"unmapped_value": people} if (people := sum(one.people for one in counted.left)) else {},
        warnings=(*warnings, *_warnings(fitted, counted, outside, statuses)),
        org=org,
    )
    return seal(_changes(mirror, fitted, policy, objects), ledger, lease, about)


def _changes(mirror: Mirror, fitted: Fit, policy: Policy, objects: Sequence[str]) -> Iterator[Change]:
    for evidence in _holding(mirror, fitted, objects):
        person = evidence.person
        pair = fitted.becomes[_value(evidence)]
        if not person.is_converted and not _is_outside(evidence, policy):
            yield Change(
                ref=person.ref,
                field="status",
                before=person.status,
                after=pair.new,
                rule=MIGRATE,
                because=f"{person.status!r} becomes {pair.new!r} by {pair.where}",
                version=person.version,
                record_type=person.record_type,
            )


def _outside(mirror: Mirror, fitted: Fit, policy: Policy, objects: Sequence[str]) -> Iterator[str]:
    """Why each person whose value is in the file is out of scope; read only if the policy has a scope at all."""
    if policy.file.scope:
        for evidence in _holding(mirror, fitted, objects):
            if not evidence.person.is_converted and (why := _is_outside(evidence, policy)):
                yield why


def _holding(mirror: Mirror, fitted: Fit, objects: Sequence[str]) -> Iterator[Evidence]:
    """Everybody whose value the file replaces, in the plan's order."""
    for object in (CONTACT, LEAD):
        texts = {text for on, _, text in fitted.becomes if on == object and object in objects}
        if texts:
            for page in mirror.people.holding(object, texts):
                yield from (evidence for evidence in page if _value(evidence) in fitted.becomes)


def _value(evidence: Evidence) -> Value:
    person = evidence.person
    return (person.ref.object, person.record_type, person.status or "")


def _is_outside(evidence: Evidence, policy: Policy) -> str:
    if not policy.file.scope:
        return ""
    return policy.scope.outside(evidence.person, account_type=evidence.account_type, owner=evidence.owner)


def _count(statuses: Sequence[StatusCount], fitted: Fit, policy: Policy) -> Counted:
    replaced = {(object, text) for object, _, text in fitted.becomes}
    converted = sum(one.people for one in statuses if one.is_converted and (one.object, one.status) in replaced)
    new = {pair.new for pair in fitted.becomes.values()}
    left = tuple(
        one
        for one in statuses
        if one.status and not one.is_converted and one.status not in new
        if (one.object, one.record_type, one.status) not in fitted.becomes
        if policy.place(one.object, one.status, one.record_type).meaning in _NO_STATUS
    )
    return Counted(left, converted)


def _warnings(fitted: Fit, counted: Counted, outside: Counter[str], statuses: Sequence[StatusCount]) -> Iterator[str]:
    people = {(one.object, one.record_type, one.status): one.people for one in statuses if not one.is_converted}
    for value, pair in fitted.inexact.items():
        yield (
            f"{value[2]!r} ({people[value]:,} {value[0]}s) is taken for {pair.old!r} ({pair.where}): "
            "they differ in case or spacing only"
        )
    yield from (f"{pair.old!r} ({pair.where}) is on no writable record" for pair in fitted.unused)
    if counted.converted:
        yield f"{counted.converted:,} converted leads keep the old values: they are history and never written"
    for why, count in outside.most_common(NAMED):
        yield f"{count:,} records are out of the policy's scope and left as they are: {why}"
    for one in counted.left[:NAMED]:
        yield f"{one.status!r} ({one.people:,} {one.object}s) is not in the file and stays as it is"
    if len(counted.left) > NAMED:
        yield f"… and {len(counted.left) - NAMED:,} more values that are not in the file"
