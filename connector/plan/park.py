"""Parking a rule that somebody else keeps undoing."""

from __future__ import annotations

from collections.abc import Mapping


def parked(contested: Mapping[str, int], standing: Mapping[str, int], share: float) -> dict[str, str]:
    """Rule → why it is parked.

    `contested`: people per rule whose correction is left alone because it keeps being changed back. `standing`: people
    per rule whose correction stands. A rule is parked while more than `share` of its people are contested.
    """
    found = {}
    for rule, count in sorted(contested.items()):
        people = count + standing.get(rule, 0)
        if count > share * people:
            found[rule] = (
                f"{count:,} of its {people:,} people ({count / people:.1%}) are contested, more than {share:.1%}: "
                "another system seems to master this field"
            )
    return found
