"""The rule recycled, beyond the examples of its manual."""

from __future__ import annotations

from connector.model import User
from tests.people import changes, evidence, org, person, policy
from tests.rules.alone import after, alone, names, why


def test_reason_says_what_was_reviewed_and_when() -> None:
    """The reason names the reviewed status and its dates."""
    rows = changes("2026-02-01 MAQL LAL", "2026-03-02 LAL Inquiry")
    judged = alone("recycled", evidence(person(status="Inquiry"), changes=rows))
    assert after(judged) == "Re-Market"
    assert why(judged) == "was LAL since 2026-02-01 until 2026-03-02, and must not go back to Inquiry"


def test_wake_up_counts_from_when_the_status_was_left_in_the_orgs_zone() -> None:
    """Ninety days after the reviewed status was left, by the org's calendar."""
    rows = changes("2026-02-01 MAQL LAL", "2026-03-02T01:00 LAL Inquiry")
    found = evidence(person(status="Inquiry"), changes=rows)
    assert after(alone("recycled", found), "wake_up_date") == "2026-05-31"
    new_york = org(timezone="America/New_York")
    assert after(alone("recycled", found, None, new_york), "wake_up_date") == "2026-05-30"


def test_only_empty_fields_are_filled() -> None:
    """A reason or date that somebody has entered is kept."""
    rows = changes("2026-02-01 MAQL LAL", "2026-03-02 LAL Inquiry")
    judged = alone("recycled", evidence(person(status="Inquiry", status_reason="No budget"), changes=rows))
    assert after(judged, "status_reason") is None
    assert after(judged, "wake_up_date") == "2026-05-31"


def test_a_forbidden_move_of_ones_own() -> None:
    """[[forbidden]] generalises it: from any of these, to that one, is made `instead`."""
    known = policy(forbidden=[{"from": ["SAL"], "to": "MAQL", "instead": "Disqualified"}])
    rows = changes("2026-02-01 MQL SAL", "2026-03-02 SAL MAQL")
    judged = alone("recycled", evidence(person(status="MAQL"), changes=rows), known)
    assert after(judged) == "Disqualified"
    assert after(judged, "wake_up_date") is None


def test_without_forbidden_moves_reviewed_people_are_still_handed_back() -> None:
    """The rule rests on `reviewed`, not on the list."""
    known = policy(forbidden=[])
    rows = changes("2026-02-01 MAQL LAL", "2026-03-02 LAL Inquiry")
    judged = alone("recycled", evidence(person(status="Inquiry"), changes=rows), known)
    assert after(judged) == "Re-Market"
    assert "has been reviewed" in why(judged)


def test_a_new_cycle_starts_afresh() -> None:
    """Whoever came back from Re-Market to Inquiry may be an inquiry again."""
    rows = changes("2026-01-01 MAQL LAL", "2026-02-01 LAL Re-Market", "2026-03-02 Re-Market Inquiry")
    assert not alone("recycled", evidence(person(status="Inquiry"), changes=rows)).changes


def test_a_slip_of_the_mouse_is_no_review() -> None:
    """LAL for three minutes by the same hand never happened."""
    rows = changes("2026-02-01T10:00 Inquiry LAL", "2026-02-01T10:03 LAL Inquiry")
    assert not alone("recycled", evidence(person(status="Inquiry"), changes=rows)).changes


def test_who_should_hand_back() -> None:
    """The finding names who still owns somebody marketing should have: not marketing itself, nor a queue."""
    found = evidence(person(status="Re-Market", status_reason="x"))
    ldr = User("u1", "Al Young", department="Sales Development")
    judged = alone("recycled", evidence(found.person, owner=ldr), None, org(["wake_up_date"]))
    assert [(one.name, one.value) for one in judged.findings] == [("hand_back", "Al Young")]
    for owner in (User("u2", "Bo Lund", title="CMO"), User("q1", "Sales Queue", kind="queue"), User("u3", "?")):
        assert "hand_back" not in names(alone("recycled", evidence(found.person, owner=owner)))
