"""What people did: topics of campaigns, and answers to them."""

from __future__ import annotations

import pytest

from connector.score.happened import Topics, answers
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
