"""The rule disposition, beyond the examples of its manual."""

from __future__ import annotations

import pytest

from tests.people import activity, changes, evidence, org, person, policy
from tests.rules.alone import after, alone, names, why


def test_reason_says_what_the_last_status_was_and_since_when() -> None:
    """The reason is what an admin checks: the word, the last status, and its date."""
    found = evidence(
        person(status="Left Vmail"), changes=changes("2026-03-02 Inquiry LAL", "2026-03-05 LAL Left_Vmail")
    )
    judged = alone("disposition", found)
    assert why(judged) == '"Left Vmail" is a call disposition; the last status was LAL, since 2026-03-02'


def test_raised_reason() -> None:
    """Somebody who is called is worked: a lower status rises to the default, and the reason says so."""
    found = evidence(person(status="Busy"), changes=changes("2026-02-01 Raw MAQL", "2026-03-05 MAQL Busy"))
    judged = alone("disposition", found)
    assert after(judged) == "LAL"
    assert "the last status was MAQL, since 2026-02-01; worked since, so LAL" in why(judged)


def test_earlier_dispositions_are_no_last_status() -> None:
    """Two dispositions in a row: the last status is the one before both."""
    rows = changes("2026-02-01 Inquiry MQL", "2026-02-02 MQL Busy", "2026-02-03 Busy Left_Vmail")
    assert after(alone("disposition", evidence(person(status="Left Vmail"), changes=rows))) == "MQL"


def test_an_earlier_disposition_counts_as_reviewed() -> None:
    """A bought name that somebody had called before is being worked, not raw."""
    known = policy(evidence={"complete": True})
    rows = changes("2026-02-02 Inquiry Busy", "2026-02-03 Busy Left_Vmail")
    found = evidence(person(status="Left Vmail", source="ZoomInfo"), changes=rows)
    assert after(alone("disposition", found, known)) == "LAL"


def test_values_taken_back_do_not_count() -> None:
    """MQL for two minutes by the same hand never happened."""
    rows = changes(
        "2026-02-01T10:00 Inquiry MQL ldr", "2026-02-01T10:02 MQL Inquiry ldr", "2026-02-03 Inquiry Left_Vmail ldr"
    )
    assert after(alone("disposition", evidence(person(status="Left Vmail"), changes=rows))) == "LAL"


def test_phrase_with_a_status_of_its_own() -> None:
    """A phrase may name its own default; an end wins over whatever was before."""
    known = policy(dispositions={"phrases": {"Hung Up": {"status": "Disqualified"}, "Busy": {"status": "MQL"}}})
    rows = changes("2026-02-01 Inquiry LAL", "2026-02-02 LAL Hung_Up")
    assert after(alone("disposition", evidence(person(status="Hung Up"), changes=rows), known)) == "Disqualified"
    rows = changes("2026-02-01 Inquiry LAL", "2026-02-02 LAL Busy")
    assert after(alone("disposition", evidence(person(status="Busy"), changes=rows), known)) == "MQL"


def test_customers_stay_customers() -> None:
    """A disposition typed over Customer does not make a customer a lead again."""
    rows = changes("2026-02-01 SQL Customer", "2026-02-02 Customer Left_Vmail")
    assert after(alone("disposition", evidence(person("contact", status="Left Vmail"), changes=rows))) == "Customer"


@pytest.mark.parametrize(("when", "expected"), [("2026-03-01", "Disqualified"), ("2026-03-04", "LAL")])
def test_gone_unless_heard_of_later(when: str, expected: str) -> None:
    """ "No longer with company" closes; an interaction after it was typed says otherwise."""
    rows = changes("2026-02-01 Inquiry LAL", "2026-03-02 LAL No_longer_with_company")
    found = evidence(person(status="No longer with company"), changes=rows, activities=(activity("mail", when, "in"),))
    assert after(alone("disposition", found)) == expected


def test_gone_when_nobody_knows_since_when() -> None:
    """Where it is unknown when the word was typed, any interaction may be newer, so nobody is closed."""
    found = evidence(person(status="Left company"), activities=(activity("form", "2025-02-01"),))
    assert after(alone("disposition", found, None, org(tracked=False))) == "LAL"


def test_the_reason_of_a_closed_lead_is_kept() -> None:
    """A lead that was closed for another reason keeps it."""
    rows = changes("2026-02-01 LAL Disqualified", "2026-03-02 Disqualified Left_company")
    judged = alone("disposition", evidence(person(status="Left company", status_reason="Competitor"), changes=rows))
    assert after(judged) == "Disqualified"
    assert after(judged, "status_reason") is None


def test_missing_field_names_the_schema_step() -> None:
    """Without Last Call Disposition nothing is written, and the finding names the step that adds it."""
    judged = alone("disposition", evidence(person(status="Left Vmail")), None, org(["disposition"]))
    assert not judged.changes
    (finding,) = judged.findings
    assert finding.name == "missing_field"
    assert 'schema step "add Last Call Disposition to lead"' in finding.detail
    assert 'keep = "ledger"' in finding.detail


def test_converts_is_never_written_on_a_lead() -> None:
    """The last status was SQL, which a lead only becomes by converting it: a finding."""
    rows = changes("2026-02-01 LAL SQL", "2026-03-02 SQL Left_Vmail")
    judged = alone("disposition", evidence(person(status="Left Vmail"), changes=rows))
    assert not judged.changes
    assert names(judged) == {"needs_conversion"}


def test_no_default() -> None:
    """A policy without a default for dispositions leaves those without a history alone."""
    known = policy(status={"LAL": {"roles": []}})
    judged = alone("disposition", evidence(person(status="Left Vmail")), known)
    assert not judged.changes
    assert names(judged) == {"no_evidence"}
