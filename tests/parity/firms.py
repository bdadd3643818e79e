"""The same people in both CRMs: loaded as they are, each under the ids and in the words of its CRM."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import msgspec
from msgspec.structs import replace

from connector.mapping import load
from connector.sandbox.dynamics import base as dynamics
from connector.sandbox.dynamics.catalogue import Option
from connector.sandbox.dynamics.dml.request import Options as DynamicsOptions
from connector.sandbox.dynamics.org import Org as DynamicsOrg
from connector.sandbox.salesforce.base import ADMIN_ID, INTEGRATION_ID
from connector.sandbox.salesforce.catalogue.types import PicklistValue
from connector.sandbox.salesforce.dml.results import Options
from connector.sandbox.salesforce.ids import to18
from connector.sandbox.salesforce.org import Org
from connector.sandbox.server import Sandbox
from tests.adapters.dynamics.ours import DISQUALIFIED, FIRST, OPEN, QUALIFIED, add_columns
from tests.adapters.salesforce.world import fields_of_ours
from tests.parity.humans import (
    CAMPAIGNS,
    CLOSED,
    CONTACT_STATUSES,
    CONVERTED,
    DAY,
    INACTIVE,
    OWNERS,
    SOURCES,
    STATUSES,
    TYPED,
    Deal,
    Human,
    ago,
)

LISTED = (*STATUSES, *TYPED, CONVERTED)
"""Status values that both CRMs offer on leads, in this order."""
ON_CONTACTS = (*CONTACT_STATUSES, *TYPED)
BORN = 900 * DAY


class Firm(Protocol):
    """A served CRM with these people. `ids`: id → our key of whoever or whatever has it."""

    crm: str
    ids: dict[str, str]
    box: Sandbox[Any]

    def edit(self, key: str, status: str) -> None:
        """A colleague gives a lead another status."""

    def delete(self, key: str) -> None:
        """A colleague deletes a lead."""

    def status(self, key: str) -> str | None:
        """The status of a lead, straight from the CRM's own store; None if it is gone."""


def everybody(people: Sequence[Human]) -> Iterator[Human]:
    """With the leads that contacts came from."""
    for one in people:
        if one.lead is not None:
            yield one.lead
        yield one


