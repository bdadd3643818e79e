"""How much a plan may change without anybody's approval, and what to say when it is more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from connector.policy.model import Limits
from connector.store.ledger import RULES, Kind, PlanHeader, Share

LARGEST = 3
"""How many contributors are named."""

NOTHING: Final[Mapping[str, Share]] = {}


class Excess(msgspec.Struct, frozen=True, kw_only=True):
    """One limit that a plan is over. `rule` is "" for the plan as a whole.

    `changes` and `records` are the plan's, of a rule all that it has a part in; `most_changes` and `most_records` the
    limit's. `largest`: the kinds of changes that contribute most. `earlier`: what was written before in the same run,
    which counts with it.
    """

    rule: str
    changes: int
    records: int
    most_changes: int
    most_records: int
    share: float
    people: int
    largest: tuple[Kind, ...] = ()
    earlier: Share = Share(0, 0)

    @property
    def text(self) -> str:
        """What is over which limit, and by what, in one sentence."""
        who = f"rule {self.rule}" if self.rule else "the plan"
        if self.changes + self.earlier.all > self.most_changes:
            over = f"{self.changes:,} changes{_and(self.earlier.all)}; the limit is {self.most_changes:,}"
        else:
            over = (
                f"changes to {self.records:,} records{_and(self.earlier.records)}; the limit is {self.most_records:,} "
                f"({self.share:.0%} of {self.people:,} people in scope)"
            )
        most = "; ".join(f"{kind.text}, {kind.changes:,}" for kind in self.largest)
        return f"{who} would make {over}" + (f". Largest: {most}" if most else "")


def _and(earlier: int) -> str:
    return f", with {earlier:,} of a plan that was gone on with before in the same run" if earlier else ""


def limits(
    header: PlanHeader, limits: Limits, kinds: Sequence[Kind] = (), earlier: Mapping[str, Share] = NOTHING
) -> list[Excess]:
    """Every limit that the plan is over, the rules' first. Empty: it may be applied by anybody.

    A rule may make so many changes, on so small a share of the people in scope, whichever is reached first, but is
    never held below the floor. Migrations and undos are not limited unless the policy says so. `earlier`: what was
    written before in the same run, by rule and under "" in all: it counts with the plan.
    """
    if header.kind != RULES and not limits.migrate:
        return []
    found = []
    for rule, part in header.rules.items():
        of_rule = [kind for kind in kinds if rule in (*kind.also, kind.rule)]
        most = (limits.rule, limits.rule_share)
        before = earlier.get(rule, Share(0, 0))
        found += _over(rule, part.all, part.records, *most, limits.floor, header.people, of_rule, before)
    most = (limits.run, limits.run_share)
    before = earlier.get("", Share(0, 0))
    return found + _over("", header.changes, header.records, *most, limits.floor, header.people, kinds, before)


def _over(
    rule: str,
    changes: int,
    records: int,
    most: int,
    share: float,
    floor: int,
    people: int,
    kinds: Sequence[Kind],
    earlier: Share,
) -> list[Excess]:
    most_changes = max(floor, most)
    most_records = max(floor, int(share * people))
    if changes + earlier.all <= most_changes and records + earlier.records <= most_records:
        return []
    return [
        Excess(
            rule=rule,
            changes=changes,
            records=records,
            most_changes=most_changes,
            most_records=most_records,
            share=share,
            people=people,
            largest=tuple(sorted(kinds, key=lambda kind: -kind.changes)[:LARGEST]),
            earlier=earlier,
        )
    ]
