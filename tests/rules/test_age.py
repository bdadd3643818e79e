"""The rule age, beyond the examples of its manual."""

from __future__ import annotations

from connector.judge import judge, load
from connector.model import Judgement
from tests.people import at, change, changes, conversion, evidence, opportunity, org, own, person, policy
from tests.rules.alone import after, alone, case_of, why

STAMP = "status_entered_at"


def whole(found, has=None, own=()):  # type: ignore[no-untyped-def]
    """All rules of the default preset."""
    known = policy()
    judged: Judgement = judge(found.person, case_of(found, known, has, own=own), load(known))
    return judged


def test_creation_only_if_tracking_covered_the_whole_life() -> None:
    """Without a change, creation is the beginning if history was kept from then on; else nobody knows."""
    found = evidence(person(status="Inquiry", created_at=at("2026-01-05")))
    assert after(alone("age", found, None, org()), STAMP) == "2026-01-05T00:00:00Z"
    assert after(alone("age", found, None, org(tracked=False)), STAMP) is None
    late = org(tracked_since={"lead": at("2026-01-06")})
    assert after(alone("age", found, None, late), STAMP) is None


def test_a_disposition_that_keeps_the_status_keeps_the_clock() -> None:
    """Left Vmail over LAL: LAL goes on since it began."""
    rows = changes("2026-02-01 Inquiry LAL", "2026-03-02 LAL Left_Vmail")
    judged = whole(evidence(person(status="Left Vmail"), changes=rows))
    assert (after(judged), after(judged, STAMP)) == ("LAL", "2026-02-01T00:00:00Z")


def test_a_disposition_that_changes_the_status_is_that_change() -> None:
    """Left Vmail over Inquiry is LAL, since it was typed."""
    rows = changes("2026-02-01 Raw Inquiry", "2026-03-02 Inquiry Left_Vmail")
    judged = whole(evidence(person(status="Left Vmail"), changes=rows))
    assert (after(judged), after(judged, STAMP)) == ("LAL", "2026-03-02T00:00:00Z")


def test_recycled_dates_from_when_the_reviewed_status_was_left() -> None:
    """Re-Market instead of Inquiry began when LAL was left."""
    rows = changes("2026-02-01 Inquiry LAL", "2026-03-02 LAL Inquiry")
    judged = whole(evidence(person(status="Inquiry"), changes=rows))
    assert (after(judged), after(judged, STAMP)) == ("Re-Market", "2026-03-02T00:00:00Z")


def test_normalise_continues_the_stay() -> None:
    """Another spelling is the same stay."""
    rows = changes("2026-02-01 Inquiry lal")
    judged = whole(evidence(person(status="lal"), changes=rows))
    assert (after(judged), after(judged, STAMP)) == ("LAL", "2026-02-01T00:00:00Z")


def test_first_fill_dates_from_its_evidence_and_is_an_estimate() -> None:
    """A contact's first status dates from the opportunity, the conversion or the interaction it rests on."""
    won = evidence(person("contact"), opportunities=(opportunity("won", "2026-01-10", "2026-02-10"),))
    rows = (change("2026-02-01", "Inquiry", "Closed - Converted"),)
    moved = evidence(person("contact"), conversion=conversion("2026-02-01", changes=rows, account_was_new=False))
    for found, status, since in ((won, "Customer", "2026-02-10"), (moved, "Inquiry", "2026-02-01")):
        judged = whole(found)
        assert (after(judged), after(judged, STAMP)) == (status, f"{since}T00:00:00Z")
        assert after(judged, "status_since_is_estimate") == "true"


def test_our_own_correction_starts_nothing() -> None:
    """History holds our write; the stay began when the human entered what it put right."""
    rows = changes("2026-02-01 Raw Inquiry", "2026-03-02 Inquiry Left_Vmail", "2026-03-09 Left_Vmail LAL connector")
    wrote = (own("disposition", "2026-03-09", "Left Vmail", "LAL"),)
    judged = alone("age", evidence(person(status="LAL"), changes=rows), own=wrote)
    assert after(judged, STAMP) == "2026-03-02T00:00:00Z"


def test_a_stale_stamp_is_emptied() -> None:
    """A stamp that is older than the stay before this one is about another status; an unknown beginning is blank."""
    rows = changes("2026-02-01 Inquiry LAL")
    found = evidence(person(status="MQL", status_entered_at=at("2026-01-01"), cycle=1), changes=rows)
    judged = alone("age", found)
    assert [(one.field, one.after) for one in judged.changes] == [(STAMP, None)]
    assert "nobody knows since when MQL" in why(judged, STAMP)


def test_an_unknown_beginning_leaves_a_plausible_stamp() -> None:
    """Where nothing is known, a stamp that is there is not taken away."""
    found = evidence(person(status="MQL", status_entered_at=at("2026-01-01"), cycle=1))
    assert not alone("age", found, None, org(tracked=False)).changes


def test_the_cycle_is_counted_from_opportunities_too() -> None:
    """A contact that bought, and came back for another deal, is in its second cycle."""
    deals = (opportunity("won", "2025-01-01", "2025-02-01"), opportunity("open", "2026-01-01"))
    judged = whole(evidence(person("contact"), opportunities=deals))
    assert after(judged, "cycle") == "2"


def test_the_cycle_is_never_lowered() -> None:
    """What the field remembers and history has forgotten stays."""
    assert after(alone("age", evidence(person(status="LAL", cycle=4))), "cycle") is None


def test_the_cycle_goes_on_from_what_we_wrote() -> None:
    """History forgets; after the cycle we wrote, each new way back counts one more."""
    wrote = (own("age", "2026-02-01", None, "3", field="cycle"),)
    rows = changes("2026-03-01 Re-Market MAQL")
    found = evidence(person(status="MAQL", cycle=3), changes=rows)
    assert after(alone("age", found, own=wrote), "cycle") == "4"


def test_a_correction_opens_no_cycle() -> None:
    """Left Vmail over Re-Market becomes LAL, which is no new cycle."""
    rows = changes("2026-02-01 LAL Re-Market", "2026-03-02 Re-Market Left_Vmail")
    judged = whole(evidence(person(status="Left Vmail", cycle=1), changes=rows))
    assert after(judged) == "LAL"
    assert after(judged, "cycle") is None
