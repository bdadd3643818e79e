"""What an activity is: a compiled, ordered list of rules over a few fields of the CRM's row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import translate
from typing import NamedTuple

from connector.mapping.model import ActivityRule

_MOST_REMEMBERED = 50_000


class Class(NamedTuple):
    """What an activity is, in the words of `connector.model.Activity`."""

    kind: str
    direction: str
    outcome: str


class Classifier:
    """Says what the rows of one object are. Every question (kind, direction, outcome) is answered by the first rule
    that fits and says something about it; a row without a kind is not an activity."""

    def __init__(self, rules: Sequence[ActivityRule]) -> None:
        self.fields: tuple[str, ...] = tuple(dict.fromkeys(name for rule in rules for name in rule.when))
        """The CRM's fields that must be read, in the order in which `classify` wants their values."""
        self._rules = [_Compiled(rule, self.fields) for rule in rules]
        self._known: dict[tuple[str | None, ...], Class | None] = {}

    def classify(self, values: Sequence[str | None]) -> Class | None:
        """What a row with these `values` of `fields` is; None: not an activity. Flags are `true` and `false`."""
        key = tuple(values)
        if key in self._known:
            return self._known[key]
        found = self._classify(key)
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[key] = found
        return found

    def _classify(self, values: tuple[str | None, ...]) -> Class | None:
        texts = [(value or "").strip().casefold() for value in values]
        kind = direction = outcome = None
        for rule in self._rules:
            if rule.adds(kind, direction, outcome) and rule.fits(texts):
                if rule.skip:
                    return None
                kind = rule.kind if kind is None else kind
                direction = rule.direction if direction is None else direction
                outcome = rule.outcome if outcome is None else outcome
                if kind is not None and direction is not None and outcome is not None:
                    break
        return Class(kind, direction or "", outcome or "") if kind else None


class _Compiled:
    def __init__(self, rule: ActivityRule, fields: Sequence[str]) -> None:
        self.kind, self.direction, self.outcome, self.skip = rule.kind, rule.direction, rule.outcome, rule.skip
        self._tests = [(fields.index(name), _pattern(values)) for name, values in rule.when.items()]

    def adds(self, kind: str | None, direction: str | None, outcome: str | None) -> bool:
        """Whether the rule answers a question that is still open."""
        return (
            (self.skip and kind is None)
            or (self.kind is not None and kind is None)
            or (self.direction is not None and direction is None)
            or (self.outcome is not None and outcome is None)
        )

    def fits(self, texts: Sequence[str]) -> bool:
        return all(pattern.fullmatch(texts[at]) for at, pattern in self._tests)


def _pattern(values: str | Sequence[str]) -> re.Pattern[str]:
    listed = (values,) if isinstance(values, str) else values
    return re.compile("|".join(translate(value.strip().casefold()) for value in listed) or r"(?!)")
