"""Sources, teams, scope, opportunities and campaigns."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from connector.model import Person, Ref, User
from tests.policy.laid import laid, preset

POLICY = preset("demand-gen")
NOW = datetime(2026, 4, 1, tzinfo=UTC)


def person(object: str = "lead", **fields: object) -> Person:
    return Person(ref=Ref("acme", object, "1"), person_id=1, version="1", created_at=NOW, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "group", "direction", "bought"),
    [
        ("Purchased List", "List built", "outbound", True),
        ("purchased  LIST ", "List built", "outbound", True),
        ("list built", "List built", "outbound", True),
        ("Partner Referral", "Referral", "inbound", False),
        ("Organic – search", "Organic – search", "inbound", False),
        ("google ads", "Paid media", "inbound", False),
    ],
)
def test_sources_are_grouped(raw: str, group: str, direction: str, bought: bool) -> None:
    """A raw value finds its canonical source without case and spacing."""
    found = POLICY.sources.group(raw)
    assert found is not None
    assert (found[0], found[1].direction, found[1].bought) == (group, direction, bought)


@pytest.mark.parametrize("raw", [None, "", "Other", "Phone Inquiry"])
def test_an_unknown_source_has_no_group(raw: str | None) -> None:
    """What nobody listed is not guessed."""
    assert POLICY.sources.group(raw) is None


def test_there_are_seven_canonical_sources() -> None:
    """The seven of the agreed list, each with a direction; only the built list is bought."""
    groups = POLICY.file.sources
    assert list(groups) == [
        "Referral", "Organic – search", "Organic – social", "Paid media", "Webinar", "Event", "List built",
    ]  # fmt: skip
    assert [name for name, group in groups.items() if group.bought] == ["List built"]


@pytest.mark.parametrize(
    ("user", "teams"),
    [
        (User("1", "Ann", department="Sales", title="Account Executive"), {"sales"}),
        (User("2", "Bob", department="Sales", title="Sales Development Representative"), {"ldr"}),
        (User("3", "Cem", department="Sales Development", title="LDR Team Lead", role="LDR Lead"), {"ldr"}),
        (User("4", "Dee", department="Marketing", title="Marketing Manager"), {"marketing"}),
        (User("5", "Eva", title="CMO"), {"marketing"}),
        (User("6", "Fay", title="VP Sales"), {"sales"}),
        (User("7", "Gus", title="Regional Sales Manager"), {"sales"}),
        (User("8", "Hal", department="Finance", title="Head of Children's Books"), set()),
        (User("9", "Ida", department="Revenue Operations", title="RevOps Manager"), set()),
        (User("q1", "Inbound leads", kind="queue"), {"marketing"}),
        (User("q2", "LDR queue", kind="queue"), {"ldr"}),
        (User("q3", "Support", kind="queue"), set()),
        (User("q4", "Sales", kind="queue", department="Marketing"), {"sales"}),
    ],
)
def test_teams_of_the_presets(user: User, teams: set[str]) -> None:
    """Department, title, role or queue name tell the team; a development rep in Sales is an LDR, not sales."""
    assert POLICY.teams.of(user) == teams


def test_nobody_is_in_no_team() -> None:
    """Without an owner there is no team."""
    assert POLICY.teams.of(None) == frozenset()


def test_a_user_is_named() -> None:
    """A user listed by name, e-mail or id is in the team whatever the title says."""
    policy = laid('[teams.partners]\nusers = ["zoe@acme.example", "Yan Li", "005X"]\nleave_out = ["*"]').policy
    for user in (User("1", "Zoe", email="ZOE@acme.example"), User("2", "yan li"), User("005X", "Xi", title="Rep")):
        assert "partners" in policy.teams.of(user)


SCOPE = """
facts = ["region"]
[scope.lead]
record_types = ["Direct*"]
owners = ["LDR queue", "*@acme.example"]
[scope.lead.where]
region = ["EMEA", ""]
[scope.lead.leave_out]
email = ["*@acme.example"]
is_bounced = ["true"]
[scope.contact]
account_types = ["Customer", "Prospect"]
"""


def test_scope() -> None:
    """Record types, account types, owners and fields decide, and the cause of being out is said."""
    scope = laid(SCOPE).policy.scope
    inside = {"record_type": "Direct EU", "owner_id": "q", "facts": (("region", "EMEA"),)}
    queue = User("q", "LDR Queue", kind="queue")
    assert scope.outside(person(**inside), owner=queue) == ""
    assert scope.outside(person(**{**inside, "facts": (("region", None),)}), owner=queue) == ""
    assert scope.outside(person(**{**inside, "record_type": None}), owner=queue) == "record type blank"
    assert scope.outside(person(**inside), owner=User("u", "Ann", email="ann@other.example")) == "owner Ann"
    assert scope.outside(person(**inside), owner=User("u", "Ann", email="ann@acme.example")) == ""
    assert scope.outside(person(**inside)) == "owner q"
    assert scope.outside(person(**{**inside, "facts": (("region", "APAC"),)}), owner=queue) == "region APAC"
    assert scope.outside(person(**inside, email="Me@Acme.example"), owner=queue) == "email Me@Acme.example"
    assert scope.outside(person(**inside, is_bounced=True), owner=queue) == "is_bounced true"
    assert scope.outside(person("contact"), account_type="Prospect") == ""
    assert scope.outside(person("contact"), account_type="Partner") == "account type Partner"
    assert scope.outside(person("contact")) == "account type blank"


def test_without_a_scope_everybody_is_in() -> None:
    """No [scope] means everybody."""
    assert POLICY.scope.outside(person()) == ""


def test_counted_opportunities() -> None:
    """Renewals do not count by default; `count` names what does; a wildcard counts a blank type too."""
    counts = POLICY.opportunities.counts
    assert [counts(type) for type in ("New Business", None, "Existing - Renewal", "renewal")] == [
        True, True, False, False,
    ]  # fmt: skip
    only = laid('[opportunities]\ncount = ["New Business"]').policy.opportunities.counts
    assert [only(type) for type in ("new business", None, "Upsell")] == [True, False, False]


def test_account_based_campaigns() -> None:
    """A campaign is ABM by its name or its type, as whole words."""
    abm = POLICY.campaigns.account_based
    assert abm("ABM Tier 1", None)
    assert abm("Q3 push", "Account-based marketing")
    assert not abm("Fabmart roadshow", "Event")
    assert not abm(None, None)


def test_ordinary_campaigns() -> None:
    """Every campaign is ordinary unless the policy names which are."""
    assert POLICY.campaigns.ordinary("Anything", None)
    ordinary = laid('[campaigns]\nordinary = ["Newsletter*"]').policy.campaigns.ordinary
    assert ordinary("Newsletter May", "Email")
    assert ordinary("May", "newsletter")
    assert not ordinary("Raw warm-up", "Email")
