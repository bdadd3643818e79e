"""What the benchmark's org holds: leads of which three in ten carry one of 26 values that were retired long ago.

The same number gives the same leads. Only ids, stamps and the statuses matter for the work done; the other columns are
there because a lead has them and they have to be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.pour import pouring

BEGAN: Final = datetime(2023, 1, 2, 8, tzinfo=UTC)
STATUSES: Final = ("Inquiry", "MAQL", "LAL", "MQL", "SAL", "SQL", "Re-Market", "Disqualified", "Raw")
CONVERTS: Final = "SQL"
GOOD: Final = ("Inquiry", "Inquiry", "Inquiry", "MAQL", "LAL", "MQL", "Re-Market")
RETIRED: Final = {
    "Open": "Inquiry",
    "New": "Inquiry",
    "Unread": "Inquiry",
    "Assigned": "Inquiry",
    "Cold": "Inquiry",
    "Untouched": "Inquiry",
    "Marketing Lead": "MAQL",
    "Hot": "MAQL",
    "Scored": "MAQL",
    "Engaged": "MAQL",
    "Working": "LAL",
    "Contacted": "LAL",
    "In Progress": "LAL",
    "Follow Up": "LAL",
    "Reached Out": "LAL",
    "Qualified": "MQL",
    "Sales Ready": "MQL",
    "Accepted": "SAL",
    "Meeting Set": "SAL",
    "Nurture": "Re-Market",
    "Recycled": "Re-Market",
    "On Hold": "Re-Market",
    "Later": "Re-Market",
    "Dead": "Disqualified",
    "Junk Lead": "Disqualified",
    "Unqualified": "Disqualified",
}
"""What is still found in the status field → what it has to become."""

_OLD: Final = tuple(RETIRED)
_USERS: Final = tuple(f"005BE{number:010d}AAA" for number in range(1, 41))
_INDUSTRIES: Final = ("Banking", "Chemicals", "Consulting", "Energy", "Healthcare", "Retail", "Technology")
_COUNTRIES: Final = ("Germany", "United States", "France", "Poland", "Netherlands")
_SOURCES: Final = ("Web", "Webinar", "Trade Show", "Referral", "Phone Inquiry", "Newsletter")
_TITLES: Final = ("Head of Operations", "VP Finance", "IT Manager", "Buyer", "Managing Director", "Analyst")

LEAD_COLUMNS: Final = (
    "Id", "IsDeleted", "Salutation", "FirstName", "LastName", "Title", "Company", "Street", "City", "PostalCode",
    "Country", "Phone", "Email", "LeadSource", "Status", "Industry", "NumberOfEmployees", "OwnerId", "IsConverted",
    "IsUnreadByOwner", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip
_USER_COLUMNS: Final = ("Id", "FirstName", "LastName", "Username", "IsActive", "Department", "Title", "UserType")


def is_retired(number: int) -> bool:
    """Whether the lead of that number carries a retired value: three in ten do."""
    return number % 10 in (1, 4, 7)


def fill(org: Org, leads: int) -> None:
    """Puts the statuses, forty users and so many leads into an org as on its first day."""
    org.storage.db.execute('DELETE FROM "LeadStatus"')
    org.load(
        "LeadStatus",
        ("MasterLabel", "ApiName", "SortOrder", "IsDefault", "IsConverted"),
        [(name, name, place, place == 1, name == CONVERTS) for place, name in enumerate(STATUSES, 1)],
    )
    users = [
        (user, "Rep", f"Number {n}", f"rep{n}@acme.example", True, "Marketing", "Rep", "Standard")
        for n, user in enumerate(_USERS)
    ]
    org.load("User", _USER_COLUMNS, users)
    with pouring(org) as pour:
        for row in _rows(leads, iter(lambda: pour.mint("Lead"), None)):
            pour.put("Lead", LEAD_COLUMNS, row)


def _rows(leads: int, ids: Iterator[str]) -> Iterator[tuple[object, ...]]:
    for number, id in zip(range(leads), ids, strict=False):
        status = _OLD[number // 10 * 3 % len(_OLD)] if is_retired(number) else GOOD[number % len(GOOD)]
        created = BEGAN + timedelta(minutes=number % 1_000_000)
        changed = created + timedelta(days=number % 300)
        employees = 10 + number % 5_000
        yield (
            id, 0, "Ms.", f"Jane {number % 1009}", f"Doe {number}", _TITLES[number % 6], f"Acme {number // 3}",
            f"{number % 200} Main Street", "Springfield", f"{number % 90_000 + 10_000}", _COUNTRIES[number % 5],
            f"+1 555 {number % 10_000_000:07d}", f"jane.doe{number}@acme{number // 3}.example", _SOURCES[number % 6],
            status, _INDUSTRIES[number % 7], employees, _USERS[number % 40], 0, number % 2,
            _stamp(created), ADMIN_ID, _stamp(changed), _USERS[number % 40], _stamp(changed),
        )  # fmt: skip


def _stamp(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S.000Z}"
