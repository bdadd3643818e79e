"""How often each kind of life occurs among ten thousand people, and what it plants. The rest are plain inquiries.

This table is the sample org's bill of materials: `Planted` counts what it says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from connector.sandbox.sample import bought, contacts, dispositions, leads
from connector.sandbox.sample.life import Life, Scene

TEN_THOUSAND = 10_000


class Kind(NamedTuple):
    """A kind of life: how many in ten thousand people, who tells it, what it plants, and how many people it makes.

    `contact`: the person is a contact (perhaps converted from a lead), else a lead.
    """

    share: int
    tell: Callable[[Scene], Life]
    marks: tuple[str, ...] = ()
    people: int = 1
    contact: bool = False


_BREACH = ("errors:sla_not_kept",)
_COMPLETE = "changes_if:[evidence] complete = true"
_RAW = ("errors:raw_as_inquiry", _COMPLETE)
_BACK = ("errors:unaccounted", "changes:recycled")
_SLIP = ("kept:values taken back within ten minutes",)
_TWIN = ("findings:same_email", "findings:same_email")  # one for the lead, one for the contact
_WORD = dispositions.MARKS


def _contact(share: int, tell: Callable[[Scene], Life], *marks: str) -> Kind:
    return Kind(share, tell, marks, contact=True)


KINDS: Mapping[str, Kind] = {
    "asked for contact": Kind(40, leads.asked, ("changes:qualify",)),
    "maql, fresh": Kind(250, leads.maql_fresh),
    "maql, late": Kind(200, leads.maql_late, _BREACH),
    "maql, worked": Kind(300, leads.maql_worked),
    "lal": Kind(550, leads.lal),
    "mql, fresh": Kind(120, leads.mql_fresh),
    "mql, late": Kind(150, leads.mql_late, _BREACH),
    "mql, worked": Kind(250, leads.mql_worked),
    "sal": Kind(250, leads.sal),
    "disqualified": Kind(600, leads.disqualified),
    "retired, open": Kind(300, leads.retired("Open - Not Contacted")),
    "retired, working": Kind(180, leads.retired("Working - Contacted", "Open - Not Contacted")),
    "retired, closed": Kind(120, leads.retired("Closed - Not Converted", "Open - Not Contacted")),
    "case and spacing": Kind(120, leads.drifted),
    "unmapped value": Kind(60, leads.unmapped),
    "bought, called inquiry": Kind(450, bought.as_inquiry, _RAW),
    "bought, answered": Kind(60, bought.answered),
    "raw": Kind(80, bought.raw),
    "raw, in newsletter": Kind(40, bought.raw_in_newsletter, ("findings:raw_in_campaign",)),
    "raw, answered": Kind(30, bought.raw_answered, ("changes:raw",)),
    "recycled, with marketing": Kind(120, leads.recycled_by_marketing, _BACK),
    "recycled, with ldr": Kind(60, leads.recycled_by_ldr, (*_BACK, "findings:hand_back")),
    "moved back": Kind(30, leads.moved_back, ("errors:unaccounted",)),
    "slipped": Kind(30, leads.slipped, _SLIP),
    "orphaned": Kind(90, leads.orphaned, ("findings:inactive_owner",)),
    "hoarded by sales": Kind(80, leads.hoarded, ("findings:sales_owns_unqualified",)),
    "called sql, not converted": Kind(40, leads.unconverted, ("findings:needs_conversion",)),
    "bounced": Kind(60, leads.bounced, ("findings:data_fault",)),
    "no source": Kind(70, leads.sourceless, ("findings:source_blank",)),
    "no source, answered a campaign": Kind(30, leads.sourceless_answered, ("findings:source_blank",)),
    "junk": Kind(30, leads.junk, ("changes_if:[rules.junk] on = true",)),
    "entered twice, merged": Kind(30, leads.merged_away, ("kept:merged leads",)),
    "entered twice, deleted": Kind(30, leads.deleted_twin, ("kept:deleted leads",)),
    "disposition over inquiry": Kind(140, dispositions.over_inquiry, _WORD),
    "disposition over maql": Kind(100, dispositions.over_maql, _WORD),
    "disposition over mql": Kind(70, dispositions.over_mql, _WORD),
    "disposition twice": Kind(50, dispositions.twice, _WORD),
    "disposition from the start": Kind(40, dispositions.from_the_start, _WORD),
    "disposition over disqualified": Kind(20, dispositions.over_disqualified, _WORD),
    "disposition after a slip": Kind(10, dispositions.after_a_slip, (*_WORD, *_SLIP)),
    "phone fault": Kind(60, dispositions.phone_fault, (*_WORD, "findings:data_fault")),
    "left company": Kind(30, dispositions.left_company, _WORD),
    "lead and contact": Kind(40, contacts.lead_and_contact, _TWIN, people=2),
    "lead of a deal": Kind(15, contacts.lead_of_a_deal, (*_TWIN, "findings:opportunity_without_conversion"), people=2),
    "customer": _contact(800, contacts.customer),
    "customer, renewing": _contact(150, contacts.customer_renewing),
    "in a deal": _contact(450, contacts.in_a_deal),
    "lost deal": _contact(250, contacts.lost_deal),
    "known contact": _contact(650, contacts.known),
    "unknown contact": _contact(120, contacts.unknown),
    "orphaned contact": _contact(40, contacts.orphaned, "findings:inactive_owner"),
    "bounced contact": _contact(40, contacts.bounced, "findings:data_fault"),
    "converted, open deal": _contact(120, contacts.converted_open),
    "converted, won": _contact(180, contacts.converted_won),
    "converted, lost": _contact(90, contacts.converted_lost),
    "converted, won long ago": _contact(
        80, contacts.converted_won_long_ago, "kept:converted leads with a retired value"
    ),
    "converted, no deal yet": _contact(70, contacts.converted_recently),
    "converted, no deal ever": _contact(50, contacts.converted_and_forgotten),
    "converted by abm": _contact(40, contacts.converted_by_abm),
    "converted, history gone": _contact(20, contacts.converted_without_history),
    "inquiry": Kind(0, leads.inquiry),
}
PLAIN = "inquiry"
"""The kind that everybody is who is nothing else."""


def deal_out(people: int) -> dict[str, int]:
    """How many lives of each kind make up so many people. From 500 people on there is at least one of each."""
    counts = {}
    left = people
    for name, kind in KINDS.items():
        wanted = people * kind.share // TEN_THOUSAND // kind.people
        if people >= 500 and name != PLAIN:
            wanted = max(wanted, 1)
        counts[name] = wanted
        left -= wanted * kind.people
    counts[PLAIN] = left
    return counts
