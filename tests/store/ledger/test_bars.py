"""Who moved the bar of the score."""

from __future__ import annotations

from pathlib import Path

from tests.store.ledger.open import Clock, opened


def test_the_last_word_counts(tmp_path: Path) -> None:
    """Nobody has moved it until two do; then the last such decision is the one in force, in that org alone."""
    clock = Clock()
    with opened(tmp_path, clock) as (ledger, _):
        assert ledger.bars.latest() is None
        ledger.bars.unlock(120, "Ann", "Bo", "too many")
        clock.forward(60)
        ledger.bars.unlock(110, "Ann", "Cy", "too few")
    with opened(tmp_path, clock) as (ledger, _):
        found = ledger.bars.latest()
        assert found is not None
        assert (found.bar, found.by, found.second, found.because, found.at) == (110, "Ann", "Cy", "too few", clock())
    with opened(tmp_path, clock, "other") as (ledger, _):
        assert ledger.bars.latest() is None
