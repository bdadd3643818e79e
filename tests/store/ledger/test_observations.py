"""Own observations."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from connector.model import Observation, Ref
from tests.store.ledger.open import NOON, ORG, Clock, opened

REF = Ref(ORG, "lead", "00Q1")


def test_kept_once(tmp_path: Path) -> None:
    """What a sync saw is kept, oldest first; told twice it is kept once."""
    early = Observation(REF, "status", None, NOON, None, "Inquiry")
    late = Observation(REF, "status", NOON, NOON + timedelta(hours=1), "Inquiry", None)
    with opened(tmp_path, Clock()) as (ledger, _):
        assert not ledger.observations.any()
        ledger.observations.record([late, early])
        ledger.observations.record([early])
        assert ledger.observations.any()
        assert ledger.observations.of([REF, Ref(ORG, "contact", "00Q1")]) == [early, late]
