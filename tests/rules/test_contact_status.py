"""The rule contact-status, beyond the examples of its manual."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from tests.people import (
    activity,
    at,
    change,
    changes,
    conversion,
    evidence,
    membership,
    opportunity,
    org,
    person,
    policy,
)
from tests.rules.alone import after, alone, names, why


def contact(status: str | None = None, **facts: object):  # type: ignore[no-untyped-def]
    fields = {key: facts.pop(key) for key in ("created_at", "converted_from") if key in facts}
    return evidence(person("contact", status=status, **fields), **facts)


def test_open_wins_over_won() -> None:
    """Any open opportunity makes it converts; the reason names it."""
    deals = (opportunity("won", "2025-02-01"), opportunity("open", "2026-02-01", name="Upsell"))
    judged = alone("contact-status", contact(opportunities=deals))
    assert after(judged) == "SQL"
    assert why(judged) == 'opportunity "Upsell" is open'


def test_won_once_is_a_customer_whatever_was_lost_since() -> None:
    """None open and any won: customer, although the last one was lost."""
    deals = (opportunity("won", "2025-02-01"), opportunity("lost", "2026-02-01"))
    assert after(alone("contact-status", contact(opportunities=deals))) == "Customer"


def test_only_what_counts() -> None:
    """Renewals do not count, nor does the account's deal unless the policy says so."""
    renewal = opportunity("open", "2026-02-01", type="Renewal")
    accounts = opportunity("open", "2026-02-01", via="account")
    assert not alone("contact-status", contact(opportunities=(renewal, accounts))).changes
    known = policy(opportunities={"via_account": True})
    assert after(alone("contact-status", contact(opportunities=(renewal, accounts)), known)) == "SQL"


def test_converted_with_an_opportunity_that_does_not_count() -> None:
    """An opportunity came of the conversion, so the prior status does not stand: converts, for 180 days."""
    rows = (change("2026-02-01", "Inquiry", "Closed - Converted"),)
    made = conversion("2026-02-01", changes=rows, account_was_new=False, opportunity_id="o1")
    assert after(alone("contact-status", contact(conversion=made))) == "SQL"


def test_prior_status_unknown_but_an_opportunity_came() -> None:
    """Without history the prior status is unknown; with an opportunity that is no matter."""
    made = conversion("2025-01-01", account_was_new=False, opportunity_id="o1")
    assert after(alone("contact-status", contact(conversion=made))) == "Re-Market"


def test_whether_the_account_was_new_is_unknown() -> None:
    """Nothing is guessed where it cannot be told whether the account was new."""
    rows = (change("2026-02-01", "Inquiry", "Closed - Converted"),)
    judged = alone("contact-status", contact(conversion=conversion("2026-02-01", changes=rows)))
    assert not judged.changes
    assert names(judged) == {"no_evidence"}


def test_a_campaign_joined_after_the_conversion_is_no_reason() -> None:
    """An ABM campaign counts only if the person was in it when converted."""
    rows = (change("2026-02-01", "Inquiry", "Closed - Converted"),)
    made = conversion("2026-02-01", changes=rows, account_was_new=True)
    late = membership("ABM Spring", created_at=at("2026-02-10"))
    assert after(alone("contact-status", contact(conversion=made, memberships=(late,)))) == "SQL"
    early = membership("ABM Spring", created_at=at("2026-01-10"))
    assert after(alone("contact-status", contact(conversion=replace(made, memberships=(early,))))) == "Inquiry"


def test_the_lead_is_gone() -> None:
    """Converted from a lead that can no longer be read: a finding."""
    judged = alone("contact-status", contact(converted_from="gone", activities=(activity("form", "2026-01-01"),)))
    assert not judged.changes
    assert names(judged) == {"no_evidence"}


def test_until_the_180_days_are_over() -> None:
    """The verdict says when time alone will change it, and then it does."""
    found = contact(conversion=conversion("2026-02-01", opportunity_id="o1"))
    judged = alone("contact-status", found)
    assert after(judged) == "SQL"
    assert judged.until == at("2026-02-01") + timedelta(days=180)
    assert after(alone("contact-status", found, now=judged.until - timedelta(seconds=1))) == "SQL"
    assert after(alone("contact-status", found, now=judged.until)) == "Re-Market"


def test_the_days_are_the_policys() -> None:
    """[conversion] recycle_after_days says how long."""
    known = policy(conversion={"recycle_after_days": 30})
    found = contact(conversion=conversion("2026-02-01", opportunity_id="o1"))
    assert after(alone("contact-status", found, known)) == "Re-Market"


def test_a_customers_old_opportunity_does_not_move_them() -> None:
    """A stay in customer ends only for an opportunity created after it began, and when that is unknown, not at all."""
    rows = changes("2026-02-01 SQL Customer")
    older, newer = opportunity("open", "2026-01-15"), opportunity("open", "2026-02-15")
    assert not alone("contact-status", contact("Customer", changes=rows, opportunities=(older,))).changes
    assert after(alone("contact-status", contact("Customer", changes=rows, opportunities=(older, newer)))) == "SQL"
    unknown = alone("contact-status", contact("Customer", opportunities=(newer,)), None, org(tracked=False))
    assert not unknown.changes


def test_converts_without_conversion_or_opportunity_stays() -> None:
    """Somebody put into converts by hand, without conversion and opportunity, is left there."""
    assert not alone("contact-status", contact("SQL")).changes


def test_nobody_is_moved_back_to_converts() -> None:
    """An open opportunity lifts; where a status ranks higher than converts it does not lower."""
    known = policy(status={"Closing": {"meaning": "Contract is out.", "rank": 9}})
    deals = (opportunity("open", "2026-02-01"),)
    assert not alone("contact-status", contact("Closing", opportunities=deals), known).changes


def test_unknown_values_and_dispositions_are_left_to_others() -> None:
    """A contact whose value nobody knows, or that is a disposition, is not this rule's business."""
    deals = (opportunity("open", "2026-02-01"),)
    for status in ("Prospecting", "Left Vmail"):
        assert not alone("contact-status", contact(status, opportunities=deals)).changes


def test_services_firm() -> None:
    """The words are the policy's: in services-firm the same evidence gives Prospect and Client."""
    known = policy("services-firm")
    open_deal, won = (opportunity("open", "2026-02-01"),), (opportunity("won", "2026-02-01"),)
    assert after(alone("contact-status", contact(opportunities=open_deal), known)) == "Prospect"
    assert after(alone("contact-status", contact(opportunities=won), known)) == "Client"
