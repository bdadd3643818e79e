"""What values of the status field mean."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.model import CONTACT, LEAD, OBJECTS
from connector.policy import Meaning
from connector.policy.loader import presets
from tests.policy.laid import laid, preset

POLICIES = {name: preset(name) for name in presets()}


def test_a_status_is_a_status() -> None:
    """A status written as the policy has it stays as it is."""
    place = POLICIES["demand-gen"].place(LEAD, "Re-Market")
    assert (place.meaning, place.name, place.text) == (Meaning.STATUS, "Re-Market", "Re-Market")


@pytest.mark.parametrize("text", ["re-market", " Re-Market ", "RE - MARKET", "Re-\tMarket"])
def test_case_and_spacing_are_drift(text: str) -> None:
    """A status but for case and spacing is that status, and its right spelling is known."""
    place = POLICIES["demand-gen"].place(LEAD, text)
    assert (place.meaning, place.name, place.text) == (Meaning.DRIFTED, "Re-Market", "Re-Market")


@pytest.mark.parametrize("text", [None, "", "  ", "\t\n"])
def test_blank(text: str | None) -> None:
    """Nothing but spaces is blank."""
    assert POLICIES["demand-gen"].place(LEAD, text).meaning is Meaning.BLANK


def test_an_org_value_means_a_status_without_being_rewritten() -> None:
    """Several values may mean one status; each is stored as it is."""
    policy = laid('[values.any]\n"Open" = "Inquiry"\n"Fresh" = "Inquiry"').policy
    for text in ("Open", "Fresh"):
        place = policy.place(LEAD, text)
        assert (place.meaning, place.name, place.text) == (Meaning.STATUS, "Inquiry", text)


def test_another_spelling_of_a_value_nobody_can_pick_is_left() -> None:
    """Case and spacing are put right only towards a value of today: the org's list has it, or the policy writes it."""
    laid_down = laid('[values.any]\n"Open - Old" = "Inquiry"\n"Fresh" = "Inquiry"').policy
    policy = laid_down.for_org(frozenset(), {(LEAD, None): frozenset({"Fresh", "MQL"})})
    old = policy.place(LEAD, "open - old")
    assert (old.meaning, old.name, old.text) == (Meaning.STATUS, "Inquiry", "open - old")
    fresh = policy.place(LEAD, "FRESH")
    assert (fresh.meaning, fresh.text) == (Meaning.DRIFTED, "Fresh")
    written = policy.place(LEAD, "inquiry")
    assert (written.meaning, written.text) == (Meaning.DRIFTED, "Inquiry")


def test_a_retired_value_goes_to_its_successor() -> None:
    """A retired value names the successor and the text to write for it, whatever its case."""
    policy = laid('[remap.any]\n"Old One" = "LAL"\n[status.LAL]\nwrite = { lead = "Accepted by LDR" }').policy
    place = policy.place(LEAD, "old one")
    assert (place.meaning, place.name, place.text) == (Meaning.RETIRED, "LAL", "Accepted by LDR")
    assert policy.place(CONTACT, "Old One").text == "LAL"


@pytest.mark.parametrize("text", ["Left Vmail", "LEFT VMAIL", "left v-mail", " left  vmail. "])
def test_a_disposition_is_found_without_case_spacing_and_punctuation(text: str) -> None:
    """However it is typed, the canonical wording and the default status are known."""
    place = POLICIES["demand-gen"].place(LEAD, text)
    assert (place.meaning, place.name, place.disposition) == (Meaning.DISPOSITION, "LAL", "Left Vmail")


def test_a_phrase_that_closes_has_the_closed_status() -> None:
    """Whoever is no longer with the company is closed by default, with a reason."""
    place = POLICIES["services-firm"].place(LEAD, "no longer with company")
    assert place.name == "Rejected"
    assert place.phrase is not None
    assert place.phrase.reason == "No longer with company"


def test_a_phrase_may_name_its_status() -> None:
    """A phrase with a status of its own does not take the default."""
    policy = laid('[dispositions.phrases."Sent to Dave"]\nstatus = "SAL"').policy
    assert policy.place(LEAD, "sent to dave").name == "SAL"


def test_a_listed_status_is_no_disposition() -> None:
    """A policy that lists Attempting Contact as a status has it as one, though the presets know the phrase."""
    policy = laid('[status."Attempting Contact"]\nmeaning = "Trying."\nrank = 9').policy
    assert policy.place(LEAD, "Attempting Contact").meaning is Meaning.STATUS


