"""Objects, the fields that connector writes and what each holds, and what names one record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Final

import msgspec

LEAD: Final = "lead"

CONTACT: Final = "contact"

OBJECTS: Final = (LEAD, CONTACT)

Scalar = str | int | float | bool | datetime | date | None
"""A value of one field, typed."""


class Kind(StrEnum):
    """What a writable field holds; says how its value is written as text (see `connector.text`)."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole"
    FLAG = "flag"
    DATE = "date"
    DATETIME = "datetime"


FIELDS: Final[Mapping[str, Kind]] = {
    "status": Kind.TEXT,
    "disposition": Kind.TEXT,
    "status_reason": Kind.TEXT,
    "wake_up_date": Kind.DATE,
    "status_entered_at": Kind.DATETIME,
    "status_since_is_estimate": Kind.FLAG,
    "score": Kind.NUMBER,
    "sla_due_at": Kind.DATETIME,
    "sla_breached_at": Kind.DATETIME,
    "cycle": Kind.WHOLE,
    "first_source": Kind.TEXT,
}
"""The only fields connector ever writes. Each is an attribute of `Person` of the same name."""


class Ref(msgspec.Struct, frozen=True, gc=False, order=True, array_like=True):
    """One record of the CRM: which org, which object (`lead` or `contact`), which id (Salesforce: 18 characters)."""

    org: str
    object: str
    id: str
