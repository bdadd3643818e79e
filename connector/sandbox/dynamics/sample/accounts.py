"""Accounts, contacts and opportunities, as rows."""

from __future__ import annotations

from connector.sandbox.dynamics.base import CURRENCY_ID
from connector.sandbox.dynamics.dml import audit
from connector.sandbox.dynamics.sample.audits import Audits
from connector.sandbox.dynamics.sample.rows import OWNED, Mint, Put, stamp
from connector.sandbox.dynamics.sample.staff import Firm
from connector.sandbox.dynamics.sample.values import BOUNCED_ON, DEAL_TYPE, Choices
from connector.sandbox.sample import details
from connector.sandbox.sample.companies import Company
from connector.sandbox.sample.life import Deal, Life
from connector.sandbox.sample.people import Human
from connector.sandbox.sample.times import date

ACCOUNT_COLUMNS = (
    "accountid", "name", "customertypecode", "address1_line1", "address1_city", "address1_postalcode",
    "address1_country", "telephone1", "websiteurl", "industrycode", "revenue", "transactioncurrencyid",
    "numberofemployees", "statecode", "statuscode", *OWNED,
)  # fmt: skip
CONTACT_COLUMNS = (
    "contactid", "parentcustomerid", "parentcustomerid__type", "originatingleadid", "salutation", "firstname",
    "lastname", "jobtitle", "department", "address1_line1", "address1_city", "address1_postalcode", "address1_country",
    "telephone1", "mobilephone", "emailaddress1", "leadsourcecode", "statecode", "statuscode", "donotbulkemail",
    "donotphone", BOUNCED_ON, *OWNED,
)  # fmt: skip
DEAL_COLUMNS = (
    "opportunityid", "name", "customerid", "customerid__type", "parentaccountid", "parentcontactid",
    "originatingleadid", DEAL_TYPE, "statecode", "statuscode", "salesstage", "stepname", "closeprobability",
    "estimatedvalue", "actualvalue", "transactioncurrencyid", "estimatedclosedate", "actualclosedate", *OWNED,
)  # fmt: skip

_PROSPECT, _CUSTOMER = 8, 3
_STAGES = ((0, "1-Qualify", 10), (1, "2-Develop", 20), (2, "3-Propose", 75), (3, "4-Close", 90))
_OUTCOMES = {"open": (0, 1), "won": (1, 3), "lost": (2, 5)}


class Accounts:
    """Writes accounts, contacts and opportunities."""

    def __init__(self, now: int, firm: Firm, choices: Choices, audits: Audits, mint: Mint, put: Put) -> None:
        self._now = now
        self._firm = firm
        self._choices = choices
        self._audits = audits
        self._mint = mint
        self._put = put

    def new_contact(self) -> str:
        """A fresh id for a contact."""
        return self._mint("contact")

    def account(self, company: Company, owner: str, made: int, kind: str) -> str:
        """Writes an account; answers its id. `kind`: Prospect, or Customer - Direct."""
        account = self._mint("account")
        at = stamp(made)
        self._put(
            "account",
            ACCOUNT_COLUMNS,
            (
                account, company.name, _PROSPECT if kind == "Prospect" else _CUSTOMER, company.street, company.city,
                company.postal_code, company.country.name, company.phone, f"https://www.{company.domain}",
                self._choices.number("account", "industrycode", company.industry), company.revenue, CURRENCY_ID,
                company.employees, 0, 1, at, owner, at, owner, *self._firm.owner(owner),
            ),
        )  # fmt: skip
        return account

    def contact(
        self, contact: str, life: Life, human: Human, company: Company, account: str, made: int, active: int
    ) -> None:
        """Writes a contact. `made`: when it was created. Nothing in the record tells of its last activity."""
        by = life.turns[0].by
        retitled = details.retitled(made, self._now)
        modified = max(made, life.bounced or 0, retitled or 0)
        self._put(
            "contact",
            CONTACT_COLUMNS,
            (
                contact, account, "account", None, human.salutation, human.first, human.last, human.role.title,
                human.role.department, company.street, company.city, company.postal_code, company.country.name,
                human.phone, human.mobile, life.email or human.email,
                self._choices.number("contact", "leadsourcecode", life.source), 0, 1, int(details.opted_out(made)),
                int(details.no_calls(made)), stamp(life.bounced) if life.bounced else None, stamp(made), by,
                stamp(modified), by, *self._firm.owner(life.owner),
            ),
        )  # fmt: skip
        if retitled is not None:
            was, now = {"jobtitle": "Assistant"}, {"jobtitle": human.role.title}
            self._audits.write("contact", contact, retitled, by, audit.UPDATE, was, now)

    def deal(self, deal: Deal, account: str, contact: str, company: Company, life: Life) -> str:
        """Writes an opportunity of the account, in which the contact is the one to talk to; answers its id."""
        opportunity = self._mint("opportunity")
        state, status = _OUTCOMES[deal.outcome]
        stage, step, probability = _STAGES[deal.created % len(_STAGES)]
        amount = details.amount(deal)
        made, modified = stamp(deal.created), stamp(deal.closed if deal.closed is not None else deal.created)
        closes = date(details.closes(deal, self._now))
        self._put(
            "opportunity",
            DEAL_COLUMNS,
            (
                opportunity, f"{company.name}: {deal.kind}"[:300], account, "account", account, contact, None,
                self._choices.number("opportunity", DEAL_TYPE, deal.kind), state, status, stage, step,
                100 if deal.outcome == "won" else 0 if deal.outcome == "lost" else probability, amount,
                amount if deal.outcome == "won" else 0.0 if deal.outcome == "lost" else None, CURRENCY_ID, closes,
                closes if deal.closed is not None else None, made, life.owner, modified, life.owner,
                *self._firm.owner(life.owner),
            ),
        )  # fmt: skip
        return opportunity
