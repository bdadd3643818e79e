"""Campaigns and their members, as rows."""

from __future__ import annotations

import sqlite3

from connector.sandbox.salesforce.sample.owners import Mint, Put
from connector.sandbox.salesforce.sample.times import stamp
from connector.sandbox.sample.campaigns import CAMPAIGNS
from connector.sandbox.sample.companies import Company
from connector.sandbox.sample.life import Life
from connector.sandbox.sample.people import Human
from connector.sandbox.sample.staff import Staff
from connector.sandbox.sample.times import DAY, date

CAMPAIGN_COLUMNS = (
    "Id", "Name", "Type", "Status", "StartDate", "EndDate", "IsActive", "OwnerId", "IsDeleted", "NumberOfLeads",
    "NumberOfConvertedLeads", "NumberOfContacts", "NumberOfResponses", "NumberOfOpportunities",
    "NumberOfWonOpportunities", "AmountAllOpportunities", "AmountWonOpportunities", "CreatedDate", "CreatedById",
    "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip
STATUS_COLUMNS = (
    "Id", "CampaignId", "Label", "SortOrder", "IsDefault", "HasResponded", "IsDeleted", "CreatedDate", "CreatedById",
    "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip
MEMBER_COLUMNS = (
    "Id", "CampaignId", "LeadId", "ContactId", "Status", "HasResponded", "FirstRespondedDate", "IsDeleted", "Type",
    "LeadOrContactId", "LeadOrContactOwnerId", "FirstName", "LastName", "Title", "CompanyOrAccount", "Email",
    "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip


def announce(now: int, staff: Staff, mint: Mint, put: Put) -> dict[str, str]:
    """Writes the campaigns and their member statuses; answers key → campaign id."""
    ids = {}
    for number, (key, kind) in enumerate(CAMPAIGNS.items()):
        campaign = ids[key] = mint("Campaign")
        owner = staff.marketers[number % len(staff.marketers)]
        started = now - kind.started * DAY
        made = stamp(started - 20 * DAY)
        ended = None if kind.ended is None else date(now - kind.ended * DAY)
        put(
            "Campaign",
            CAMPAIGN_COLUMNS,
            (
                campaign, kind.name, kind.type, "Completed" if ended else "In Progress", date(started), ended,
                int(ended is None), owner, 0, 0, 0, 0, 0, 0, 0, 0.0, 0.0, made, owner, made, owner, made,
            ),
        )  # fmt: skip
        for order, (label, responded) in enumerate((("Sent", 0), ("Responded", 1)), start=1):
            put(
                "CampaignMemberStatus",
                STATUS_COLUMNS,
                (
                    mint("CampaignMemberStatus"), campaign, label, order, 1 - responded, responded, 0, made, owner,
                    made, owner, made,
                ),
            )  # fmt: skip
    return ids


def sum_up(db: sqlite3.Connection) -> None:
    """Brings the numbers of leads, contacts and responses on each campaign up to date."""
    db.execute(
        """UPDATE Campaign SET NumberOfLeads = n.leads, NumberOfConvertedLeads = n.converted,
             NumberOfContacts = n.contacts, NumberOfResponses = n.responses
           FROM (SELECT CampaignId, COUNT(LeadId) - COUNT(LeadId || ContactId) AS leads,
                   COUNT(LeadId || ContactId) AS converted, COUNT(ContactId) AS contacts, SUM(HasResponded) AS responses
                 FROM CampaignMember GROUP BY CampaignId) AS n
           WHERE n.CampaignId = Campaign.Id"""
    )


class Members:
    """Writes campaign members."""

    def __init__(self, campaigns: dict[str, str], staff: Staff, mint: Mint, put: Put) -> None:
        self._campaigns = campaigns
        self._by = staff.automation
        self._mint = mint
        self._put = put

    def write(self, life: Life, who: Human, company: Company, *, lead: str | None, contact: str | None) -> None:
        """The memberships of one person; a converted lead's name both records."""
        for campaign, at, responded in life.joined:
            made = stamp(at)
            moved = max(at, responded or 0)
            self._put(
                "CampaignMember",
                MEMBER_COLUMNS,
                (
                    self._mint("CampaignMember"), self._campaigns[campaign], lead, contact,
                    "Responded" if responded else "Sent", int(responded is not None),
                    None if responded is None else date(responded), 0, "Contact" if contact else "Lead",
                    contact or lead, life.owner, who.first, who.last, who.role.title, company.name,
                    life.email or who.email, made, self._by, stamp(moved), self._by, stamp(moved),
                ),
            )  # fmt: skip
