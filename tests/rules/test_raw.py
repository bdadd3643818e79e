"""The rule raw, beyond the examples of its manual."""

from __future__ import annotations

import pytest

from connector.case import build
from connector.judge import judge, load
from connector.model import Activity
from tests.judge.test_laws import applied
from tests.people import NOW, activity, changes, evidence, membership, org, person, policy
from tests.rules.alone import after, alone, case_of, names, why

COMPLETE = policy(evidence={"complete": True})
COMPLETE_LEDGER = policy(evidence={"complete": True}, dispositions={"keep": "ledger"})


@pytest.mark.parametrize(
    "happened",
    [
        activity("call", "2026-02-01", "out", "voicemail"),
        activity("auto_reply", "2026-02-01", "in"),
        activity("bounce", "2026-02-01", "in"),
        activity("opt_out", "2026-02-01", "in"),
        activity("list_mail", "2026-02-01", "in"),
        activity("mail", "2026-02-01", "out"),
        activity("meeting", "2026-04-02", "in"),
    ],
    ids=lambda one: f"{one.kind} {one.direction} {one.at:%m-%d}",
)
def test_what_is_no_interaction(happened: Activity) -> None:
    """Our attempts, auto-replies, bounces, opt-outs, list mail and what is yet to come keep nobody from being raw."""
    judged = alone("raw", evidence(person(status="Inquiry", source="ZoomInfo"), activities=(happened,)), COMPLETE)
    assert after(judged) == "Raw"


@pytest.mark.parametrize(
    "happened",
    [
        activity("call", "2026-02-01", "out", "connected"),
        activity("meeting", "2026-02-01", "", "held"),
        activity("mail", "2026-02-01", "in"),
        activity("form", "2026-02-01"),
        activity("campaign_response", "2026-02-01"),
    ],
    ids=lambda one: one.kind,
)
def test_what_is_an_interaction(happened: Activity) -> None:
    """A conversation, an inbound mail, a form or a response makes a bought name an inquiry."""
    found = evidence(person(status="Inquiry", source="ZoomInfo"), activities=(happened,))
    assert not alone("raw", found, COMPLETE).changes
    found = evidence(person(status="Raw", source="ZoomInfo"), activities=(happened,))
    assert after(alone("raw", found, COMPLETE)) == "Inquiry"
    assert why(alone("raw", found, COMPLETE)) == "first interaction on 2026-02-01"


def test_a_campaign_response_is_an_interaction() -> None:
    """Having responded to a campaign counts, being a member does not."""
    responded = membership("Webinar", responded=True)
    found = evidence(person(status="Raw"), memberships=(responded,))
    assert after(alone("raw", found)) == "Inquiry"
    assert not alone("raw", evidence(person(status="Raw"), memberships=(membership("Webinar"),))).changes


def test_a_planned_meeting_counts_once_it_was_held() -> None:
    """Until then the verdict stands, and says when it may change."""
    planned = activity("meeting", "2026-04-02", "in")
    judged = alone("raw", evidence(person(status="Raw"), activities=(planned,)))
    assert not judged.changes
    assert judged.until == planned.at
    assert after(alone("raw", evidence(person(status="Raw"), activities=(planned,)), now=planned.at)) == "Inquiry"


def test_blank_lead() -> None:
    """A bought lead without a status is raw."""
    assert after(alone("raw", evidence(person(source="ZoomInfo")), COMPLETE)) == "Raw"


def test_contacts_are_not_made_raw() -> None:
    """Only leads are put to raw by their source."""
    assert not alone("raw", evidence(person("contact", status="Inquiry", source="ZoomInfo")), COMPLETE).changes


def test_only_reported_without_complete_evidence() -> None:
    """Unless somebody vouches that every interaction is in the CRM, a bought inquiry is only reported."""
    judged = alone("raw", evidence(person(status="Inquiry", source="ZoomInfo")))
    assert not judged.changes
    assert names(judged) == {"no_evidence"}
    assert "[evidence] complete = true" in judged.findings[0].detail


def test_reviewed_people_stay() -> None:
    """Whom an LDR has worked is not raw, whatever the list."""
    rows = changes("2026-02-01 Inquiry LAL", "2026-02-02 LAL Inquiry")
    found = evidence(person(status="Inquiry", source="ZoomInfo"), changes=rows)
    assert not alone("raw", found, COMPLETE).changes


def test_policy_without_raw() -> None:
    """A policy that has no raw status leaves both ways alone."""
    known = policy("services-firm", evidence={"complete": True})
    assert not alone("raw", evidence(person(status="New", source="ZoomInfo")), known).changes


def test_a_word_that_is_put_right_is_no_review() -> None:
    """Inquiry, and "Wrong Number" typed over it: the status that was there comes back, and of a bought name it is raw,
    at once and not with the next night. Left by somebody's hand, the word says that they were worked."""
    who = person(status="Wrong Number", source="ZoomInfo")
    found = evidence(who, changes=changes("2026-02-01 Inquiry Wrong_Number rep"))
    case = case_of(found, COMPLETE_LEDGER, has=org(tracked=True))
    first = judge(found.person, case, load(COMPLETE_LEDGER))
    assert after(first) == "Raw"
    found, own = applied(found, first, NOW, (), tracked=True)
    again = judge(found.person, build(found, COMPLETE_LEDGER, org(tracked=True), NOW, own), load(COMPLETE_LEDGER))
    assert not again.changes
    left = evidence(
        person(status="Inquiry", source="ZoomInfo"),
        changes=changes("2026-02-01 Inquiry Wrong_Number rep", "2026-02-03 Wrong_Number Inquiry rep"),
    )
    assert not alone("raw", left, COMPLETE).changes
