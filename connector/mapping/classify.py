"""What an activity is: a compiled, ordered list of rules over a few fields of the CRM's row."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from connector.mapping.model import ActivityRule

_MOST_REMEMBERED = 20_000


class Class(NamedTuple):
    """What an activity is, in the words of `connector.model.Activity`."""

    kind: str
    direction: str
    outcome: str
    about: str = ""


class Classifier:
    """Says what the rows of one object are.

    The first rule that fits gives a row its kind. Direction, outcome and topic are taken from that rule or, where it
    says nothing, from the first later one of that kind (`of`) that fits. A row without a kind is not an activity.

    One field holds free text (the subject); all others hold few values. For each combination of those the rules that
    can still apply are kept, so that a row costs a few comparisons of its free text.
    """

    def __init__(self, rules: Sequence[ActivityRule]) -> None:
        self.fields: tuple[str, ...] = tuple(dict.fromkeys(name for rule in rules for name in rule.when))
        """The CRM's fields that must be read, in the order in which `classify` wants their values."""
        self._free = _free_text(rules, self.fields)
        self._rules = [_Compiled(rule, self.fields, self._free) for rule in rules]
        self._left: dict[tuple[str | None, ...], tuple[_Compiled, ...]] = {}

    def classify(self, values: Sequence[str | None]) -> Class | None:
        """What a row with these `values` of `fields` is; None: not an activity. Flags are `true` and `false`."""
        few = (*values[: self._free], *values[self._free + 1 :])
        left = self._left.get(few)
        if left is None:
            if len(self._left) >= _MOST_REMEMBERED:
                self._left.clear()
            left = self._left[few] = self._still_possible(values)
        return _answer(left, _folded(values[self._free]) if values else "")

    def _still_possible(self, values: Sequence[str | None]) -> tuple[_Compiled, ...]:
        texts = [_folded(value) for value in values]
        fitting = [rule for rule in self._rules if rule.fits_but_free(texts)]
        sure = next((at for at, rule in enumerate(fitting) if rule.of is None and rule.free is None), len(fitting))
        kinds = {rule.kind for rule in fitting[: sure + 1] if rule.of is None}
        return tuple(rule for at, rule in enumerate(fitting) if (at <= sure if rule.of is None else rule.of in kinds))


def _answer(rules: Sequence[_Compiled], text: str) -> Class | None:
    kind = direction = outcome = about = None
    for rule in rules:
        if rule.of != kind or not rule.adds(kind, direction, outcome, about):
            continue
        if rule.free is not None and not rule.free.match(text):
            continue
        if kind is None:
            if rule.kind is None:
                return None
            kind = rule.kind
        direction = rule.direction if direction is None else direction
        outcome = rule.outcome if outcome is None else outcome
        about = rule.about if about is None else about
        if direction is not None and outcome is not None and about is not None:
            break
    return Class(kind, direction or "", outcome or "", about or "") if kind else None


class _Compiled:
    """One rule. `free`: its test of the free text, or None; `kind` None without `of`: the row is skipped."""

    def __init__(self, rule: ActivityRule, fields: Sequence[str], free: int) -> None:
        self.of, self.kind = rule.of, rule.kind
        self.direction, self.outcome, self.about = rule.direction, rule.outcome, rule.about
        tests = {fields.index(name): _Texts(values) for name, values in rule.when.items()}
        self.free = tests.pop(free, None)
        self._tests = tuple(tests.items())

    def adds(self, kind: str | None, direction: str | None, outcome: str | None, about: str | None) -> bool:
        """Whether it says anything that is not known yet."""
        return (
            kind is None
            or (direction is None and self.direction is not None)
            or (outcome is None and self.outcome is not None)
            or (about is None and self.about is not None)
        )

    def fits_but_free(self, texts: Sequence[str]) -> bool:
        """Whether all but the free text fit."""
        return all(test.match(texts[at]) for at, test in self._tests)


class _Texts:
    """Some patterns; those with a `*` only at an end are compared without a regular expression.

    `{demo|quote} request*` stands for both. An alternative may be empty, and have wildcards and choices in it; braces
    without a bar stand for themselves.
    """

    def __init__(self, values: str | Sequence[str]) -> None:
        listed = [value.strip().casefold() for value in _listed(values)]
        plain = [(value, value.strip("*")) for value in listed if not _is_expression(value)]
        self._exact = frozenset(text for value, text in plain if value == text)
        self._starts = tuple(text for value, text in plain if value == text + "*")
        self._ends = tuple(text for value, text in plain if text and value == "*" + text)
        self._within = tuple(text for value, text in plain if text and value == "*" + text + "*")
        others = [value for value in listed if _is_expression(value) or value.strip("*") == "" != value]
        self._others = re.compile("|".join(map(_expression, others))) if others else None

    def match(self, text: str) -> bool:
        if text in self._exact or text.startswith(self._starts) or text.endswith(self._ends):
            return True
        for part in self._within:
            if part in text:
                return True
        return self._others is not None and self._others.fullmatch(text) is not None


def _is_expression(pattern: str) -> bool:
    return bool(set("*?") & set(pattern.strip("*")) or _choices(pattern))


def _choices(pattern: str) -> dict[int, str]:
    """Where `{`, `|` and `}` of choices stand, and what stands for them in a regular expression."""
    found: dict[int, str] = {}
    opened: list[list[int]] = []
    for at, letter in enumerate(pattern):
        if letter == "{":
            opened.append([at])
        elif letter == "|" and opened:
            opened[-1].append(at)
        elif letter == "}" and opened:
            begin, *bars = opened.pop()
            if bars:
                found |= {begin: "(?:", **dict.fromkeys(bars, "|"), at: ")"}
    return found


def _expression(pattern: str) -> str:
    """`pattern` as a regular expression."""
    choices = _choices(pattern)
    wild = {"*": ".*", "?": "."}
    texts = (choices.get(at) or wild.get(letter) or re.escape(letter) for at, letter in enumerate(pattern))
    return "(?s:" + "".join(texts) + ")"


def _listed(values: str | Sequence[str]) -> Sequence[str]:
    return (values,) if isinstance(values, str) else values


def _folded(value: str | None) -> str:
    return value.strip().casefold() if value else ""


def _free_text(rules: Sequence[ActivityRule], fields: Sequence[str]) -> int:
    """Which field holds free text: the one with most patterns."""
    counts = dict.fromkeys(fields, 0)
    for rule in rules:
        for name, values in rule.when.items():
            counts[name] += len(_listed(values))
    return fields.index(max(counts, key=counts.__getitem__)) if counts else 0
