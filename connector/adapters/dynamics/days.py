"""Days and moments: which of ours a DateTime column can hold, by its behaviour [D behavior-format-date-time-attribute].

DateOnly             a day, the same for everybody
TimeZoneIndependent  day and time as typed, the same for everybody: holds a day of ours as its midnight
UserLocal            a moment, which every user sees in their own time zone: somebody in Berlin who picks May 4 stores
                     22:00 UTC of May 3, and what we would store as May 4 00:00 UTC is May 3 in New York
"""

from __future__ import annotations

from typing import Final

from connector.model import Kind

DATE_ONLY: Final = "DateOnly"
USER_LOCAL: Final = "UserLocal"
"""Also of a column whose behaviour is not told: it is what columns are unless somebody says otherwise."""

ADVICE: Final = (
    "map the field onto another column (days: Date Only or Time-Zone Independent; moments: User Local), or take it out "
    "of the mapping's [writable]; then run: connector check"
)
"""What to do about a column that is unfit."""


def unfit(kind: Kind, type: str, behavior: str) -> str:
    """Why a column of that AttributeType and behaviour cannot hold a field of ours of that kind; empty if it can."""
    if type != "DateTime":
        return ""
    if kind is Kind.DATE and behavior == USER_LOCAL:
        return "a day cannot be kept in it: its behaviour is User Local, so others would see the day before or after"
    if kind is Kind.DATETIME and behavior == DATE_ONLY:
        return "a moment cannot be kept in it: its behaviour is Date Only, so the time would be lost"
    return ""
