"""Sealing: the standing corrections are copied into the ledger, row by row, through SHA-256.

Nothing is held: what grows with the plan is the ledger, not our memory. The plan's id is made of the digest and of its
number in this ledger, so that the same corrections planned twice are two plans with the same digest.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import groupby

import msgspec

from connector.case import OrgFacts
from connector.errors import StoreFailed
from connector.model import Change
from connector.store.ledger import RULES, UNDO, Alike, Kind, Lease, Ledger, PlanHeader, Share, alike, joined

PAGE = 2_000

Planned = tuple[Change, int | None, str | None]
"""A change, the row of another plan that it takes back, and the raw value to put back."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a header says besides its changes; see `PlanHeader` for the meanings. `policy` is its hash.

    `org`: what the org offers, for warnings about values that its lists lack.
    """

    kind: str = RULES
    as_of: datetime
    policy: str
    people: int
    synced_at: datetime | None = None
    marks: Mapping[str, str] = {}
    findings: Mapping[str, int] = {}
    warnings: tuple[str, ...] = ()
    bar: str = ""
    undoes: str = ""
    org: OrgFacts | None = None


def seal(
    changes: Iterable[Change], ledger: Ledger, lease: Lease, about: About, *, parked: Collection[str] = ()
) -> PlanHeader:
    """Seals changes, given in (object, id, field) order, into a plan; a plan without changes has an id too.

    A record that a `parked` rule has a part in changing is left out whole, because other rules build on that change.
    Raises StoreFailed, LeaseLost; ValueError if the changes are out of order (a bug, not an input).
    """
    planned = ((change, None, None) for change in _without(changes, parked))
    return seal_rows(planned, ledger, lease, about)


def touched_by(rules: Collection[str], changes: Iterable[Change]) -> Iterator[Change]:
    """The changes of those records that any of these rules would change, or have a part in changing."""
    for _, group in groupby(changes, key=lambda change: change.ref):
        of_record = list(group)
        if _takes_part(rules, of_record):
            yield from of_record


def seal_rows(planned: Iterable[Planned], ledger: Ledger, lease: Lease, about: About) -> PlanHeader:
    """As `seal`, with the rows that each change takes back (an undo: in falling order)."""
    number = ledger.plans.begin(about.kind, lease)
    tally = _Tally(ledger.org, about)
    page: list[tuple[object, ...]] = []
    for change, origin, raw in planned:
        page.append((number, *tally.add(change), origin, raw))
        if len(page) == PAGE:
            ledger.plans.put(page, lease)
            page = []
    ledger.plans.put(page, lease)
    return _header(ledger, lease, about, number, tally)


def verify(header: PlanHeader, ledger: Ledger) -> None:
    """Raises StoreFailed if the plan's rows are no longer those that were sealed."""
    digest = _start(ledger.org, header.kind, header.undoes)
    for row in ledger.changes.sealed(header.number):
        digest.update(_line(row))
    if digest.hexdigest() != header.digest:
        raise StoreFailed(
            f"the changes of plan {header.id} are not those that were sealed; it cannot be applied",
            where="ledger",
            next="make a new plan, and find out who edits the ledger file",
        )


class _Tally:
    """What is counted while the changes pass by."""

    def __init__(self, org: str, about: About) -> None:
        self.digest = _start(org, about.kind, about.undoes)
        self.changes = 0
        self.records = 0
        self.kinds: Counter[tuple[str, tuple[str, ...], Alike]] = Counter()
        self._by_rule: Counter[str] = Counter()
        self._begun: Counter[str] = Counter()
        self._records_by_rule: Counter[str] = Counter()
        self._backwards = about.kind == UNDO
        self._last: tuple[str, str, str] | None = None
        self._of_record: set[str] = set()

    @property
    def rules(self) -> dict[str, Share]:
        by_rule, begun, records = self._by_rule, self._begun, self._records_by_rule
        return {rule: Share(by_rule[rule], records[rule], begun[rule]) for rule in sorted(records)}

    def add(self, change: Change) -> tuple[object, ...]:
        """Counts a change; gives its row of the ledger from `seq` to `record_type`."""
        ref = change.ref
        place = (ref.object, ref.id, change.field)
        if self._last is not None and (place == self._last or (place < self._last) is not self._backwards):
            raise ValueError(f"changes out of order: {place} after {self._last}")
        if self._last is None or place[:2] != self._last[:2]:
            self.records += 1
            self._of_record = set()
        for rule in change.rules:
            if rule not in self._of_record:
                self._of_record.add(rule)
                self._records_by_rule[rule] += 1
        self._last = place
        self.changes += 1
        self._by_rule[change.rule] += 1
        self._begun.update(change.also)
        self.kinds[(change.rule, change.also, alike(change))] += 1
        row = (*place, change.before, change.after, change.rule, change.because, change.version, change.record_type)
        also = joined(change.also)
        self.digest.update(_line(row if also is None else (*row, also)))
        return (self.changes, *row, also)


def _header(ledger: Ledger, lease: Lease, about: About, number: int, tally: _Tally) -> PlanHeader:
    digest = tally.digest.hexdigest()
    kinds = [Kind(rule, *of, count, also) for (rule, also, of), count in tally.kinds.most_common()]
    header = PlanHeader(
        number=number,
        id=hashlib.sha256(f"{digest} {number}".encode()).hexdigest()[:8],
        kind=about.kind,
        digest=digest,
        made_at=ledger.now(),
        as_of=about.as_of,
        synced_at=about.synced_at,
        policy=about.policy,
        marks=about.marks,
        people=about.people,
        changes=tally.changes,
        records=tally.records,
        rules=tally.rules,
        findings=about.findings,
        warnings=(*about.warnings, *_not_offered(kinds, about.org)),
        bar=about.bar,
        undoes=about.undoes,
    )
    ledger.plans.seal(header, kinds, lease)
    return header


def _not_offered(kinds: Iterable[Kind], org: OrgFacts | None) -> Iterator[str]:
    """One line per status that the org's own list does not offer: people could not pick it."""
    counts: Counter[tuple[str, str]] = Counter()
    for kind in kinds:
        if org is None or kind.field != "status" or kind.after is None:
            continue
        offered = org.offered.get((kind.object, kind.record_type)) or org.offered.get((kind.object, None))
        if offered is not None and kind.after not in offered:
            counts[(kind.object, kind.after)] += kind.changes
    for (kind_of, value), count in counts.most_common():
        yield (
            f"{value!r} is not in the org's list of {kind_of} statuses ({count:,} changes would write it): "
            "the CRM takes it, but nobody could pick it by hand; add it to the list first"
        )


def _without(changes: Iterable[Change], parked: Collection[str]) -> Iterator[Change]:
    if not parked:
        yield from changes
        return
    for _, group in groupby(changes, key=lambda change: change.ref):
        of_record = list(group)
        if not _takes_part(parked, of_record):
            yield from of_record


def _takes_part(rules: Collection[str], of_record: Iterable[Change]) -> bool:
    """Whether any of the rules had a part in these changes, whoever said the last word."""
    return any(rule in rules for change in of_record for rule in change.rules)


def _start(org: str, kind: str, undoes: str) -> hashlib._Hash:
    return hashlib.sha256(_line((org, kind, undoes)))


def _line(row: Iterable[object]) -> bytes:
    return msgspec.json.encode(tuple(row)) + b"\n"
