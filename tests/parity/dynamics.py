"""The people in Dynamics."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from connector.mapping import load
from connector.sandbox.dynamics import base as dynamics
from connector.sandbox.dynamics.catalogue import Option
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.org import Org
from connector.sandbox.server import Sandbox
from tests.adapters.dynamics.ours import DISQUALIFIED, FIRST, OPEN, QUALIFIED, add_columns
from tests.parity.humans import CAMPAIGNS, CLOSED, CONVERTED, DAY, INACTIVE, OWNERS, SOURCES, Human, ago
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


class DynamicsFirm:
    """In Dynamics."""

    crm = "dynamics"
    box: Sandbox[Org]
    _human = Options(user_id=dynamics.ADMIN_ID)

    def __init__(self, org: Org, people: Sequence[Human]) -> None:
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
            made = f"{place_of(key, len(self._of)):08x}-0000-4000-8000-{zlib.crc32(key.encode()):012x}"
            self._of[key], self.ids[made] = made, key
        return self._of[key]

    def _set_up(self) -> None:
        org = self.org
        add_columns(org, load("dynamics"), ON_CONTACTS)
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
        org.load("account", columns, map(self._account, contacts(people)))
        org.load("lead", _DY_LEAD, [self._lead(one) for one in found if one.object == "lead"])
        org.load("contact", _DY_CONTACT, map(self._contact, contacts(people)))
        self._audit(found)
        tasks = [
            [self._of[one.key], one.object, text, 1, 5, ago(at), ago(at), self._of[one.owner]]
            for one in found
            for at, text in one.did
        ]
        columns = ["regardingobjectid", "regardingobjectid__type", "subject", "statecode", "statuscode", "actualend"]
        org.load("task", [*columns, "createdon", "ownerid"], tasks)
        self._responses(found)
        self._deals(contacts(people))

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
                responses.append([id, "Response", campaign, "campaign", 1, midnight(at), midnight(at)])
                parties.append([id, "campaignresponse", self._of[one.key], one.object, 11])
        columns = ["activityid", "subject", "regardingobjectid", "regardingobjectid__type", "responsecode"]
        self.org.load("campaignresponse", [*columns, "receivedon", "createdon"], responses)
        columns = ["activityid", "activityid__type", "partyid", "partyid__type", "participationtypemask"]
        self.org.load("activityparty", columns, parties)

    def _deals(self, people: Iterable[Human]) -> None:
        rows = []
        for one, number, deal in deals_of(people):
            state, status = {"open": (0, 1), "won": (1, 3), "lost": (2, 4)}[deal.state]
            id, closes = self.id(f"{one.key}-deal{number}"), day(deal.closed * DAY) if state else None
            account = self._of[f"{one.key}-account"]
            made = ago(deal.created * DAY)
            rows.append([id, f"{one.key} deal", self._of[one.key], account, state, status, closes, made])
        columns = ["opportunityid", "name", "parentcontactid", "parentaccountid", "statecode", "statuscode"]
        self.org.load("opportunity", [*columns, "actualclosedate", "createdon"], rows)

    def _account(self, one: Human) -> list[Any]:
        return [self.id(f"{one.key}-account"), one.company, ago(account_age(one)), one.employees, self._of[one.owner]]

    def _contact(self, one: Human) -> list[Any]:
        status = self._statuses[one.status] if one.status is not None else None
        source = self._sources["contact"][one.source] if one.source else None
        return [
            self.id(one.key), "Jo", one.key, one.email, status, one.title, one.country, source,
            self._of[f"{one.key}-account"], "account", self._of[one.owner], ago(one.created), one.reason, wakes(one),
            self._of[one.lead.key] if one.lead else None,
        ]  # fmt: skip

    def _lead(self, one: Human) -> list[Any]:
        assert one.status is not None
        source = self._sources["lead"][one.source] if one.source else None
        contact = one.key.removesuffix("-lead") if one.key.endswith("-lead") else None
        return [
            self.id(one.key), "Jo", one.key, one.email, _state(one.status), self._reasons[one.status], one.title,
            one.country, source, one.company, one.employees, self._of[one.owner], ago(one.created), one.reason,
            wakes(one), self.id(contact) if contact else None, self._of[f"{contact}-account"] if contact else None,
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


def _state(text: str) -> int:
    return QUALIFIED if text == CONVERTED else DISQUALIFIED if text in CLOSED else OPEN


def _numbers(org: Org, entity: str, column: str) -> dict[str, int]:
    return {one.label: one.value for one in org.entities[entity].by_name[column].options}
