"""Which tables a policy needs, in the order in which they are read: those that others point to come first."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from connector.ports import Table

ALWAYS: Final = (Table.USER, Table.LEAD, Table.CONTACT, Table.LEAD_HISTORY, Table.CONTACT_HISTORY)

ORDER: Final = (
    Table.USER,
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


def needed(rules: Collection[str], *, accounts: bool = False) -> tuple[Table, ...]:
    """The tables that these rules (by name) need. `accounts`: the scope or the opportunities go by account."""
    if not PLAIN.issuperset(rules):
        return ORDER
    wanted = {*ALWAYS, Table.ACCOUNT} if accounts else {*ALWAYS}
    return tuple(table for table in ORDER if table in wanted)
