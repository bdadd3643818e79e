"""What was planted: exact counts by construction, kept by the generator while it writes, never by judging."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Planted:
    """How much of everything the sample org holds.

    people:     persons as somebody counting humans' records would: open leads and contacts; a converted lead and its
                contact are one
    rows:       rows per object, deleted ones included
    errors:     the classic errors of `audit` that live in the data, by their names there
    findings:   findings without a write, by their names; one per person, so an e-mail that a lead and a contact share
                counts twice. `source_blank` counts those whose source could be told from a campaign, too
    changes:    status corrections per rule that need nothing but the preset `demand-gen`
    changes_if: further status corrections, by what the policy must say for them
    statuses:   text in the status field of open leads → leads
    retired, drifted, dispositions, unmapped:   the wrong ones among those texts, by what is wrong with them
    kept:       what a careful tool leaves alone: converted, deleted, merged, values taken back within ten minutes
    contacts:   status a contact ought to get once the field exists → contacts (`` for: nothing tells)
    lives:      kind of life → how many; the finest count there is
    """

    people: int
    seed: int
    as_of: str
    rows: Counts
    errors: Counts
    findings: Counts
    changes: Counts
    changes_if: Counts
    statuses: Counts
    retired: Counts
    drifted: Counts
    dispositions: Counts
    unmapped: Counts
    kept: Counts
    contacts: Counts
    lives: Counts

    def numbers(self) -> dict[str, Any]:
        """The same as plain values, for JSON."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {name: dict(value) if isinstance(value, Mapping) else value for name, value in values.items()}

    def lines(self) -> Iterator[str]:
        """For people: what is in the org, a line each."""
        rows = self.rows
        leads, contacts = (rows.get(name, rows.get(name.lower(), 0)) for name in ("Lead", "Contact"))
        yield f"{self.people:,} people: {leads:,} leads, {contacts:,} contacts (seed {self.seed})"
        for title, counts in (
            ("classic errors", self.errors),
            ("findings", self.findings),
            ("corrections to be made", self.changes),
            ("corrections if the policy says so", self.changes_if),
            ("retired values", self.retired),
            ("case and spacing", self.drifted),
            ("dispositions in the status field", self.dispositions),
            ("unknown values", self.unmapped),
            ("to be left alone", self.kept),
        ):
            if counts:
                yield f"{title}: " + ", ".join(f"{name} {count:,}" for name, count in counts.items())


@dataclass
class Tally:
    """Counts while the org is being filled. A mark is `group:name`, for example `findings:inactive_owner`."""

    counts: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, group: str, name: str, count: int = 1) -> None:
        """Count one more, or so many more."""
        if group not in self.counts:
            self.counts[group] = Counter()
        self.counts[group][name] += count

    def mark(self, marks: tuple[str, ...]) -> None:
        """Count every mark of one life."""
        for mark in marks:
            group, _, name = mark.partition(":")
            self.add(group, name)

    def settle(self, people: int, seed: int, as_of: str) -> Planted:
        """The finished record; names in alphabetical order."""
        groups = (
            "rows", "errors", "findings", "changes", "changes_if", "statuses", "retired", "drifted", "dispositions",
            "unmapped", "kept", "contacts", "lives",
        )  # fmt: skip
        frozen = {name: MappingProxyType(dict(sorted(self.counts.get(name, Counter()).items()))) for name in groups}
        return Planted(people=people, seed=seed, as_of=as_of, **frozen)
