"""Values found in the org, and where org and policy contradict each other."""

from __future__ import annotations

from datetime import UTC, datetime

from connector.policy.coverage import Unmapped, contradictions, crossings, unmapped
from tests.policy.laid import laid, preset

MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def test_unmapped_values() -> None:
    """Each unknown value of each object once: people, last use, suggestion, confidence; the most frequent first."""
    found = unmapped(
        preset("demand-gen"),
        {
            ("lead", "Direct", "Phase 2", False): (3, MAY),
            ("lead", None, "Phase 2", False): (2, JUNE),
            ("lead", None, "LVM 3", False): (9, None),
            ("lead", None, "Inqiury", False): (1, MAY),
            ("contact", None, "Phase 2", False): (5, MAY),
            ("lead", None, "inquiry", False): (100, MAY),
            ("lead", None, "Left Vmail", False): (100, MAY),
            ("lead", None, None, False): (100, MAY),
            ("lead", None, "Closed - Converted", True): (100, MAY),
        },
    )
    assert found == [
        Unmapped("lead", "LVM 3", 9, None, "Left Voicemail (call disposition, attempt)", 0.95),
        Unmapped("contact", "Phase 2", 5, MAY, None, None),
        Unmapped("lead", "Phase 2", 5, JUNE, None, None),
        Unmapped("lead", "Inqiury", 1, MAY, "Inquiry (a status, misspelled)", 0.8),
    ]


def test_a_status_that_converts_in_the_org() -> None:
    """If MQL converts leads in this org, the policy is told, and so is every value that means something else."""
    loaded = laid('[values.any]\nQualified = "LAL"\n[remap.contact]\nDone = "LAL"')
    found = contradictions(loaded, ["mql", "Qualified", "Done", "SQL"])
    assert [problem.where.rpartition("[")[2] for problem in found] == ["status.MQL]", "values.any.Qualified]"]


def test_an_org_that_agrees() -> None:
    """Nothing is said where only the status with the role `converts` converts."""
    assert contradictions(laid(), ["SQL", "Closed - Converted"]) == []


def test_a_remap_across_a_state_is_named_with_its_line() -> None:
    """Each line of [remap] whose value and successor belong to different states of the CRM, spelt in whatever way."""
    loaded = laid('[remap.lead]\nlost = "Re-Market"\nCold = "Re-Market"\n[remap.any]\nOld = "Disqualified"')
    states = {
        ("lead", "Lost"): "Disqualified",
        ("lead", "Cold"): "Open",
        ("lead", "Re-Market"): "Open",
        ("lead", "Old"): "Open",
        ("contact", "Old"): "Active",
        ("lead", "Disqualified"): "Disqualified",
        ("contact", "Disqualified"): "Active",
    }
    found = crossings(loaded, loaded.policy, states)
    assert [one.where.rpartition("[")[2] for one in found] == ["remap.lead.lost]", "remap.any.Old]"]
    assert found[0].what == "on a lead 'Lost' belongs to the state Disqualified, its successor 'Re-Market' to Open"
    assert crossings(loaded, loaded.policy, {}) == []


def test_a_successor_whose_state_is_not_known_is_no_crossing() -> None:
    """A status that the org does not have yet, or a value that it has no more, belongs to no state."""
    loaded = laid('[remap.lead]\nLost = "Re-Market"')
    assert crossings(loaded, loaded.policy, {("lead", "Lost"): "Disqualified"}) == []
    assert crossings(loaded, loaded.policy, {("lead", "Re-Market"): "Open"}) == []