@pytest.mark.parametrize("name", presets())
def test_the_converting_status_is_never_written_on_a_lead(name: str) -> None:
    """On a lead the status that converts means the converted values, and nothing is ever written for it."""
    policy = POLICIES[name]
    converts = policy.role("converts")
    assert converts is not None
    assert policy.written(converts, LEAD) is None
    assert policy.written(converts, CONTACT) == converts
    assert policy.place(LEAD, converts).meaning is Meaning.CONVERTED
    assert policy.place(CONTACT, converts).meaning is Meaning.STATUS


def test_the_org_says_what_converts() -> None:
    """A value that converts in the org is converted, even if the policy has never heard of it or says otherwise."""
    policy = laid('[values.lead]\n"Qualified" = "MQL"').policy.for_org(["Qualified", "Gewonnen"])
    for text in ("Qualified", "Gewonnen", "gewonnen"):
        assert policy.place(LEAD, text).meaning is Meaning.CONVERTED
    assert policy.place(CONTACT, "Gewonnen").meaning is Meaning.UNMAPPED


def test_a_status_is_written_as_the_org_spells_it() -> None:
    """The API would take any text; so what is written is the picklist's own spelling."""
    policy = laid('[values.any]\n"working" = "LAL"').policy.for_org((), {(LEAD, None): {"RE-MARKET", "Working"}})
    assert policy.written("Re-Market", LEAD) == "RE-MARKET"
    assert policy.written("Re-Market", CONTACT) == "Re-Market"
    assert policy.place(LEAD, "RE-MARKET").meaning is Meaning.STATUS
    assert policy.place(LEAD, "Re-Market").text == "RE-MARKET"
    assert policy.place(LEAD, "Working").meaning is Meaning.STATUS


def test_a_contact_only_status_is_unknown_on_a_lead() -> None:
    """A lead can't be a customer; the value is unmapped unless the policy says what it means."""
    assert POLICIES["demand-gen"].place(LEAD, "Customer").meaning is Meaning.UNMAPPED
    policy = laid('[values.lead]\nCustomer = "Disqualified"').policy
    assert policy.place(LEAD, "Customer").name == "Disqualified"
    assert policy.place(CONTACT, "Customer").name == "Customer"


def test_the_more_special_table_wins() -> None:
    """A value may mean one thing in a record type, another on leads, a third elsewhere."""
    policy = laid(
        '[values.any]\nOpen = "Inquiry"\n[values.lead]\nOpen = "MAQL"\n[values."lead/Partner  Lead"]\nOpen = "SAL"'
    ).policy
    assert policy.place(LEAD, "Open", "Partner Lead").name == "SAL"
    assert policy.place(LEAD, "Open", "Direct").name == "MAQL"
    assert policy.place(LEAD, "Open").name == "MAQL"
    assert policy.place(CONTACT, "Open", "Partner Lead").name == "Inquiry"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(POLICIES)), st.sampled_from(OBJECTS), st.none() | st.text(max_size=30), st.none() | st.text()
)
def test_place_is_total(name: str, object: str, text: str | None, record_type: str | None) -> None:
    """Every text has a place, the same each time, and a name in it is a status of the policy."""
    policy = POLICIES[name]
    place = policy.place(object, text, record_type)
    assert place == policy.place(object, text, record_type)
    assert place.name is None or place.name in policy.file.status


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_what_is_written_is_read_back(data: st.DataObject) -> None:
    """Writing a status and reading the text again gives that status, on each preset, object and spelling of an org."""
    name = data.draw(st.sampled_from(sorted(POLICIES)))
    on = data.draw(st.sampled_from(OBJECTS))
    texts = list(POLICIES[name].file.status)
    offered = {(on, None): {data.draw(st.sampled_from([t, t.upper(), t.lower(), f" {t}"])) for t in texts}}
    policy = POLICIES[name].for_org((), offered)
    for status in policy.file.status:
        text = policy.written(status, on)
        if text is not None:
            place = policy.place(on, text)
            assert (place.meaning, place.name, place.text) == (Meaning.STATUS, status, text)


def test_a_drifted_value_settles_in_one_step() -> None:
    """The right spelling of a drifted value is not drifted itself."""
    policy = laid('[values.any]\n"Open - Not Contacted" = "Inquiry"').policy
    text = policy.place(LEAD, "open-not contacted").text
    assert policy.place(LEAD, text).meaning is Meaning.STATUS
