"""The mirror's age."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.errors import Abort
from connector.plan import freshness
from tests.store.ledger.open import NOON


def test_empty_mirror() -> None:
    """Without a mirror there is nothing to plan on, and the error says what to run."""
    with pytest.raises(Abort, match="mirror is empty") as caught:
        freshness(None, NOON)
    assert caught.value.next == "run `connector sync`"


def test_old_mirror() -> None:
    """A mirror older than a day is used, with a warning; a younger one without."""
    assert freshness(NOON - timedelta(hours=24), NOON) == ()
    (warning,) = freshness(NOON - timedelta(hours=30), NOON)
    assert warning == "the mirror is 30 hours old (synced 2026-03-01 06:00 UTC): run `connector sync` first"
    assert "3 days old" in freshness(NOON - timedelta(days=3), NOON)[0]
