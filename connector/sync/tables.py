"""Which tables a policy needs, in the order in which they are read: those that others point to come first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from connector.ports import Table

ALWAYS: Final = (Table.USER, Table.LEAD, Table.CONTACT, Table.LEAD_HISTORY, Table.CONTACT_HISTORY)

ORDER: Final = (
    Table.USER,
    Table.HOURS,
    Table.HOLIDAY,
    Table.ACCOUNT,
    Table.CAMPAIGN,
    Table.LEAD,
    Table.CONTACT,
    Table.LEAD_HISTORY,
    Table.CONTACT_HISTORY,
    Table.OPPORTUNITY,
    Table.OPPORTUNITY_CONTACT,
    Table.CAMPAIGN_MEMBER,
    Table.TASK,
    Table.EVENT,
    Table.MAIL,
)
"""All that rules can look at today."""

PLAIN: Final = frozenset({"normalise", "junk", "unmapped", "owners", "duplicates"})
"""Rules that look only at the person, the owner and the status history."""


CALENDAR: Final = frozenset({Table.HOURS, Table.HOLIDAY})

WHOLE: Final = CALENDAR | {Table.QUEUE_MEMBER}
"""A few rows without a stamp of their own: read whole each time, so that what is gone is noticed."""


def needed(
    rules: Collection[str], *, accounts: bool = False, calendar: bool = False, queues: bool = False
) -> tuple[Table, ...]:
    """The tables that these rules (by name) need.

    `accounts`: the scope or the opportunities go by account. `calendar`: a promise counts business hours. `queues`: who
    works off a queue is given tasks.
    """
    if queues:
        first, *others = needed(rules, accounts=accounts, calendar=calendar)
        return (first, Table.QUEUE_MEMBER, *others)
    if not PLAIN.issuperset(rules):
        return ORDER if calendar else tuple(table for table in ORDER if table not in CALENDAR)
    wanted = {*ALWAYS, Table.ACCOUNT} if accounts else {*ALWAYS}
    return tuple(table for table in ORDER if table in wanted)
