"""Accounts, contacts, and the opportunities they take part in, as rows."""

from __future__ import annotations

from connector.sandbox.salesforce.sample.owners import Mint, Put
from connector.sandbox.salesforce.sample.times import stamp
from connector.sandbox.sample import details
from connector.sandbox.sample.companies import Company
from connector.sandbox.sample.life import Deal, Life
from connector.sandbox.sample.people import Human
from connector.sandbox.sample.times import date

ACCOUNT_COLUMNS = (
    "Id", "IsDeleted", "Name", "Type", "BillingStreet", "BillingCity", "BillingPostalCode", "BillingCountry", "Phone",
    "Website", "Industry", "AnnualRevenue", "NumberOfEmployees", "OwnerId", "CreatedDate", "CreatedById",
    "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip
CONTACT_COLUMNS = (
    "Id", "IsDeleted", "AccountId", "Salutation", "FirstName", "LastName", "Title", "Department",
    "MailingStreet", "MailingCity", "MailingPostalCode", "MailingCountry", "Phone", "MobilePhone", "Email",
    "LeadSource", "OwnerId", "EmailBouncedReason", "EmailBouncedDate", "IsEmailBounced",
    "HasOptedOutOfEmail", "DoNotCall", "LastActivityDate", "CreatedDate", "CreatedById", "LastModifiedDate",
    "LastModifiedById", "SystemModstamp",
)  # fmt: skip
HISTORY_COLUMNS = (
    "Id", "IsDeleted", "ContactId", "CreatedById", "CreatedDate", "Field", "DataType", "OldValue", "NewValue",
)  # fmt: skip
DEAL_COLUMNS = (
    "Id", "IsDeleted", "AccountId", "IsPrivate", "Name", "StageName", "Amount", "Probability", "ExpectedRevenue",
    "CloseDate", "Type", "LeadSource", "IsClosed", "IsWon", "ForecastCategory", "ForecastCategoryName",
    "HasOpportunityLineItem", "OwnerId", "ContactId", "CreatedDate", "CreatedById", "LastModifiedDate",
    "LastModifiedById", "SystemModstamp",
)  # fmt: skip
ROLE_COLUMNS = (
    "Id", "OpportunityId", "ContactId", "Role", "IsPrimary", "IsDeleted", "CreatedDate", "CreatedById",
    "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip

_STAGES = (
    ("Qualification", 10.0, "Pipeline", "Pipeline"),
    ("Needs Analysis", 20.0, "Pipeline", "Pipeline"),
    ("Proposal/Price Quote", 75.0, "MostLikely", "Most Likely"),
    ("Negotiation/Review", 90.0, "Forecast", "Commit"),
)
_WON = ("Closed Won", 100.0, "Closed", "Closed")
_LOST = ("Closed Lost", 0.0, "Omitted", "Omitted")


class Accounts:
    """Writes accounts, contacts, opportunities and contact roles."""

    def __init__(self, now: int, mint: Mint, put: Put) -> None:
        self._now = now
        self._mint = mint
        self._put = put

    def new_contact(self) -> str:
        """A fresh id for a contact."""
        return self._mint("Contact")

    def account(self, company: Company, owner: str, made: int, kind: str) -> str:
        """Writes an account; answers its id. `kind`: Prospect, or Customer - Direct."""
        account = self._mint("Account")
        at = stamp(made)
        self._put(
            "Account",
            ACCOUNT_COLUMNS,
            (
                account, 0, company.name, kind, company.street, company.city, company.postal_code,
                company.country.name, company.phone, f"https://www.{company.domain}", company.industry, company.revenue,
                company.employees, owner, at, owner, at, owner, at,
            ),
        )  # fmt: skip
        return account

    def contact(
        self, contact: str, life: Life, human: Human, company: Company, account: str, made: int, active: int
    ) -> None:
        """Writes a contact. `made`: when it was created. `active`: the moment of the last activity, 0 for none."""
        by = life.turns[0].by
        modified = max(made, life.bounced or 0)
        retitled = details.retitled(made, self._now)
        if retitled is not None:
            modified = max(modified, retitled)
        self._put(
            "Contact",
            CONTACT_COLUMNS,
            (
                contact, 0, account, human.salutation, human.first, human.last,
                human.role.title, human.role.department, company.street, company.city, company.postal_code,
                company.country.name, human.phone, human.mobile, life.email or human.email, life.source, life.owner,
                details.BOUNCE if life.bounced else None, stamp(life.bounced) if life.bounced else None,
                int(life.bounced is not None), int(details.opted_out(made)), int(details.no_calls(made)),
                date(active) if active else None, stamp(made), by, stamp(modified), by, stamp(max(modified, active)),
            ),
        )  # fmt: skip
        if retitled is not None:
            row = (
                self._mint("ContactHistory"), 0, contact, by, stamp(modified), "Title", "Text", "Assistant",
                human.role.title,
            )  # fmt: skip
            self._put("ContactHistory", HISTORY_COLUMNS, row)

    def deal(self, deal: Deal, account: str, contact: str, company: Company, life: Life) -> str:
        """Writes an opportunity and the contact's role in it; answers the opportunity's id."""
        opportunity = self._mint("Opportunity")
        won, lost = deal.outcome == "won", deal.outcome == "lost"
        stage = _WON if won else _LOST if lost else _STAGES[deal.created % len(_STAGES)]
        amount = details.amount(deal)
        made = stamp(deal.created)
        closes = details.closes(deal, self._now)
        modified = stamp(deal.closed if deal.closed is not None else deal.created)
        self._put(
            "Opportunity",
            DEAL_COLUMNS,
            (
                opportunity, 0, account, 0, f"{company.name}: {deal.kind}"[:120], stage[0], amount, stage[1],
                amount * stage[1] / 100, date(closes), deal.kind, life.source, int(won or lost), int(won), stage[2],
                stage[3], 0, life.owner, contact, made, life.owner, modified, life.owner, modified,
            ),
        )  # fmt: skip
        self._put(
            "OpportunityContactRole",
            ROLE_COLUMNS,
            (
                self._mint("OpportunityContactRole"), opportunity, contact, details.contact_role(deal), 1, 0,
                made, life.owner, made, life.owner, made,
            ),
        )  # fmt: skip
        return opportunity
