"""Nights: what each left for somebody, and which of them is news."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.store.ledger import Ledger, NightEnd
from tests.store.ledger.open import NOON, Clock

DONE, STOPPED, PARKED, CANARY, FAILED, MISSED, IDLE = NightEnd


def news(folder: Path, *ends: tuple[NightEnd | None, str]) -> list[int | None]:
    """Of nights that ended so, each in a process of its own: by number, which one told of it first."""
    for end, about in ends:
        with Ledger.open(folder / "ledger.db", "acme", Clock()) as ledger:
            number = ledger.nights.begin(NOON)
            if end is not None:
                ledger.nights.end(number, end, "why", {}, about)
    with Ledger.open(folder / "ledger.db", "acme", Clock()) as ledger:
        return [night.news for night in reversed(ledger.nights.latest(20))]


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ([(PARKED, "a"), (PARKED, "a"), (PARKED, "a")], [1, 1, 1]),
        ([(PARKED, "a"), (PARKED, "b"), (PARKED, "b")], [1, 2, 2]),
        ([(DONE, "a"), (PARKED, "a")], [1, 1]),
        ([(PARKED, "a"), (DONE, ""), (PARKED, "a")], [1, 2, 3]),
        ([(PARKED, "a"), (CANARY, ""), (PARKED, "a")], [1, 2, 3]),
        ([(PARKED, "a"), (FAILED, ""), (STOPPED, ""), (None, ""), (PARKED, "a")], [1, 2, 3, None, 1]),
        ([(PARKED, "a"), (STOPPED, "b"), (PARKED, "a")], [1, 2, 3]),
        ([(FAILED, ""), (FAILED, "")], [1, 2]),
        ([(PARKED, "a"), (IDLE, ""), (IDLE, ""), (PARKED, "a")], [1, 2, 3, 1]),
    ],
)
def test_news(tmp_path: Path, ends: list[tuple[NightEnd | None, str]], told: list[int | None]) -> None:
    """The same as the night before is no news, however many processes; a failed night in between knows nothing of it.

    After a night that left something else, or nothing, the same is news again.
    """
    assert news(tmp_path, *ends) == told
