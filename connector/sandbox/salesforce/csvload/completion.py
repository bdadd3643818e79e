"""What a record always has and a file need not give: stamps, an owner, and what follows from other fields."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from connector.sandbox.salesforce.base import ADMIN_ID, INTEGRATION_ID, PROFILE_ID
from connector.sandbox.salesforce.catalogue import ObjectType
from connector.sandbox.salesforce.values import Stored

REPLACED = frozenset({"LeadStatus", "TaskStatus", "TaskPriority", "OpportunityStage", "BusinessHours"})
"""Objects of which a file stands for all: its rows take the place of those of an untouched org."""

_USUAL: dict[str, dict[str, Stored]] = {
    "User": {"IsActive": 1, "ProfileId": PROFILE_ID, "UserType": "Standard"},
    "BusinessHours": {"IsActive": 1},
    "RecordType": {"IsActive": 1},
    "OpportunityStage": {"IsActive": 1},
    "Task": {"Status": "Completed", "Priority": "Normal"},
}
"""What an absent column is taken to say."""

_FOLLOWS = (
    ("Task", "IsClosed", "Status", "Status IN (SELECT ApiName FROM TaskStatus WHERE IsClosed)"),
    ("Opportunity", "IsClosed", "StageName", "StageName IN (SELECT ApiName FROM OpportunityStage WHERE IsClosed)"),
    ("Opportunity", "IsWon", "StageName", "StageName IN (SELECT ApiName FROM OpportunityStage WHERE IsWon)"),
    ("Contact", "IsEmailBounced", "EmailBouncedDate", "EmailBouncedDate IS NOT NULL"),
    ("Lead", "IsConverted", "ConvertedContactId", "ConvertedContactId IS NOT NULL"),
    ("Lead", "IsConverted", "ConvertedDate", "IsConverted OR ConvertedDate IS NOT NULL"),
    ("CampaignMember", "LeadOrContactId", "CampaignId", "coalesce(ContactId, LeadId)"),
    ("Event", "ActivityDateTime", "StartDateTime", "StartDateTime"),
    ("Event", "StartDateTime", "ActivityDateTime", "ActivityDateTime"),
    ("Event", "ActivityDate", "StartDateTime", "substr(StartDateTime, 1, 10)"),
    (
        "CampaignMember",
        "HasResponded",
        "Status",
        "coalesce((SELECT s.HasResponded FROM CampaignMemberStatus s WHERE s.CampaignId = CampaignMember.CampaignId "
        "AND s.Label = CampaignMember.Status), Status = 'Responded')",
    ),
)
"""Object, column that is absent, column that is there, and what the first is then."""


class Completion:
    """Completes the rows of one object. `columns` are the fields that are filled in the end, in order."""

    def __init__(self, found: ObjectType, given: Sequence[str], now: str, default_status: str | None) -> None:
        usual = dict(_USUAL.get(found.name, {}))
        if found.name == "Lead" and default_status is not None:
            usual["Status"] = default_status
        constants: dict[str, Stored] = {name: value for name, value in usual.items() if name not in given}
        self._stamps = [name for name in ("CreatedDate", "LastModifiedDate", "SystemModstamp") if name in found]
        owners = {"OwnerId": INTEGRATION_ID, "CreatedById": ADMIN_ID, "LastModifiedById": ADMIN_ID}
        self._owners = {name: value for name, value in owners.items() if name in found}
        extra = [name for name in ("Id", *constants, *self._stamps, *self._owners) if name not in given]
        self.columns = (*given, *extra)
        self._given = len(given)
        self._tail: list[Stored] = [constants.get(name) for name in extra]
        self._at = {name: place for place, name in enumerate(self.columns)}
        self._now = now

    def complete(self, row: list[Stored], fresh: str | None) -> tuple[Stored, ...]:
        """The row with everything it needs. `fresh`: the id to give it if it has none."""
        row = row + self._tail
        at = self._at
        if row[at["Id"]] is None:
            row[at["Id"]] = fresh
        last: Stored = self._now
        for name in self._stamps:
            place = at[name]
            if row[place] is None:
                row[place] = last
            last = row[place]
        for name, value in self._owners.items():
            if row[at[name]] is None:
                row[at[name]] = value
        return tuple(row)


def follow(db: sqlite3.Connection, given: dict[str, Sequence[str]]) -> None:
    """Works out absent columns from those that are there. `given`: object → columns of its file."""
    for object_name, absent, present, what in _FOLLOWS:
        columns = given.get(object_name)
        if columns is not None and absent not in columns and present in columns:
            db.execute(f'UPDATE "{object_name}" SET "{absent}" = {what}')
