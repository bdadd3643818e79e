"""The tables that are mirrored, and the columns of their rows."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from connector.model import CONTACT, LEAD


class Table(StrEnum):
    """What is mirrored. The value is the name shown to people and used in `sync --json`."""

    USER = "user"
    QUEUE_MEMBER = "queue_member"
    ACCOUNT = "account"
    CAMPAIGN = "campaign"
    LEAD = "lead"
    CONTACT = "contact"
    LEAD_HISTORY = "lead_history"
    CONTACT_HISTORY = "contact_history"
    OPPORTUNITY = "opportunity"
    OPPORTUNITY_CONTACT = "opportunity_contact"
    CAMPAIGN_MEMBER = "campaign_member"
    TASK = "task"
    EVENT = "event"
    MAIL = "mail"
    HOURS = "hours"
    HOLIDAY = "holiday"


PERSON_COLUMNS: Final = (
    "id",
    "version",
    "created_at",
    "modified_at",
    "modified_by",
    "record_type",
    "status",
    "disposition",
    "status_reason",
    "wake_up_date",
    "status_entered_at",
    "status_since_is_estimate",
    "score",
    "sla_due_at",
    "sla_breached_at",
    "cycle",
    "first_source",
    "source",
    "email",
    "phone",
    "first_name",
    "last_name",
    "title",
    "company",
    "industry",
    "employees",
    "country",
    "owner_id",
    "account_id",
    "is_converted",
    "converted_at",
    "converted_contact",
    "converted_account",
    "converted_opportunity",
    "is_inactive",
    "is_closed",
    "is_bounced",
    "facts",
)
"""Lead and contact rows. `facts`: JSON array of values in the order of the mapping's facts; None if there are none.

`is_closed`: the CRM keeps the record closed to changes until somebody opens it again (Dynamics: a disqualified lead);
None where there is no such thing.
"""

HISTORIES: Final[Mapping[Table, str]] = {Table.LEAD_HISTORY: LEAD, Table.CONTACT_HISTORY: CONTACT}
"""Tables of status history, and whose it is."""

_ACTIVITY = ("id", "lead_id", "contact_id", "at", "kind", "direction", "outcome", "by", "about", "created_at")

COLUMNS: Final[Mapping[Table, tuple[str, ...]]] = {
    Table.USER: ("id", "name", "email", "active", "kind", "department", "title", "role", "manager_id"),
    Table.QUEUE_MEMBER: ("queue_id", "user_id"),
    Table.ACCOUNT: ("id", "name", "created_at", "type", "owner_id", "industry", "employees"),
    Table.CAMPAIGN: ("id", "name", "type", "active"),
    Table.LEAD: PERSON_COLUMNS,
    Table.CONTACT: PERSON_COLUMNS,
    Table.LEAD_HISTORY: ("id", "person_id", "at", "by", "before", "after"),
    Table.CONTACT_HISTORY: ("id", "person_id", "at", "by", "before", "after"),
    Table.OPPORTUNITY: ("id", "name", "type", "is_open", "is_won", "created_at", "closed_at", "account_id"),
    Table.OPPORTUNITY_CONTACT: ("id", "opportunity_id", "contact_id"),
    Table.CAMPAIGN_MEMBER: ("id", "campaign_id", "lead_id", "contact_id", "responded", "created_at", "responded_at"),
    Table.TASK: _ACTIVITY,
    Table.EVENT: _ACTIVITY,
    Table.MAIL: (*_ACTIVITY, "task_id"),
    Table.HOURS: ("id", "name", "is_default", "timezone", "week"),
    Table.HOLIDAY: ("id", "name", "date", "from_minute", "to_minute", "recurrence"),
}
"""The columns of each table's rows, in order.

Values are ready for the store: text, whole numbers (times as epoch seconds UTC, flags as 0/1), floats, None. Dates
are `YYYY-MM-DD`. Only history rows of the status field are read; one with neither a before nor an after says that it
was changed, but that the CRM no longer knows from what to what. Activities that the mapping does not classify are not
passed on; `about` is the finer topic of one, the empty text if it has none, `created_at` when the CRM's row was made,
by the CRM's clock and whatever the user typed. `task_id` of a mail: the row of `task` that
the CRM keeps for the same mail, None if it keeps none; the two are one activity. Industry and employees of an account
are read only where a contact's are the account's. `week` is JSON: seven [from_minute, to_minute], lists of such, or
null, Monday first. Queues are `user` rows of kind `queue`.
"""

Row = tuple[Any, ...]
