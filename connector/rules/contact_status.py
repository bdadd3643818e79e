"""A contact gets the status that the evidence shows, and moves on when its opportunities do.

A contact without a status, first match:

    an opportunity is open                          converts
    none is open, one was won                       customer
    all were lost                                   recycle
    converted from a lead, without an opportunity,
    at a known account or in an ABM campaign        the status the lead had before the conversion
    otherwise converted from a lead                 converts for 180 days, then recycle
    converted, but the lead's status before is
    not known and no opportunity came of it         a finding
    any interaction                                 entry
    nothing at all                                  raw (needs complete evidence)

A contact with a status: an open opportunity lifts anyone but the closed (a finding); in converts with no opportunity
open any more, customer if one was won, else recycle; in converts with none ever, recycle 180 days after the
conversion; a customer stays one until an opportunity is created after that stay began. Only opportunities that count by
[opportunities] are looked at.

Why
    Half of the people of a CRM are contacts, and a contact has no status of its own. Whoever was converted stays "SQL"
    on a dead lead for ever: nobody sees that they came back, bought, or were lost.

Example
    contact open=2026-02-01 -> status=SQL
    contact won=2026-02-01 -> status=Customer
    contact won=2026-02-01 open=2026-03-01 -> status=SQL
    contact lost=2026-02-01 -> status=Re-Market
    contact converted=2026-02-01 before=Inquiry account=known -> status=Inquiry
    contact converted=2026-02-01 before=Inquiry account=new campaign="ABM Spring" -> status=Inquiry
    contact converted=2026-02-01 before=Inquiry account=new -> status=SQL
    contact converted=2025-02-01 before=Inquiry account=new -> status=Re-Market
    contact converted=2026-02-01 account=known -> unchanged finding=no_evidence
    contact form=2026-02-01 -> status=Inquiry
    contact evidence=complete -> status=Raw
    contact -> unchanged finding=no_evidence
    contact status=Inquiry open=2026-02-01 -> status=SQL
    contact status=Disqualified open=2026-02-01 -> unchanged finding=opportunity_without_conversion
    contact status=SQL won=2026-02-01 -> status=Customer
    contact status=SQL lost=2026-02-01 -> status=Re-Market
    contact status=SQL converted=2025-02-01 -> status=Re-Market
    contact status=SQL converted=2026-02-01 -> unchanged
    contact status=Customer since=2026-01-01 open=2026-02-01 -> status=SQL
    contact status=Customer since=2026-02-01 open=2026-01-01 -> unchanged
    contact open=2026-02-01 lacks=status -> unchanged finding=missing_field
    lead status=Inquiry open=2026-02-01 -> unchanged

How to undo
    `connector undo PLAN`. A first status is cleared again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from connector.case import Beginning, Case, Verdict
from connector.model import CONTACT, Conversion, Finding, Opportunity, Person
from connector.policy import Meaning
from connector.rules._history import current, day, moved_on
from connector.rules._options import RuleOptions
from connector.rules._status import give, missing

ORDER = 40


class Options(RuleOptions):
    """`[rules.contact-status]`"""


def judge(person: Person, case: Case, options: Options) -> Verdict | None:
    """See the module."""
    if person.ref.object != CONTACT:
        return None
    meaning = case.place.meaning
    if meaning is Meaning.BLANK:
        if not case.org.has(CONTACT, "status"):
            return Verdict(person, findings=(missing(person, "status"),))
        return _first(person, case)
    if meaning is Meaning.UNMAPPED or meaning is Meaning.DISPOSITION or case.place.name is None:
        return None
    return _onwards(person, case, case.place.name)


def _first(person: Person, case: Case) -> Verdict:
    if case.opportunities:
        return _by_opportunities(person, case)
    if case.conversion is not None:
        return _by_conversion(person, case, case.conversion)
    if person.converted_from is not None:
        return _nothing(person, "converted from a lead that is not there any more, and no opportunity counts")
    entry, raw = case.policy.role("entry"), case.policy.role("raw")
    if entry is not None and (interactions := case.interactions):
        first = interactions[0]
        return give(person, case, entry, f"first interaction on {day(first)}", began=_filled(case, first))
    if raw is None:
        return _nothing(person, "no opportunity, no conversion and no interaction")
    if not case.policy.file.evidence.complete:
        return _nothing(person, f"no interaction is known: {raw}, if the policy said [evidence] complete = true")
    return give(person, case, raw, "no opportunity, no conversion and no interaction")


def _filled(case: Case, event: datetime) -> Beginning:
    """A first status dates from the event that is its evidence; but what people entered before a blank stands."""
    blank = case.stays[-1]
    if any(stay.object == CONTACT and stay.status for stay in case.stays[:-1]):
        return Beginning(None if blank.since is None else max(event, blank.since), estimate=True)
    return Beginning(event, estimate=True)


def _by_opportunities(person: Person, case: Case) -> Verdict:
    """Open: converts, since it was created. Else since the last one was closed: customer, or recycle."""
    name, because, since = _outcome(case)
    if name is None:
        return _nothing(person, f"{because}, but the policy has no status for that")
    return give(person, case, name, because, began=_filled(case, since))


def _outcome(case: Case) -> tuple[str | None, str, datetime]:
    """What the opportunities come to: status, reason, and since when."""
    policy, all_of_them = case.policy, case.opportunities
    still_open = [one for one in all_of_them if one.is_open]
    if still_open:
        first = min(still_open, key=_created)
        return policy.role("converts"), f'opportunity "{first.name}" is open', first.created_at
    last = max(all_of_them, key=_closed)
    won = [one for one in all_of_them if one.is_won]
    if won:
        latest = max(won, key=_closed)
        because = f'opportunity "{latest.name}" was won on {day(_closed(latest))} and none is open'
        return policy.role("customer"), because, _closed(last)
    return policy.role("recycle"), f'opportunity "{last.name}" was lost on {day(_closed(last))}', _closed(last)


def _created(opportunity: Opportunity) -> datetime:
    return opportunity.created_at


def _closed(opportunity: Opportunity) -> datetime:
    return opportunity.closed_at or opportunity.created_at


def _by_conversion(person: Person, case: Case, conversion: Conversion) -> Verdict:
    at = conversion.at
    if conversion.opportunity_id is None:
        prior = case.prior_status
        if prior is None:
            return _nothing(
                person, f"converted on {day(at)} without an opportunity; the lead's status before is unknown"
            )
        campaign = _account_based(case, at)
        if case.policy.has_role(prior, "converts"):
            return _by_time(person, case, at)
        if campaign is not None or conversion.account_was_new is False:
            why = f'the ABM campaign "{campaign}"' if campaign is not None else "an account that existed already"
            because = f"was {prior} when converted on {day(at)} for {why}, without an opportunity"
            return give(person, case, prior, because, began=_filled(case, at))
        if conversion.account_was_new is None:
            return _nothing(person, f"converted on {day(at)}; nothing tells whether the account was new")
    return _by_time(person, case, at)


def _by_time(person: Person, case: Case, at: datetime) -> Verdict:
    """Converts while an opportunity may still come of the conversion, then recycle."""
    policy, ends = case.policy, at + timedelta(days=case.policy.file.conversion.recycle_after_days)
    name, since = ("converts", at) if case.now < ends else ("recycle", ends)
    status = policy.role(name)
    if status is None:
        return _nothing(person, f"converted on {day(at)}, but the policy has no status for that")
    because = f"converted on {day(at)}"
    if name == "recycle":
        because += f", and no opportunity that counts by {day(ends)}"
    verdict = give(person, case, status, because, began=_filled(case, since))
    return replace(verdict, until=ends) if name == "converts" else verdict


def _account_based(case: Case, before: datetime) -> str | None:
    kinds = case.policy.campaigns
    for one in case.memberships:
        if one.created_at <= before and kinds.account_based(one.campaign, one.type):
            return one.campaign
    return None


def _nothing(person: Person, why: str) -> Verdict:
    return Verdict(person, findings=(Finding("no_evidence", f"no status: {why}", "contact without a status"),))


def _onwards(person: Person, case: Case, name: str) -> Verdict | None:
    converts = case.policy.role("converts")
    if converts is None or (name != converts and not case.opportunities):
        return None
    if name == converts:
        return _out_of_converts(person, case)
    still_open = [one for one in case.opportunities if one.is_open]
    if not still_open:
        return None
    if case.policy.has_role(name, "closed"):
        detail = f'{name}, but opportunity "{still_open[0].name}" is open'
        return Verdict(person, findings=(Finding("opportunity_without_conversion", detail, name),))
    if case.policy.has_role(name, "customer"):
        still_open = _newer(case, still_open)
    rank, own = case.policy.rank(converts), case.policy.rank(name)
    if not still_open or (rank is not None and own is not None and own >= rank):
        return None
    first = min(still_open, key=_created)
    because = f'opportunity "{first.name}" is open, created on {day(first.created_at)}'
    return give(person, case, converts, because, began=moved_on(case, first.created_at))


def _newer(case: Case, still_open: list[Opportunity]) -> list[Opportunity]:
    """Those created after the stay in customer began. Where that is unknown: after it had begun at the latest."""
    stay = current(case)
    began = stay.since if stay.since is not None else stay.at_least
    return [one for one in still_open if began is not None and one.created_at > began]


def _out_of_converts(person: Person, case: Case) -> Verdict | None:
    if case.opportunities:
        if any(one.is_open for one in case.opportunities):
            return None
        name, because, since = _outcome(case)
        if name is None:
            return None
        return give(person, case, name, because, began=moved_on(case, since))
    if case.conversion is None:
        return None
    ends = case.conversion.at + timedelta(days=case.policy.file.conversion.recycle_after_days)
    recycle = case.policy.role("recycle")
    if recycle is None:
        return None
    if case.now < ends:
        return Verdict(person, until=ends)
    because = f"converted on {day(case.conversion.at)}, and no opportunity that counts by {day(ends)}"
    return give(person, case, recycle, because, began=moved_on(case, ends))
