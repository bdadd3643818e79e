"""The rule data, beyond the examples of its manual."""

from __future__ import annotations

from tests.people import evidence, own, person, policy
from tests.rules.alone import alone


def test_the_word_that_only_the_ledger_kept() -> None:
    """With keep = "ledger" a wrong number stays on the list after we took the word out of the status."""
    known = policy(dispositions={"keep": "ledger"})
    wrote = (own("disposition", "2026-03-01", "Wrong Number", "LAL"),)
    (finding,) = alone("data", evidence(person(status="LAL", phone="123")), known, own=wrote).findings
    assert finding.detail == "Wrong Number: 123"
    newer = (*wrote, own("disposition", "2026-03-05", "Left Vmail", "LAL"))
    assert not alone("data", evidence(person(status="LAL")), known, own=newer).findings


def test_both_faults() -> None:
    """An address and a number that do not work are two findings."""
    found = evidence(person(status="LAL", is_bounced=True, email="x@y.z", disposition="Disconnected"))
    assert [finding.value for finding in alone("data", found).findings] == ["bounced", "Disconnected"]
