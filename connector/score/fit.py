"""Who a person is: points that stay, and whether they are the ideal client. Compiled once, remembered by value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec

from connector.model import Part, Person
from connector.policy.scoring import FitLine, Match
from connector.policy.wording import Patterns

FIT: Final = "fit"
FIELDS: Final = frozenset(Person.__struct_fields__) - {"ref", "person_id", "version", "facts"}
"""Fields of a person that a line may test; other names are facts."""

_MOST_REMEMBERED = 50_000


class Dimension(msgspec.Struct, frozen=True):
    """One dimension of the ideal client: what the person has there, and whether it matches."""

    name: str
    field: str
    value: str
    matches: bool


class Fit:
    """Points for who people are."""

    def __init__(self, lines: Mapping[str, FitLine]) -> None:
        self._values = Values([line.field for line in lines.values()])
        fields = self._values.fields
        self._lines = [
            (name, line.points, line.group, fields.index(line.field), Condition(line)) for name, line in lines.items()
        ]
        self._known: dict[tuple[Any, ...], tuple[int, tuple[Part, ...]]] = {}

    def of(self, person: Person) -> tuple[int, tuple[Part, ...]]:
        """The points, and what they are made of; lines that give none are left out."""
        values = self._values.of(person)
        known = self._known.get(values)
        if known is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            known = self._known[values] = self._count(values)
        return known

    def _count(self, values: Sequence[Any]) -> tuple[int, tuple[Part, ...]]:
        best: dict[str, Part] = {}
        for name, points, group, at, test in self._lines:
            if not points or not test.holds(values[at]):
                continue
            key = f"group {group}" if group else f"line {name}"
            if key not in best or points > best[key].points:
                best[key] = Part(name, points, FIT)
        parts = tuple(best.values())
        return sum(part.points for part in parts), parts


class Ideal:
    """The ideal client, dimension by dimension."""

    def __init__(self, dimensions: Mapping[str, Match], least: int | None) -> None:
        self._values = Values([one.field for one in dimensions.values()])
        fields = self._values.fields
        self._tests = [(name, one.field, fields.index(one.field), Condition(one)) for name, one in dimensions.items()]
        self._least = len(self._tests) if least is None else min(least, len(self._tests))
        self._known: dict[tuple[Any, ...], bool] = {}

    def is_met(self, person: Person) -> bool:
        """Whether enough dimensions match. A policy that describes no ideal client has none."""
        if not self._tests:
            return False
        values = self._values.of(person)
        known = self._known.get(values)
        if known is None:
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            matching = sum(test.holds(values[at]) for _, _, at, test in self._tests)
            known = self._known[values] = matching >= self._least
        return known

    def dimensions(self, person: Person) -> tuple[Dimension, ...]:
        """Each dimension, for people to look at."""
        values = self._values.of(person)
        return tuple(
            Dimension(name, field, "" if values[at] is None else str(values[at]), test.holds(values[at]))
            for name, field, at, test in self._tests
        )


class Values:
    """Reads some fields and facts of a person, in order."""

    def __init__(self, names: Sequence[str]) -> None:
        self.fields = tuple(dict.fromkeys(names))
        plain = [name for name in self.fields if name in FIELDS]
        self._read: Callable[[Person], Any] | None = None
        if plain == list(self.fields) and plain:
            self._read = attrgetter(*plain)

    def of(self, person: Person) -> tuple[Any, ...]:
        """Their values."""
        if self._read is not None:
            found = self._read(person)
            return found if len(self.fields) > 1 else (found,)
        facts = dict(person.facts)
        return tuple(getattr(person, name) if name in FIELDS else facts.get(name) for name in self.fields)


class Condition:
    """One test of one value. Flags are the texts `true` and `false`."""

    def __init__(self, match: Match) -> None:
        self._values = Patterns(match.values) if match.values else None
        self._leave_out = Patterns(match.leave_out) if match.leave_out else None
        self._at_least, self._at_most = match.at_least, match.at_most

    def holds(self, value: Any) -> bool:
        """Whether the value passes. A blank or a text is no number."""
        if self._at_least is not None or self._at_most is not None:
            if not isinstance(value, int | float) or isinstance(value, bool):
                return False
            if self._at_least is not None and value < self._at_least:
                return False
            if self._at_most is not None and value > self._at_most:
                return False
        text = _text(value)
        if self._values is not None and not self._values.match(text):
            return False
        return self._leave_out is None or not text or not self._leave_out.match(text)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