class SalesforceFirm:
    """In Salesforce."""

    crm = "salesforce"
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
            made = to18(f"{self._prefixes[kind]}5g0000{_number(key, len(self._of)):06d}")
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
            map(self._account, _contacts(people)),
        )
        org.load("Contact", _SF_CONTACT, map(self._contact, _contacts(people)))
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
        self._deals(_contacts(people))

    def _campaigns(self, people: Sequence[Human]) -> None:
        for object in ("lead", "contact"):
            rows = [
                [self._of[CAMPAIGNS[which][0]], self._of[one.key], "Responded", 1, _day(at), _midnight(at)]
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
        for one, number, deal in _deals(people):
            id = self.id("deal", f"{one.key}-deal{number}")
            stage = {"open": "Prospecting", "won": "Closed Won", "lost": "Closed Lost"}[deal.state]
            closes = _day(deal.closed * DAY)
            closed, won = deal.state != "open", deal.state == "won"
            account = self._of[f"{one.key}-account"]
            deals.append([id, f"{one.key} deal", account, stage, closed, won, closes, ago(deal.created * DAY)])
            roles.append([id, self._of[one.key], ago(deal.created * DAY)])
        columns = ["Id", "Name", "AccountId", "StageName", "IsClosed", "IsWon", "CloseDate", "CreatedDate"]
        self.org.load("Opportunity", columns, deals)
        self.org.load("OpportunityContactRole", ["OpportunityId", "ContactId", "CreatedDate"], roles)

    def _account(self, one: Human) -> list[Any]:
        id = self.id("account", f"{one.key}-account")
        return [id, one.company, ago(_account_age(one)), one.employees, self._of[one.owner]]

    def _contact(self, one: Human) -> list[Any]:
        return [
            self.id("contact", one.key), "Jo", one.key, one.email, one.status, one.title, one.country, one.source,
            self._of[f"{one.key}-account"], self._of[one.owner], ago(one.created), one.reason, _wakes(one),
        ]  # fmt: skip

    def _lead(self, one: Human, people: Sequence[Human]) -> list[Any]:
        contact = one.key.removesuffix("-lead") if one.key.endswith("-lead") else None
        converted = contact is not None
        return [
            self.id("lead", one.key), "Jo", one.key, one.email, one.status, one.title, one.country, one.source,
            one.company, one.employees, self._of[one.owner], ago(one.created), one.reason, _wakes(one), converted,
            _day(one.moves[-1].ago) if converted else None,
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


class DynamicsFirm:
    """In Dynamics."""

    crm = "dynamics"
    _human = DynamicsOptions(user_id=dynamics.ADMIN_ID)

    def __init__(self, org: DynamicsOrg, people: Sequence[Human]) -> None:
        self.ids: dict[str, str] = {dynamics.ADMIN_ID: "admin", dynamics.INTEGRATION_ID: "us"}
        self._of: dict[str, str] = {}
        self.org = org
        self._set_up()
        self._load(people)

    def edit(self, key: str, status: str) -> None:
        values = {"statecode": _state(status), "statuscode": self._reasons[status]}
        self.org.update(self.org.entities["lead"], self._of[key], values, self._human)

    def delete(self, key: str) -> None:
        self.org.delete(self.org.entities["lead"], self._of[key], self._human)

    def status(self, key: str) -> str | None:
        query = "SELECT statuscode FROM lead WHERE leadid = ?"
        found = self.org.storage.reader().execute(query, (self._of[key],)).fetchone()
        labels = {number: label for label, number in self._reasons.items()}
        return labels[found[0]] if found else None

    def id(self, key: str) -> str:
        """The row of that key."""
        if key not in self._of:
            made = f"{_number(key, len(self._of)):08x}-0000-4000-8000-{zlib.crc32(key.encode()):012x}"
            self._of[key], self.ids[made] = made, key
        return self._of[key]

    def _set_up(self) -> None:
        org = self.org
        add_columns(org, load("dynamics"), ON_CONTACTS)
        org.rules.closed_rows = "accept"
        self._reasons = {text: FIRST + at for at, text in enumerate(LISTED)}
        lead = org.entities["lead"]
        reasons = tuple(Option(value=value, label=text, state=_state(text)) for text, value in self._reasons.items())
        status = replace(lead.by_name["statuscode"], options=reasons, default=self._reasons["Inquiry"])
        defaults = {
            0: self._reasons["Inquiry"], 1: self._reasons[CONVERTED], 2: self._reasons["Disqualified"],
        }  # fmt: skip
        states = lead.by_name["statecode"]
        options = tuple(replace(one, default_status=defaults[one.value]) for one in states.options)
        org.define(lead.with_attribute(status).with_attribute(replace(states, options=options)))
        self._sources = {name: self._with_sources(name) for name in ("lead", "contact")}
        self._statuses = _numbers(org, "contact", "conn_contactstatus")
        self._types = self._campaign_types()
        users = [[self.id(name), *name.split(), name in INACTIVE, dynamics.BUSINESS_UNIT_ID] for name in OWNERS]
        org.load("systemuser", ["systemuserid", "firstname", "lastname", "isdisabled", "businessunitid"], users)
        campaigns = [
            [self.id(name), name, self._types[kind], 0 if on else 1, ago(BORN)] for name, kind, on in CAMPAIGNS
        ]
        org.load("campaign", ["campaignid", "name", "typecode", "statecode", "createdon"], campaigns)

    def _with_sources(self, name: str) -> dict[str, int]:
        entity = self.org.entities[name]
        column = entity.by_name["leadsourcecode"]
        options = tuple(Option(value=FIRST + at, label=text) for at, text in enumerate(SOURCES) if text)
        self.org.define(entity.with_attribute(replace(column, options=options, default=None)))
        return {one.label: one.value for one in options}

    def _campaign_types(self) -> dict[str, int]:
        entity = self.org.entities["campaign"]
        column = entity.by_name["typecode"]
        options = tuple(Option(value=FIRST + at, label=kind) for at, (_, kind, _) in enumerate(CAMPAIGNS))
        self.org.define(entity.with_attribute(replace(column, options=options, default=None)))
        return {one.label: one.value for one in options}

    def _load(self, people: Sequence[Human]) -> None:
        org, found = self.org, list(everybody(people))
        columns = ["accountid", "name", "createdon", "numberofemployees", "ownerid"]
        org.load("account", columns, map(self._account, _contacts(people)))
        org.load("lead", _DY_LEAD, [self._lead(one) for one in found if one.object == "lead"])
        org.load("contact", _DY_CONTACT, map(self._contact, _contacts(people)))
        self._audit(found)
        tasks = [
            [self._of[one.key], one.object, text, 1, 5, ago(at), ago(at), self._of[one.owner]]
            for one in found
            for at, text in one.did
        ]
        columns = ["regardingobjectid", "regardingobjectid__type", "subject", "statecode", "statuscode", "actualend"]
        org.load("task", [*columns, "createdon", "ownerid"], tasks)
        self._responses(found)
        self._deals(_contacts(people))

    def _audit(self, people: Sequence[Human]) -> None:
        rows = []
        for one in people:
            name = "statuscode" if one.object == "lead" else "conn_contactstatus"
            numbers = self._reasons if one.object == "lead" else self._statuses
            mask = str(self.org.entities[one.object].by_name[name].number)
            for move in one.moves:
                before, after = (None if text is None else str(numbers[text]) for text in (move.before, move.after))
                change = [{"logicalName": name, "oldValue": before, "newValue": after}]
                data = msgspec.json.encode({"changedAttributes": change}).decode()
                who = self._of[move.by]
                rows.append([self._of[one.key], one.object, one.object, 2, 2, mask, data, who, ago(move.ago)])
        columns = ["objectid", "objectid__type", "objecttypecode", "operation", "action", "attributemask", "changedata"]
        self.org.load("audit", [*columns, "userid", "createdon"], rows)

    def _responses(self, people: Sequence[Human]) -> None:
        responses, parties = [], []
        for one in people:
            for number, (at, which) in enumerate(one.responded):
                id, campaign = self.id(f"{one.key}-response{number}"), self._of[CAMPAIGNS[which][0]]
                responses.append([id, "Response", campaign, "campaign", 1, _midnight(at), _midnight(at)])
                parties.append([id, "campaignresponse", self._of[one.key], one.object, 11])
        columns = ["activityid", "subject", "regardingobjectid", "regardingobjectid__type", "responsecode"]
        self.org.load("campaignresponse", [*columns, "receivedon", "createdon"], responses)
        columns = ["activityid", "activityid__type", "partyid", "partyid__type", "participationtypemask"]
        self.org.load("activityparty", columns, parties)

    def _deals(self, people: Iterable[Human]) -> None:
        rows = []
        for one, number, deal in _deals(people):
            state, status = {"open": (0, 1), "won": (1, 3), "lost": (2, 4)}[deal.state]
            id, closes = self.id(f"{one.key}-deal{number}"), _day(deal.closed * DAY) if state else None
            account = self._of[f"{one.key}-account"]
            made = ago(deal.created * DAY)
            rows.append([id, f"{one.key} deal", self._of[one.key], account, state, status, closes, made])
        columns = ["opportunityid", "name", "parentcontactid", "parentaccountid", "statecode", "statuscode"]
        self.org.load("opportunity", [*columns, "actualclosedate", "createdon"], rows)

    def _account(self, one: Human) -> list[Any]:
        return [self.id(f"{one.key}-account"), one.company, ago(_account_age(one)), one.employees, self._of[one.owner]]

    def _contact(self, one: Human) -> list[Any]:
        status = self._statuses[one.status] if one.status is not None else None
        source = self._sources["contact"][one.source] if one.source else None
        return [
            self.id(one.key), "Jo", one.key, one.email, status, one.title, one.country, source,
            self._of[f"{one.key}-account"], "account", self._of[one.owner], ago(one.created), one.reason, _wakes(one),
            self._of[one.lead.key] if one.lead else None,
        ]  # fmt: skip

    def _lead(self, one: Human) -> list[Any]:
        assert one.status is not None
        source = self._sources["lead"][one.source] if one.source else None
        contact = one.key.removesuffix("-lead") if one.key.endswith("-lead") else None
        return [
            self.id(one.key), "Jo", one.key, one.email, _state(one.status), self._reasons[one.status], one.title,
            one.country, source, one.company, one.employees, self._of[one.owner], ago(one.created), one.reason,
            _wakes(one), self.id(contact) if contact else None, self._of[f"{contact}-account"] if contact else None,
        ]  # fmt: skip


_DY_CONTACT = [
    "contactid", "firstname", "lastname", "emailaddress1", "conn_contactstatus", "jobtitle", "address1_country",
    "leadsourcecode", "parentcustomerid", "parentcustomerid__type", "ownerid", "createdon", "conn_statusreason",
    "conn_wakeupdate", "originatingleadid",
]  # fmt: skip
_DY_LEAD = [
    "leadid", "firstname", "lastname", "emailaddress1", "statecode", "statuscode", "jobtitle", "address1_country",
    "leadsourcecode", "companyname", "numberofemployees", "ownerid", "createdon", "conn_statusreason",
    "conn_wakeupdate", "parentcontactid", "parentaccountid",
]  # fmt: skip


def _number(key: str, otherwise: int) -> int:
    """Ids stand in the order of our keys in either CRM, so that lists of people come in the same order."""
    found = re.fullmatch(r"p(\d+)(?:-[a-z]+(\d*))?", key)
    return 1_000 + 10 * int(found[1]) + int(found[2] or 0) if found else 900_000 + otherwise


def _state(text: str) -> int:
    return QUALIFIED if text == CONVERTED else DISQUALIFIED if text in CLOSED else OPEN


def _numbers(org: DynamicsOrg, entity: str, column: str) -> dict[str, int]:
    return {one.label: one.value for one in org.entities[entity].by_name[column].options}


def _with_values(field: Any) -> Any:
    values = tuple(PicklistValue(value=text, label=text) for text in ON_CONTACTS)
    return replace(field, type="picklist", picklist=values)


def _contacts(people: Iterable[Human]) -> Iterator[Human]:
    return (one for one in people if one.object == "contact")


def _deals(people: Iterable[Human]) -> Iterator[tuple[Human, int, Deal]]:
    return ((one, number, deal) for one in people for number, deal in enumerate(one.deals))


def _account_age(one: Human) -> int:
    return BORN if one.old_account else one.created


def _day(seconds: int) -> str:
    return f"{ago(seconds):%Y-%m-%d}"


def _midnight(seconds: int) -> datetime:
    return ago(seconds).replace(hour=0, minute=0, second=0)


def _wakes(one: Human) -> str | None:
    return None if one.wakes is None else _day(-one.wakes * DAY)


@contextmanager
def firms(people: Sequence[Human], folder: Path) -> Iterator[tuple[Firm, Firm]]:
    """Both, served."""
    salesforce, other = Org(), DynamicsOrg()
    one, two = SalesforceFirm(salesforce, people), DynamicsFirm(other, people)
    (folder / "salesforce").mkdir()
    (folder / "dynamics").mkdir()
    with Sandbox(salesforce) as one.box, Sandbox(other) as two.box:
        two.org.rules.closed_rows = "accept"
        yield one, two
    salesforce.close()
    other.close()
