"""Suggestions: what is recognised, and what must not be."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.policy.dispositions import SAME_TEXT, SAME_WORDS, SEVERAL, TYPO, WITH_MORE, suggest
from connector.policy.loader import preset_path
from tests.policy.laid import preset

CORPUS = tomllib.loads(preset_path("dispositions").read_text(encoding="utf-8"))
PHRASES = [
    (kind, phrase, text)
    for kind, phrases in CORPUS["phrases"].items()
    for phrase, variants in phrases.items()
    for text in (phrase, *variants)
]


def test_the_corpus_is_large_enough() -> None:
    """At least 150 phrases, most with spelling variants."""
    phrases = [variants for kind in CORPUS["phrases"].values() for variants in kind.values()]
    assert len(phrases) >= 150
    assert sum(1 for variants in phrases if variants) >= 150


def test_every_wording_of_the_corpus_is_recognised() -> None:
    """Each phrase and variant is suggested as its own kind."""
    found = [(text, kind, suggest(text)) for kind, _, text in PHRASES]
    assert [row for row in found if row[2] is None or row[2].kind != row[1]] == []


@pytest.mark.parametrize(
    ("value", "phrase", "confidence"),
    [
        ("LEFT VMAIL", "Left Voicemail", SAME_TEXT),
        ("left v-mail!!", "Left Voicemail", SAME_TEXT),
        ("VM left 10/12", "Left Voicemail", SAME_WORDS),
        ("No answer x3", "No Answer", SAME_WORDS),
        ("Call me back", "Callback", SAME_WORDS),
        ("No longer w/ the company", "No longer with company", SAME_WORDS),
        ("No answer, left VM", "No Answer", SEVERAL),
        ("left voicmail", "Left Voicemail", TYPO),
        ("no anwser", "No Answer", TYPO),
        ("Left voicemail Bob", "Left Voicemail", WITH_MORE),
        ("12/03/2019", "a number, a date or signs", 0.9),
    ],
)
def test_how_sure_it_is(value: str, phrase: str, confidence: float) -> None:
    """The further from the corpus's wording, the less sure."""
    found = suggest(value)
    assert found is not None
    assert (found.phrase, found.confidence) == (phrase, confidence)


STATUSES = """
New|Open|Working|Contacted|Connected|Qualified|Unqualified|Nurture|Nurturing|In Progress|Open Deal|Bad Timing
Not Contacted|Pre-Qualified|Contact in Future|Lost Lead|Junk Lead|Prospect|Engaged|Assigned|Accepted|Rejected|Recycled
Converted|Closed Won|Closed Lost|Customer|Meeting Scheduled|Meeting Set|Demo Completed|Proposal Sent|Negotiation
Contract Sent|On Hold|Pending|Under Review|Researching|Responded|Unresponsive|Interested|Hot|Warm|Cold|Dormant
Long Term Nurture|Future Opportunity|No Budget|Not a Fit|Wrong Industry|Competitor|Partner|Marketing Qualified
Sales Accepted|Sales Ready|Suspect|Target|Registered|Attended|Trial Started|Discovery|Needs Analysis|Evaluation
Handed to Sales|Returned to Marketing|Awaiting Reply|Follow Up|Reached Out|In Sequence|Working - Contacted
Open - Not Contacted|Closed - Converted|Closed - Not Converted|Sales Working|Re-Engage|Deferred|Next Quarter|Invalid
Verbal Yes|Onboarding|Churned|Renewal|Introduced|Appointment Set|Site Visit|Quoted|Sample Sent|Validated|Blocked
Call Scheduled|Discovery Call|Callback Pending|Test Drive|Testing Phase|Busy Season|Called Off|Email Nurture
Wrong Persona|Verified|Retired Lead|Passed to Sales|Parked|New Contact|Out of Territory|Too Early
Neu|In Bearbeitung|Kontaktiert|Nouveau|Perdu
Partner - hold|See Dave|Trade show 2019|Zurückgestellt|Budget Q3|Phase 2|LVM Nurture
"""


@pytest.mark.parametrize("status", [text for line in STATUSES.split("\n") if line for text in line.split("|")])
def test_real_statuses_do_not_match(status: str) -> None:
    """What firms call places in their funnel, and what only they understand, is left alone."""
    assert suggest(status) is None


@pytest.mark.parametrize("value", [None, "", "   "])
def test_a_blank_is_nothing(value: str | None) -> None:
    """A blank looks like nothing."""
    assert suggest(value) is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=40))
def test_any_text_has_an_answer(value: str) -> None:
    """No text breaks it, and confidence stays between 0 and 1."""
    found = suggest(value)
    assert found is None or 0 < found.confidence <= 1


def test_what_acts_is_what_is_suggested() -> None:
    """Every phrase that acts in the presets is in the corpus, with the same effect."""
    for wording, phrase in preset("demand-gen").file.dispositions.phrases.items():
        found = suggest(wording)
        assert found is not None, wording
        assert found.kind == phrase.effect, wording
        assert found.confidence >= SAME_WORDS, wording


def test_what_acts_is_no_status_of_a_preset() -> None:
    """At least 40 phrases act, and none is what a preset calls a status."""
    for name in ("demand-gen", "services-firm", "simple"):
        policy = preset(name)
        assert len(policy.file.dispositions.phrases) >= 40
        assert all(policy.place("lead", text).disposition for text in policy.file.dispositions.phrases)
