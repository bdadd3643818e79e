"""The people in Salesforce."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from connector.mapping import load
from connector.sandbox.salesforce.base import ADMIN_ID, INTEGRATION_ID
from connector.sandbox.salesforce.catalogue.types import FieldType, PicklistValue
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.adapters.salesforce.world import fields_of_ours
from tests.parity.humans import CAMPAIGNS, CONVERTED, DAY, INACTIVE, OWNERS, Human, ago
from tests.parity.laid import (
    BORN,
    LISTED,
    ON_CONTACTS,
    account_age,
    contacts,
    day,
    deals_of,
    everybody,
    midnight,
    place_of,
    wakes,
)


class SalesforceFirm:
    """In Salesforce."""

    crm = "salesforce"
    box: Sandbox[Org]
    _human = Options(user_id=ADMIN_ID, auto_assign=False)
    _prefixes: Mapping[str, str] = {
        "lead": "00Q", "contact": "003", "account": "001", "deal": "006", "user": "005", "campaign": "701",
    }  # fmt: skip

    def __init__(self, org: Org, people: Sequence[Human]) -> None:
        self.ids: dict[str, str] = {ADMIN_ID: "admin", INTEGRATION_ID: "us"}
        self._of: dict[str, str] = {}
        self.org = org
        self._set_up()
        self._load(people)

    def edit(self, key: str, status: str) -> None:
        (done,) = self.org.update("Lead", [{"Id": self._of[key], "Status": status}], self._human)
        assert done.success, done.errors

    def delete(self, key: str) -> None:
        (done,) = self.org.delete("Lead", [self._of[key]], self._human)
        assert done.success, done.errors

    def status(self, key: str) -> str | None:
        query = 'SELECT "Status" FROM "Lead" WHERE "Id" = ? AND "IsDeleted" = 0'
        found = self.org.storage.reader().execute(query, (self._of[key],)).fetchone()
        return found[0] if found else None

    def id(self, kind: str, key: str) -> str:
        """The record of that key."""
        if key not in self._of:
            made = to18(f"{self._prefixes[kind]}5g0000{place_of(key, len(self._of)):06d}")
            assert made is not None
            self._of[key], self.ids[made] = made, key
        return self._of[key]

    def _set_up(self) -> None:
        org, mapping = self.org, load("salesforce")
        for name in ("lead", "contact"):
            for field in fields_of_ours(mapping, name):
                if field.name == "Contact_Status__c":
                    field = _with_values(field)
                org.add_field(mapping.object(name).api, field)
        with org.storage.transaction() as db:
            db.execute('DELETE FROM "LeadStatus"')
            db.execute("UPDATE Organization SET TimeZoneSidKey = 'GMT'")
        rows = [[text, text, at, at == 2, text == CONVERTED, ago(BORN)] for at, text in enumerate(LISTED, 1)]
        org.load("LeadStatus", ["MasterLabel", "ApiName", "SortOrder", "IsDefault", "IsConverted", "CreatedDate"], rows)
        users = [
            [
                self.id("user", name),
                f"{name}@example.com".replace(" ", "."),
                *name.split(),
                "sandbox",
                name not in INACTIVE,
            ]
            for name in OWNERS
        ]
        org.load("User", ["Id", "Username", "FirstName", "LastName", "Department", "IsActive"], users)
        campaigns = [[self.id("campaign", name), name, kind, on, ago(BORN)] for name, kind, on in CAMPAIGNS]
        org.load("Campaign", ["Id", "Name", "Type", "IsActive", "CreatedDate"], campaigns)

    def _load(self, people: Sequence[Human]) -> None:
        org, found = self.org, list(everybody(people))
        org.load(
            "Account",
            ["Id", "Name", "CreatedDate", "NumberOfEmployees", "OwnerId"],
            map(self._account, contacts(people)),
        )
        org.load("Contact", _SF_CONTACT, map(self._contact, contacts(people)))
        org.load("Lead", _SF_LEAD, [self._lead(one, people) for one in found if one.object == "lead"])
        for object, field in (("Lead", "Status"), ("Contact", "Contact_Status__c")):
            columns = [f"{object}Id", "Field", "OldValue", "NewValue", "CreatedDate", "CreatedById"]
            rows = [
                [self._of[one.key], field, m.before, m.after, ago(m.ago), self._of[m.by]]
                for one in found
                if one.object == object.lower()
                for m in one.moves
            ]
            org.load(f"{object}History", columns, rows)
        tasks = [
            [self._of[one.key], text, "Completed", 1, ago(at), ago(at), self._of[one.owner]]
            for one in found
            for at, text in one.did
        ]
        org.load(
            "Task", ["WhoId", "Subject", "Status", "IsClosed", "CompletedDateTime", "CreatedDate", "OwnerId"], tasks
        )
        self._campaigns(found)
        self._deals(contacts(people))

    def _campaigns(self, people: Sequence[Human]) -> None:
        for object in ("lead", "contact"):
            rows = [
                [self._of[CAMPAIGNS[which][0]], self._of[one.key], "Responded", 1, day(at), midnight(at)]
                for one in people
                if one.object == object
                for at, which in one.responded
            ]
            columns = [
                "CampaignId",
                f"{object.title()}Id",
                "Status",
                "HasResponded",
                "FirstRespondedDate",
                "CreatedDate",
            ]
            self.org.load("CampaignMember", columns, rows)

    def _deals(self, people: Iterable[Human]) -> None:
        deals, roles = [], []
        for one, number, deal in deals_of(people):
            id = self.id("deal", f"{one.key}-deal{number}")
            stage = {"open": "Prospecting", "won": "Closed Won", "lost": "Closed Lost"}[deal.state]
            closes = day(deal.closed * DAY)
            closed, won = deal.state != "open", deal.state == "won"
            account = self._of[f"{one.key}-account"]
            deals.append([id, f"{one.key} deal", account, stage, closed, won, closes, ago(deal.created * DAY)])
            roles.append([id, self._of[one.key], ago(deal.created * DAY)])
        columns = ["Id", "Name", "AccountId", "StageName", "IsClosed", "IsWon", "CloseDate", "CreatedDate"]
        self.org.load("Opportunity", columns, deals)
        self.org.load("OpportunityContactRole", ["OpportunityId", "ContactId", "CreatedDate"], roles)

    def _account(self, one: Human) -> list[Any]:
        id = self.id("account", f"{one.key}-account")
        return [id, one.company, ago(account_age(one)), one.employees, self._of[one.owner]]

    def _contact(self, one: Human) -> list[Any]:
        return [
            self.id("contact", one.key), "Jo", one.key, one.email, one.status, one.title, one.country, one.source,
            self._of[f"{one.key}-account"], self._of[one.owner], ago(one.created), one.reason, wakes(one),
        ]  # fmt: skip

    def _lead(self, one: Human, people: Sequence[Human]) -> list[Any]:
        contact = one.key.removesuffix("-lead") if one.key.endswith("-lead") else None
        converted = contact is not None
        return [
            self.id("lead", one.key), "Jo", one.key, one.email, one.status, one.title, one.country, one.source,
            one.company, one.employees, self._of[one.owner], ago(one.created), one.reason, wakes(one), converted,
            day(one.moves[-1].ago) if converted else None,
            self._of[contact] if contact else None, self._of[f"{contact}-account"] if contact else None,
        ]  # fmt: skip


_SF_CONTACT = [
    "Id", "FirstName", "LastName", "Email", "Contact_Status__c", "Title", "MailingCountry", "LeadSource", "AccountId",
    "OwnerId", "CreatedDate", "Status_Reason__c", "Wake_Up_Date__c",
]  # fmt: skip
_SF_LEAD = [
    "Id", "FirstName", "LastName", "Email", "Status", "Title", "Country", "LeadSource", "Company", "NumberOfEmployees",
    "OwnerId", "CreatedDate", "Status_Reason__c", "Wake_Up_Date__c", "IsConverted", "ConvertedDate",
    "ConvertedContactId", "ConvertedAccountId",
]  # fmt: skip


def _with_values(field: FieldType) -> FieldType:
    values = tuple(PicklistValue(value=text, label=text) for text in ON_CONTACTS)
    return replace(field, type="picklist", picklist=values)
