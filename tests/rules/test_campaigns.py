"""The rule campaigns, beyond the examples of its manual."""

from __future__ import annotations

from tests.people import evidence, membership, person, policy
from tests.rules.alone import alone


def test_names_the_campaigns() -> None:
    """The finding names every campaign, in order, and groups by the first."""
    memberships = (membership("Newsletter"), membership("Autumn Mailing"), membership("Old", active=False))
    (finding,) = alone("campaigns", evidence(person(status="Raw"), memberships=memberships)).findings
    assert finding.detail == 'Raw, but a member of "Autumn Mailing", "Newsletter"'
    assert finding.value == "Autumn Mailing"


def test_only_campaigns_that_the_policy_calls_ordinary() -> None:
    """[campaigns] ordinary says which campaigns raw people must not be in."""
    known = policy(campaigns={"ordinary": ["Newsletter*"]})
    found = evidence(person("contact", status="Raw"), memberships=(membership("Re-permission 2026"),))
    assert not alone("campaigns", found, known).findings
