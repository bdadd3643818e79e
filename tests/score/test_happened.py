"""What people did: topics of campaigns, and when somebody answered one."""

from __future__ import annotations

import pytest

from connector.score.happened import Topics, answered_at, answers
from tests.people import at, membership, policy

TOPICS = Topics(policy().file.score.topics)


@pytest.mark.parametrize(
    ("campaign", "type", "topic"),
    [
        ("Website: contact form", "Website", "contact form"),
        ("Contact us 2026", "", "contact form"),
        ("Demo request page", "Website", "demo"),
        ("Webinar: Demo day", "Webinar", "webinar"),
        ("Hannover Messe", "Trade Show", "event"),
        ("Ten Ways", "Content", "e-book"),
        ("Success stories", "Website", "case study"),
        ("Spring", "Email", ""),
        ("", "", ""),
    ],
)
def test_what_a_campaign_is_about(campaign: str, type: str, topic: str) -> None:
    """By its name or its type; the first topic of the policy that fits."""
    assert TOPICS.of(campaign, type) == topic


@pytest.mark.parametrize(
    ("created", "responded", "when"),
    [
        ("2026-02-01T10:00", None, "2026-02-01T10:00"),
        ("2026-02-01T10:00", "2026-02-03", "2026-02-03"),
        ("2026-02-01T10:00", "2026-02-01", "2026-02-01T10:00"),
        ("2026-02-01T10:00", "2026-02-01T12:00", "2026-02-01T12:00"),
        ("2026-02-01T10:00", "2025-12-01", "2025-12-01"),
    ],
)
def test_when_somebody_answered(created: str, responded: str | None, when: str) -> None:
    """Where only the day is kept, nobody answered before they were a member."""
    one = membership("X", responded=True, created_at=at(created), responded_at=at(responded) if responded else None)
    assert answered_at(one) == at(when)


def test_only_answers_count() -> None:
    """An invitation is no deed, and one that is answered tomorrow has not happened."""
    members = [
        membership("a", responded=False),
        membership("b", responded=True, responded_at=at("2026-02-02")),
        membership("c", responded=True, responded_at=at("2026-02-04")),
    ]
    found = list(answers(members, TOPICS, at("2026-02-03")))
    assert [(one.id, one.kind, one.direction, one.outcome) for one in found] == [
        ("b", "campaign_response", "in", "responded")
    ]
