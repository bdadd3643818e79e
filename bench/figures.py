"""Figures against their targets, and how they are printed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple


class Figure(NamedTuple):
    """One figure. `shown` is its text; `kept`: whether the target is kept, None if there is none."""

    what: str
    shown: str
    target: str = ""
    kept: bool | None = None


def at_least(what: str, value: float, target: float, text: Callable[[float], str]) -> Figure:
    """A figure that should be no smaller than its target."""
    return Figure(what, text(value), f">= {text(target)}", value >= target)


def at_most(what: str, value: float, target: float, text: Callable[[float], str]) -> Figure:
    """A figure that should be no larger than its target."""
    return Figure(what, text(value), f"<= {text(target)}", value <= target)


def per_second(value: float) -> str:
    """People per second."""
    return f"{value:,.0f} people/s"


def times(value: float) -> str:
    """A ratio."""
    return f"{value:.2f} x"


def percent(value: float) -> str:
    """A share."""
    return f"{value:.1%}"


def megabytes(value: float) -> str:
    """Memory, from bytes."""
    return f"{value / 1e6:,.0f} MB"


def seconds(value: float) -> str:
    """A time."""
    return f"{value:.2f} s"


def count(value: float) -> str:
    """A number of things."""
    return f"{value:,.0f}"


def table(title: str, figures: Iterable[Figure]) -> None:
    """Prints them."""
    print(f"\n{title}")
    for what, shown, target, kept in figures:
        word = "" if kept is None else "kept" if kept else "MISSED"
        print(f"  {what:<58} {shown:>18}   {target:<20} {word}".rstrip(), flush=True)
