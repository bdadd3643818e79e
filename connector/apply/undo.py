"""Undo: a plan of the inverse changes of what was really applied, sent down the same line as any other."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from connector.errors import Abort, NotFound
from connector.model import Ref
from connector.plan.seal import About, Planned, seal_rows
from connector.store.ledger import UNDO, Entry, Lease, Ledger, PlanHeader, State


def undo(
    plan: str, *, ledger: Ledger, lease: Lease, rules: Collection[str] = (), refs: Collection[Ref] = ()
) -> PlanHeader:
    """Seals the plan that takes a plan back, in reverse order; only of some rules or records if they are named.

    Of a rule: every change that it took part in, for what another made of its work rests on it.

    Only what was applied, and not taken back already, is undone; what somebody changed since will be a conflict when
    the undo is applied. Raises NotFound (no such plan; nothing of it was applied), Abort if it must be resumed first.
    """
    header = ledger.plans.find(plan)
    if ledger.batches.open(header):
        raise Abort(
            f"plan {header.id} was interrupted, and it isn't known what the CRM carried out of its last batch",
            next=f"`connector resume {header.id}` first, then undo it",
        )
    if unknown := sorted(set(rules) - header.rules.keys()):
        has = ", ".join(sorted(header.rules))
        raise NotFound(f"plan {header.id} has no changes of a rule {unknown[0]!r}; it has: {has}", next="check --rule")
    counts = ledger.changes.counts(header.number)
    standing = counts.of(State.APPLIED) - counts.undone
    if standing == 0:
        again = "has already been taken back" if counts.undone else "has not changed anything"
        todo = f"`connector show {header.id}` says what became of it"
        raise NotFound(f"plan {header.id} {again}: there is nothing to undo", next=todo)
    if (rules or refs) and not any(_wanted(entry, rules, refs) for entry in _standing(ledger, header)):
        raise NotFound(f"plan {header.id} has nothing to take back there", next=f"`connector show {header.id} --all`")
    about = About(
        kind=UNDO,
        as_of=ledger.now(),
        policy=header.policy,
        people=header.people,
        synced_at=header.synced_at,
        marks=header.marks,
        warnings=_warnings(counts.undone, rules, refs),
        undoes=header.id,
    )
    return seal_rows(_inverse(ledger, header, rules, refs), ledger, lease, about)


def _inverse(ledger: Ledger, header: PlanHeader, rules: Collection[str], refs: Collection[Ref]) -> Iterator[Planned]:
    for entry in _standing(ledger, header):
        if _wanted(entry, rules, refs):
            yield entry.change.inverse(entry.written or ""), entry.seq, entry.raw


def _standing(ledger: Ledger, header: PlanHeader) -> Iterator[Entry]:
    """What was applied and not taken back, last first."""
    for entry in ledger.changes.each(header.number, [State.APPLIED], backwards=True):
        if not entry.undone:
            yield entry


def _wanted(entry: Entry, rules: Collection[str], refs: Collection[Ref]) -> bool:
    return (not rules or any(rule in rules for rule in entry.change.rules)) and (not refs or entry.change.ref in refs)


def _warnings(undone: int, rules: Collection[str], refs: Collection[Ref]) -> tuple[str, ...]:
    found = [f"{undone:,} changes of the plan were taken back before and are left out"] if undone else []
    if rules or refs:
        only = [f"rule {rule}" for rule in sorted(rules)] + [f"{ref.object} {ref.id}" for ref in sorted(refs)]
        found.append(f"only a part of the plan is taken back: {', '.join(only)}")
    return tuple(found)
