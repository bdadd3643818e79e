"""Leads and their field history, as rows."""

from __future__ import annotations

from connector.sandbox.salesforce.sample.owners import Mint, Put
from connector.sandbox.salesforce.sample.times import stamp
from connector.sandbox.sample import details
from connector.sandbox.sample.books import Became
from connector.sandbox.sample.companies import Company
from connector.sandbox.sample.life import Life
from connector.sandbox.sample.people import Human
from connector.sandbox.sample.staff import Staff
from connector.sandbox.sample.times import date

LEAD_COLUMNS = (
    "Id", "IsDeleted", "MasterRecordId", "Salutation", "FirstName", "LastName", "Title", "Company", "Street",
    "City", "PostalCode", "Country", "Phone", "MobilePhone", "Email", "Description", "LeadSource", "Status", "Industry",
    "Rating", "AnnualRevenue", "NumberOfEmployees", "OwnerId", "IsConverted", "ConvertedDate", "ConvertedAccountId",
    "ConvertedContactId", "ConvertedOpportunityId", "IsUnreadByOwner", "EmailBouncedReason", "EmailBouncedDate",
    "HasOptedOutOfEmail", "DoNotCall", "LastActivityDate", "CreatedDate", "CreatedById", "LastModifiedDate",
    "LastModifiedById", "SystemModstamp",
)  # fmt: skip
HISTORY_COLUMNS = (
    "Id", "IsDeleted", "LeadId", "CreatedById", "CreatedDate", "Field", "DataType", "OldValue", "NewValue",
)  # fmt: skip


class Leads:
    """Writes leads with their history."""

    def __init__(self, now: int, staff: Staff, mint: Mint, put: Put) -> None:
        self._now = now
        self._staff = staff
        self._mint = mint
        self._put = put

    def new(self) -> str:
        """A fresh id for a lead."""
        return self._mint("Lead")

    def write(
        self, lead: str, life: Life, human: Human, company: Company, *, active: int = 0, became: Became | None = None
    ) -> None:
        """The record and its history. `active`: the moment of the last activity, 0 for none."""
        self._record(lead, life, human, company, active, became)
        self._history(lead, life, became)

    def ghost(self, life: Life, human: Human, company: Company, winner: str | None) -> None:
        """A second record of the same human that was deleted, or merged into `winner`."""
        self._record(self._mint("Lead"), life, human, company, 0, None, deleted=True, winner=winner)

    def _record(
        self, lead: str, life: Life, human: Human, company: Company, active: int, became: Became | None,
        *, deleted: bool = False, winner: str | None = None,
    ) -> None:  # fmt: skip
        first, last = life.turns[0], life.turns[-1]
        modified = max(last.at, life.bounced or 0, became.at if became else 0)
        self._put(
            "Lead",
            LEAD_COLUMNS,
            (
                lead, int(deleted), winner, human.salutation, human.first, human.last, human.role.title, company.name,
                company.street, company.city, company.postal_code, company.country.name,
                human.phone, human.mobile, life.email or human.email, details.note(first.at), life.source,
                last.status, company.industry, details.rating(first.at), company.revenue, company.employees,
                life.owner, int(became is not None), date(became.at) if became else None,
                became.account if became else None, became.contact if became else None,
                became.opportunity if became else None, int(len(life.turns) == 1),
                details.BOUNCE if life.bounced else None, stamp(life.bounced) if life.bounced else None,
                int(details.opted_out(first.at)), int(details.no_calls(first.at)), date(active) if active else None,
                stamp(first.at), first.by, stamp(modified), last.by, stamp(max(modified, active)),
            ),
        )  # fmt: skip

    def _history(self, lead: str, life: Life, became: Became | None) -> None:
        turns = life.turns
        self._change(lead, turns[0].at, turns[0].by, "created", "Text", None, None)
        before = turns[0].status
        for at, by, status in turns[1:]:
            self._change(lead, at, by, "Status", "EnumOrId", before, status)
            before = status
        if len(turns) > 2 and life.owner in self._staff.ldrs:  # handed over by the queue: one row of names, one of ids
            at, by, _ = turns[1]
            names, queue = self._staff.names, self._staff.inbound
            self._change(lead, at, by, "Owner", "Text", names[queue], names[life.owner])
            self._change(lead, at, by, "Owner", "EntityId", queue, life.owner)
        if became is not None:
            self._change(lead, became.at, turns[-1].by, "leadConverted", "Text", None, None)

    def _change(
        self, lead: str, at: int, by: str, field: str, type_: str, before: str | None, after: str | None
    ) -> None:
        row = (self._mint("LeadHistory"), 0, lead, by, stamp(at), field, type_, before, after)
        self._put("LeadHistory", HISTORY_COLUMNS, row)
