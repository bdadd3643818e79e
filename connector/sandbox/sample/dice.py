"""Seeded chance: the same seed throws the same dice on every machine and Python."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A thin, fast face of `random.Random`: everything rests on `random()`, whose sequence Python keeps stable."""

    def __init__(self, seed: int) -> None:
        self.roll = Random(seed).random

    def pick(self, choices: Sequence[T]) -> T:
        """One of them, each as likely as the next."""
        return choices[int(self.roll() * len(choices))]

    def whole(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return low + int(self.roll() * (high - low + 1))

    def chance(self, share: float) -> bool:
        """True in that share of throws."""
        return self.roll() < share

    def shuffle(self, items: bytearray) -> None:
        """Shuffles in place (Fisher and Yates)."""
        roll = self.roll
        for last in range(len(items) - 1, 0, -1):
            other = int(roll() * (last + 1))
            items[last], items[other] = items[other], items[last]
