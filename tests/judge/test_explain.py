"""Explaining a person tells all that judging looked at and what each rule said."""

from __future__ import annotations

from datetime import date

from connector.case import build
from connector.judge import explain, load
from tests.people import NOW, activity, at, changes, evidence, membership, org, own, person, policy


def test_a_corrected_person() -> None:
    """Stays of every cycle, what each rule said pass by pass, who had nothing to say, and what it comes to."""
    rows = changes("2026-01-05 LAL Re-Market", "2026-02-01 Re-Market MQL", "2026-03-02 MQL Left_Vmail")
    found = evidence(person(status="Left Vmail"), changes=rows)
    told = explain(found, build(found, policy(), org(), NOW), load(policy()))
    assert [stay.status for stay in told.stays] == ["LAL", "Re-Market", "MQL", "Left Vmail"]
    assert told.cycle == 2
    assert told.judgement.changes[-1].after == "MQL" or "MQL" in [change.after for change in told.judgement.changes]
    said = [(step.rule, step.number, dict(step.fields)) for step in told.steps if step.fields]
    assert said[0] == (
        "disposition",
        1,
        {"status": ("Left Vmail", "MQL"), "disposition": (None, "Left Vmail")},
    )
    assert said[1][0] == "age"
    assert "contact-status" in told.silent
    assert told.off == ("junk",)


def test_what_was_refused_is_told() -> None:
    """A rule that wanted to write a missing field says so, with why it was refused."""
    found = evidence(person(status="lal"))
    told = explain(found, build(found, policy(), org(["lead.status"]), NOW), load(policy()))
    refused = {(step.rule, step.refused) for step in told.steps if step.refused}
    assert refused == {("normalise", "status is missing or may not be written")}


def test_contested_people_are_told_after_the_last_judging() -> None:
    """The steps are those of the judging that counts: with the contested field left alone."""
    rows = changes("2026-03-10 LAL Left_Vmail", "2026-03-11 Left_Vmail LAL connector", "2026-03-12 LAL Left_Vmail")
    wrote = (own("disposition", "2026-03-11", "Left Vmail", "LAL"),)
    found = evidence(person(status="Left Vmail"), changes=rows)
    told = explain(found, build(found, policy(), org(), NOW, wrote), load(policy()))
    assert [step.refused for step in told.steps if step.rule == "disposition"] == ["status is left alone"]
    assert [finding.name for finding in told.judgement.findings][-1] == "contested"
    assert told.own == wrote


def test_somebody_who_is_not_judged() -> None:
    """A converted lead is told with its history, and that nobody judges it."""
    found = evidence(person(status="Closed - Converted", is_converted=True))
    told = explain(found, build(found, policy(), org(), NOW), load(policy()))
    assert told.judgement.skipped == "converted"
    assert told.steps == ()
    assert told.silent == ()


def test_what_started_a_promise_is_told_however_long_ago() -> None:
    """A contact form with twenty mails after it: the latest twelve activities, and the form that is still waited on."""
    form = activity("form", "2026-01-02", direction="in", about="contact form")
    mails = [activity("list_mail", f"2026-02-{n:02}", direction="out") for n in range(1, 21)]
    found = evidence(person(status="MQL"), activities=(form, *mails), changes=changes("2026-01-05 LAL MQL"))
    known = policy(sla={"effective_from": date(2025, 1, 1)})
    told = explain(found, build(found, known, org(), NOW), load(known))
    assert form.id in {one.of for one in told.judgement.promises}
    assert [one.id for one in told.happened] == [form.id, *(one.id for one in mails[-12:])]
    assert told.happened[0].about == "contact form"


def test_days_are_told_from_times() -> None:
    """An answer to a campaign of which the CRM knows the day alone is named as such."""
    answered = membership("Webinar", responded=True, responded_at=at("2026-02-18"))
    known = activity("form", "2026-02-20", direction="in")
    found = evidence(person(status="MQL"), activities=(known,), memberships=(answered,))
    told = explain(found, build(found, policy(), org(), NOW), load(policy()))
    assert len(told.interactions) == 2
    (only,) = told.only_days
    assert only in told.interactions
    assert only != known.at
