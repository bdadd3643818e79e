"""Identities."""

from __future__ import annotations

from pathlib import Path

from connector.model import Ref
from connector.store.ledger import Identity
from tests.store.ledger.open import ORG, Clock, opened


def test_kept_and_changed(tmp_path: Path) -> None:
    """A re-pointed record stays re-pointed; re-pointed again, the last one counts."""
    one, two = Ref(ORG, "contact", "003A"), Ref(ORG, "lead", "00QB")
    with opened(tmp_path, Clock()) as (ledger, _):
        ledger.identities.record([Identity(one, 2**62 + 1, "conversion"), Identity(two, 5, "merge")])
        ledger.identities.record([Identity(two, 6, "merge")])
        assert ledger.identities.of([one, two, Ref(ORG, "lead", "none")]) == {one: 2**62 + 1, two: 6}


def test_all(tmp_path: Path) -> None:
    """All can be read again, in pages, for building a mirror anew."""
    with opened(tmp_path, Clock()) as (ledger, _):
        made = [Identity(Ref(ORG, kind, f"{n:06d}"), n, "probe") for kind in ("contact", "lead") for n in range(3_000)]
        ledger.identities.record(made)
        assert list(ledger.identities.each()) == made


def test_of_people(tmp_path: Path) -> None:
    """By person, whatever their number: the records that lead to them now, none of those that led there before."""
    loser, lead, gone = Ref(ORG, "lead", "00QL"), Ref(ORG, "lead", "00QC"), Ref(ORG, "contact", "003G")
    with opened(tmp_path, Clock()) as (ledger, _):
        ledger.identities.record(
            [Identity(loser, 7, "merge"), Identity(lead, 7, "conversion"), Identity(gone, 7, "merge")]
        )
        ledger.identities.record([Identity(gone, 8, "merge")])
        found = ledger.identities.of_people([*range(1_000, 3_000), 7, 8])
        assert {person: set(refs) for person, refs in found.items()} == {7: {loser, lead}, 8: {gone}}
