"""A contact goes on where its lead ended."""

from __future__ import annotations

from msgspec.structs import replace

from connector.model import Evidence
from tests.people import at, changes, conversion, evidence, own, person, ref
from tests.timeline.reading import timeline, told

LEAD = ("2026-01-10 Inquiry LAL", "2026-02-01 LAL Closed_-_Converted")


def contact(status: str | None, *rows: str, lead: tuple[str, ...] = LEAD, converted: str = "2026-02-01") -> Evidence:
    who = person("contact", status=status, created_at=at("2026-02-01"), modified_at=at("2026-03-20"))
    return evidence(who, changes=changes(*rows), conversion=conversion(converted, changes=changes(*lead)))


def test_lead_then_contact() -> None:
    """The lead's stays come first, without the change that converting forced; then the contact has no status yet."""
    found = contact(None)
    assert told(found) == ["Inquiry 01-01..01-10", "LAL 01-10..02-01", '"" 02-01..']
    assert timeline(found).prior_status == "LAL"
    assert [stay.object for stay in timeline(found).stays] == ["lead", "lead", "contact"]


def test_then_the_contacts_own() -> None:
    """The contact's own changes follow."""
    found = contact("SQL", "2026-02-05 - SQL")
    assert told(found) == ["Inquiry 01-01..01-10", "LAL 01-10..02-01", '"" 02-01..02-05', "SQL 02-05.."]


def test_only_the_day_of_the_conversion_is_kept() -> None:
    """Salesforce keeps the day; the converting change tells the moment."""
    lead = ("2026-01-10 Inquiry LAL", "2026-02-01T15:30 LAL Closed_-_Converted")
    found = timeline(contact(None, lead=lead, converted="2026-02-01"))
    assert found.converted_at == at("2026-02-01T15:30")
    assert found.stays[-2].until == at("2026-02-01T15:30")
    assert found.prior_status == "LAL"


def test_without_the_converting_change() -> None:
    """Without its history nobody knows what the lead was before it was converted."""
    for lead in ((), ("2026-01-10 Inquiry LAL",)):
        found = timeline(contact(None, lead=lead), tracked=False)
        assert found.prior_status is None
    assert told(contact(None, lead=()), tracked=False) == ['"" ?03-20..']


def test_a_disposition_is_no_prior_status() -> None:
    """The status before the conversion is the last one that is a status."""
    lead = ("2026-01-10 Inquiry LAL", "2026-01-20 LAL Left_Vmail", "2026-02-01 Left_Vmail Closed_-_Converted")
    assert timeline(contact(None, lead=lead)).prior_status == "LAL"


def test_a_contact_that_was_there_before() -> None:
    """A lead converted into a contact who had a status already: the contact's own history counts from then on."""
    who = person("contact", status="Customer", created_at=at("2026-01-05"))
    found = evidence(
        who, changes=changes("2026-01-15 - Customer"), conversion=conversion("2026-02-01", changes=changes(*LEAD))
    )
    assert told(found) == ["Inquiry 01-01..01-10", "LAL 01-10..01-15", "Customer 01-15.."]


def test_our_corrections_of_the_lead_are_left_out_too() -> None:
    """What we put right on the lead is read like that on the contact."""
    lead = (
        "2026-01-10 Inquiry Left_Vmail",
        "2026-01-20 Left_Vmail LAL connector",
        "2026-02-01 LAL Closed_-_Converted",
    )
    wrote = own("disposition", "2026-01-20", "Left Vmail", "LAL", of=ref("lead", "L"))
    assert told(contact(None, lead=lead), wrote) == ["Inquiry 01-01..01-10", "LAL 01-10..02-01", '"" 02-01..']


def test_a_contacts_stay_is_not_the_leads() -> None:
    """A correction of the contact does not reach back across the conversion."""
    found = contact("LAL", "2026-02-05 - Left_Vmail", "2026-02-20 Left_Vmail LAL connector")
    wrote = own("disposition", "2026-02-20", "Left Vmail", "LAL", of=ref("contact"))
    assert told(found, wrote)[-2:] == ['"" 02-01..02-05', "LAL 02-05.."]


def test_changes_after_the_conversion_are_not_the_leads() -> None:
    """Whatever happens to a converted lead is no history of the person."""
    lead = (*LEAD, "2026-03-01 Closed_-_Converted Inquiry")
    found = contact(None, lead=lead)
    assert found.conversion is not None
    closed = replace(found, conversion=replace(found.conversion, status="Inquiry"))
    assert told(closed)[:2] == ["Inquiry 01-01..01-10", "LAL 01-10..02-01"]
