"""Who a person is: points that stay, and whether they are the ideal client. Compiled once, remembered by value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec

from connector.model import Part, Person
from connector.policy.scoring import FitLine, Match
from connector.policy.wording import Patterns

FIT: Final = "fit"
FIELDS: Final = frozenset(Person.__struct_fields__) - {"ref", "person_id", "version", "facts"}
"""Fields of a person that a line may test; other names are facts."""

_MOST_REMEMBERED = 10_000


class Dimension(msgspec.Struct, frozen=True):
    """One dimension of the ideal client: what the person has there, and whether it matches."""

    name: str
    field: str
    value: str
    matches: bool


class Fit:
    """Points for who people are."""

    def __init__(self, lines: Mapping[str, FitLine]) -> None:
        self._lines = [(name, line.points, line.group) for name, line in lines.items()]
        self._held = Held(lines.values())
        self._known: dict[int, tuple[int, tuple[Part, ...]]] = {}

    def of(self, person: Person) -> tuple[int, tuple[Part, ...]]:
        """The points, and what they are made of; lines that give none are left out."""
        held = self._held.by(person)
        known = self._known.get(held)
        if known is None:
            known = self._count(held)
            if len(self._known) < _MOST_REMEMBERED:
                self._known[held] = known
        return known

    def _count(self, held: int) -> tuple[int, tuple[Part, ...]]:
        best: dict[str, Part] = {}
        for number, (name, points, group) in enumerate(self._lines):
            if not points or not held >> number & 1:
                continue
            key = f"group {group}" if group else f"line {name}"
            if key not in best or points > best[key].points:
                best[key] = Part(name, points, FIT)
        parts = tuple(best.values())
        return sum(part.points for part in parts), parts


class Ideal:
    """The ideal client, dimension by dimension."""

    def __init__(self, dimensions: Mapping[str, Match], least: int | None) -> None:
        self._dimensions = dimensions
        self._held = Held(dimensions.values())
        self._least = len(dimensions) if least is None else min(least, len(dimensions))

    def is_met(self, person: Person) -> bool:
        """Whether enough dimensions match. A policy that describes no ideal client has none."""
        return bool(self._dimensions) and self._held.by(person).bit_count() >= self._least

    def dimensions(self, person: Person) -> tuple[Dimension, ...]:
        """Each dimension, for people to look at."""
        held = self._held.by(person)
        fields = Values([one.field for one in self._dimensions.values()])
        values = dict(zip(fields.fields, fields.of(person), strict=True))
        return tuple(
            Dimension(name, one.field, _text(values[one.field]), bool(held >> at & 1))
            for at, (name, one) in enumerate(self._dimensions.items())
        )


class Held:
    """Which of some tests hold of a person: a bit for each, by its number.

    Answers are remembered by value, field by field, as long as a field has few of them: a title is worth remembering,
    an e-mail address is not.
    """

    def __init__(self, tests: Iterable[Match]) -> None:
        by_field: dict[str, list[tuple[int, Condition]]] = {}
        for number, test in enumerate(tests):
            by_field.setdefault(test.field, []).append((1 << number, Condition(test)))
        self._values = Values(tuple(by_field))
        self._tests = list(by_field.values())
        self._known: list[dict[Any, int]] = [{} for _ in by_field]

    def by(self, person: Person) -> int:
        """The tests that hold."""
        held = 0
        for value, known, tests in zip(self._values.of(person), self._known, self._tests, strict=True):
            key = value if value is None or type(value) is str else (type(value), value)  # True is not the number 1
            found = known.get(key)
            if found is None:
                found = 0
                for bit, test in tests:
                    if test.holds(value):
                        found |= bit
                if len(known) < _MOST_REMEMBERED:
                    known[key] = found
            held |= found
        return held


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
    """A value as policies write it, and as people are told it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
