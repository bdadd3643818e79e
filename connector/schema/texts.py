"""The fields that connector adds: what each holds, what people read beside it, and why it is worth having.

Labels are those that findings speak of (`rules/_status.py`). Help texts stand beside the field in the CRM, so they say
who fills it in; `{days}` and the like are filled from the policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from connector.provisioning import FieldType


class Text(msgspec.Struct, frozen=True):
    """One field: type, help text (at most 510 characters in Salesforce), why it is wanted; numbers with their room."""

    type: FieldType
    help: str
    why: str
    digits: int = 0
    decimals: int = 0


AGE: Final = "age_in_stage"
AGE_LABEL: Final = "Age In Stage"

TEXTS: Final[Mapping[str, Text]] = {
    "status": Text(
        FieldType.PICKLIST,
        "Where this person is in the funnel, in the same words as the lead status. Kept up to date by connector from "
        "opportunities, conversion and interactions; you may change it by hand.",
        "without it a contact has no place in the funnel: nobody sees who came back, bought, or was lost",
    ),
    "disposition": Text(
        FieldType.PICKLIST,
        "What came of the last call: Left Vmail, No Answer, Wrong Number … Put it here and not into the status.",
        "call dispositions that people type into the status need a place of their own, so that no word is lost",
    ),
    "status_reason": Text(
        FieldType.PICKLIST,
        "Why this person was handed back to marketing or closed. Fill it in when you set such a status.",
        "why somebody was handed back or closed decides what marketing may do next",
    ),
    "wake_up_date": Text(
        FieldType.DATE,
        "When to look at this person again. Filled in {days} days ahead when somebody is handed back and it is empty.",
        "without a date, people who are handed back are forgotten",
    ),
    "status_entered_at": Text(
        FieldType.DATETIME,
        "Since when this person is in the present status. Written by connector from the history of the status field; "
        "empty where nobody knows.",
        "the age in stage is counted from it",
    ),
    "status_since_is_estimate": Text(
        FieldType.FLAG,
        "Status Entered At is an estimate: seen between two readings, or given with the first status.",
        "estimated ages can be told from exact ones",
    ),
    AGE: Text(
        FieldType.AGE,
        "Whole days since Status Entered At. It counts by itself; empty while that is empty.",
        "“where are my oldest hot leads?” is one list view, and no record is rewritten to count days",
        digits=6,
    ),
    "score": Text(
        FieldType.NUMBER,
        "Points for who the person is and what they did. Written by connector; 100 is the bar.",
        "sales sees whom to call first",
        digits=7,
        decimals=2,
    ),
    "sla_due_at": Text(
        FieldType.DATETIME,
        "By when the earliest running promise to this person must be kept. Written by connector.",
        "a deadline that is not on the record is not kept",
    ),
    "sla_breached_at": Text(
        FieldType.DATETIME,
        "When a promise to this person was broken. Written by connector.",
        "broken promises can be listed and counted in the CRM",
    ),
    "cycle": Text(
        FieldType.NUMBER,
        "The how manyth time this person goes through the funnel; it begins with 1. Written by connector.",
        "second and later passes are not counted as new demand",
        digits=4,
    ),
    "first_source": Text(
        FieldType.PICKLIST,
        "The group of lead sources this person first came from. Written by connector where the policy says so.",
        "reports by source need one word for “Web”, “Website” and “Inbound Web”",
    ),
}
