"""The status values of an org that agreed on a process once, and has drifted since."""

from __future__ import annotations

from typing import NamedTuple

INQUIRY, MAQL, LAL, MQL, SAL, SQL = "Inquiry", "MAQL", "LAL", "MQL", "SAL", "SQL"
DISQUALIFIED, RAW, RE_MARKET, CUSTOMER = "Disqualified", "Raw", "Re-Market", "Customer"


class Value(NamedTuple):
    """A value of the Lead Status picklist."""

    name: str
    default: bool = False
    converts: bool = False
    active: bool = True


LISTED = (
    Value(INQUIRY, default=True),
    Value(MAQL),
    Value(LAL),
    Value(MQL),
    Value(SAL),
    Value(SQL, converts=True),
    Value(DISQUALIFIED),
    Value("Open - Not Contacted", active=False),
    Value("Working - Contacted", active=False),
    Value("Closed - Not Converted", active=False),
    Value("Closed - Converted", converts=True, active=False),
)
"""What an admin sees in Setup. Re-Market was never added; Raw was only ever written by a data load."""

RETIRED = {
    "Open - Not Contacted": INQUIRY,
    "Working - Contacted": LAL,
    "Closed - Not Converted": DISQUALIFIED,
}
"""Old values that open leads still carry → what each became."""

RETIRED_SPELLINGS = {
    "Open - Not Contacted": ("Open - Not Contacted",) * 6 + ("Open - not contacted", "Open  - Not Contacted"),
    "Working - Contacted": ("Working - Contacted",) * 7 + ("WORKING - CONTACTED",),
    "Closed - Not Converted": ("Closed - Not Converted",) * 7 + ("closed - not converted",),
}
"""The same, as imports spelled them."""

DRIFTED = {
    INQUIRY: ("inquiry", "INQUIRY"),
    LAL: ("lal", "Lal"),
    MQL: ("mql", "Mql", "M Q L"),
    SAL: ("sal", "Sal"),
    DISQUALIFIED: ("disqualified", "DISQUALIFIED", "Dis qualified"),
}
"""Agreed statuses but for case and spacing."""

ATTEMPTS = (
    "Attempting Contact", "attempting contact", "Left Vmail", "Left Vmail", "left vmail", "LEFT VMAIL", "No Answer",
    "No Answer", "no answer", "No-Answer", "Busy", "busy", "Ringing", "ringing", "Callback", "callback", "CALLBACK",
)  # fmt: skip
"""Call dispositions that mean only that somebody tried."""

PHONE_FAULTS = ("Wrong Number", "wrong number", "Wrong  Number", "Disconnected", "DISCONNECTED")
LEFT_COMPANY = ("No longer with company", "No Longer With Company", "no longer with company")

UNMAPPED = ("Partner - hold", "See Dave", "Trade show 2019", "Zurückgestellt", "Budget Q3", "Phase 2")
"""Values that mean something to somebody, and nothing to the policy."""
