"""Parking a rule that somebody else keeps undoing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from connector.model import AND, Finding, Ref


def parked(contested: Iterable[tuple[Ref, Finding]], in_scope: int, share: float) -> dict[str, str]:
    """Rule → why it is parked.

    `contested`: the findings on fields that are left alone because they keep being changed back; the value of each
    names the rules that took part, with "and" between them. A rule is parked while such records are more than `share`
    of the people in scope, as limits count them: however few corrections stand otherwise, one person among hundreds is
    no sign of another master of the field.
    """
    people = Counter(rule for _, rule in {(ref, rule) for ref, one in contested for rule in one.value.split(AND)})
    found = {}
    for rule, count in sorted(people.items()):
        if count > share * in_scope:
            part = f" ({count / in_scope:.2%})" if in_scope else ""
            found[rule] = (
                f"{count:,} of the {in_scope:,} people in scope{part} are contested, more than {share:.2%}: "
                "another system seems to master this field"
            )
    return found
