"""The rule source, beyond the examples of its manual."""

from __future__ import annotations

from tests.people import at, evidence, membership, org, person
from tests.rules.alone import after, alone, names, why


def test_the_first_response_counts() -> None:
    """Of several campaigns it is the one answered first, and the reason names it with its date."""
    answered = (
        membership("Trade Fair Ulm", "Event", responded=True, responded_at=at("2026-03-01")),
        membership("Spring Webinar", "Webinar", responded=True, responded_at=at("2026-02-01")),
        membership("Newsletter", "Email"),
    )
    judged = alone("source", evidence(person(), memberships=answered), first_source=True)
    assert after(judged, "first_source") == "Webinar"
    expected = 'no lead source; first responded to the campaign "Spring Webinar" (Webinar) on 2026-02-01'
    assert why(judged, "first_source") == expected


def test_a_campaign_of_no_known_kind_fills_nothing() -> None:
    """A response to a campaign that belongs to no source group is told in the finding."""
    answered = (membership("Raffle", "Other", responded=True),)
    judged = alone("source", evidence(person(), memberships=answered), first_source=True)
    assert not judged.changes
    assert "Raffle" in judged.findings[0].detail


def test_missing_field() -> None:
    """Opted in without the field: the finding names the schema step."""
    judged = alone("source", evidence(person(source="Website")), None, org(["first_source"]), first_source=True)
    assert not judged.changes
    assert names(judged) == {"missing_field"}


def test_people_of_unknown_status_are_left_alone() -> None:
    """Nothing at all is written to somebody whose status nobody knows."""
    judged = alone("source", evidence(person(status="Prospecting", source="Website")), first_source=True)
    assert not judged.changes
