"""Parked rules."""

from __future__ import annotations

from pathlib import Path

from connector.plan import parked
from tests.store.ledger.open import Clock, opened


def test_parked() -> None:
    """A rule of which more than one percent of the people are contested is parked; at one percent it is not."""
    assert parked({"recycled": 1}, {"recycled": 99}, 0.01) == {}
    found = parked({"recycled": 2, "raw": 1}, {"recycled": 98, "raw": 1_000}, 0.01)
    assert found.keys() == {"recycled"}
    assert found["recycled"].startswith("2 of its 100 people (2.0%) are contested, more than 1.0%")


def test_all_contested() -> None:
    """A rule all of whose people are contested is parked, though no correction of its stands."""
    assert "raw" in parked({"raw": 3}, {}, 0.01)


def test_kept_until_replaced(tmp_path: Path) -> None:
    """The ledger knows which rules are parked as of the last plan."""
    with opened(tmp_path, Clock()) as (ledger, lease):
        ledger.parked.replace({"raw": "contested", "recycled": "contested"}, lease)
        ledger.parked.replace({"recycled": "still contested"}, lease)
        assert ledger.parked_rules() == {"recycled": "still contested"}
