"""Which status a contact ought to have: a second implementation, written from the specification alone (§2, §3, §4.4).

It imports nothing of connector. It is given rows of a Salesforce org as any client reads them, by object and API name,
deleted rows left out, and speaks the words of the preset demand-gen. `retired` is the policy's [remap.lead].

    ought(rows, now, retired={"Open - Not Contacted": "Inquiry"}) -> {contact id: status, or None: a finding}
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

Row = Mapping[str, Any]
Rows = Mapping[str, Iterable[Row]]

STATUS = "Contact_Status__c"
NAMES = (
    "Raw", "Inquiry", "MAQL", "LAL", "MQL", "SAL", "SQL", "Re-Market", "Disqualified", "Customer",
)  # fmt: skip
RECYCLE_AFTER = timedelta(days=180)
QUICKLY = timedelta(minutes=10)
QUERIES = {
    "Contact": "SELECT Id, AccountId FROM Contact",
    "Account": "SELECT Id, CreatedDate FROM Account",
    "Lead": "SELECT Id, Status, ConvertedContactId, ConvertedAccountId, ConvertedOpportunityId, ConvertedDate"
    " FROM Lead WHERE IsConverted = true",
    "LeadStatus": "SELECT ApiName, IsConverted FROM LeadStatus",
    "LeadHistory": "SELECT LeadId, CreatedDate, CreatedById, OldValue, NewValue FROM LeadHistory"
    " WHERE Field = 'Status'",
    "ContactHistory": f"SELECT ContactId, CreatedDate, NewValue FROM ContactHistory WHERE Field = '{STATUS}'",
    "Opportunity": "SELECT Id, Type, IsClosed, IsWon, CreatedDate FROM Opportunity",
    "OpportunityContactRole": "SELECT OpportunityId, ContactId FROM OpportunityContactRole",
    "Campaign": "SELECT Id, Name, Type FROM Campaign",
    "CampaignMember": "SELECT CampaignId, LeadId, ContactId, HasResponded, FirstRespondedDate, CreatedDate"
    " FROM CampaignMember",
    "Task": "SELECT WhoId, IsClosed, CallType, CallDisposition, TaskSubtype FROM Task",
    "Event": "SELECT WhoId, StartDateTime, Subject FROM Event",
    "EmailMessage": "SELECT Id, Incoming, Subject FROM EmailMessage",
    "EmailMessageRelation": "SELECT EmailMessageId, RelationId, RelationType FROM EmailMessageRelation",
}
"""What it wants to know of an org; the contact's own status is asked for once there is such a field."""


def ought(rows: Rows, now: datetime, retired: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """The status of every contact; None where nothing tells."""
    org = _Org(rows, now, retired or {})
    return {contact["Id"]: org.status(contact) for contact in rows["Contact"]}


class _Org:
    def __init__(self, rows: Rows, now: datetime, retired: Mapping[str, str]) -> None:
        self.now, self.retired = now, retired
        self.lead_of = {lead["ConvertedContactId"]: lead for lead in rows["Lead"]}
        self.accounts = {account["Id"]: _time(account["CreatedDate"]) for account in rows["Account"]}
        self.converting = {row["ApiName"] for row in rows["LeadStatus"] if row["IsConverted"]}
        self.campaigns = {campaign["Id"]: campaign for campaign in rows["Campaign"]}
        self.deals = {deal["Id"]: deal for deal in rows["Opportunity"]}
        self.history = _by("LeadId", rows["LeadHistory"])
        self.own_history = _by("ContactId", rows["ContactHistory"])
        self.roles = _by("ContactId", rows["OpportunityContactRole"])
        self.member_of = defaultdict(list)
        for row in rows["CampaignMember"]:
            self.member_of[row["ContactId"] or row["LeadId"]].append(row)
            if row["ContactId"] and row["LeadId"]:
                self.member_of[row["LeadId"]].append(row)
        self.active = set(self._who_did_something(rows))

    def status(self, contact: Row) -> str | None:
        given = contact.get(STATUS)
        return self._onwards(contact, given) if given else self._first(contact)

    # a contact with no status, by evidence, first match

    def _first(self, contact: Row) -> str | None:
        deals, lead = self._deals(contact), self.lead_of.get(contact["Id"])
        if deals:
            return _outcome(deals)
        if lead is not None:
            return self._after_conversion(lead)
        if self._ever_answered(contact, lead):
            return "Inquiry"
        return "Raw"

    def _after_conversion(self, lead: Row) -> str | None:
        at = self._converted_at(lead)
        if lead["ConvertedOpportunityId"] is None:
            prior = self._status_before(lead)
            if prior is None:
                return None
            existed = self.accounts[lead["ConvertedAccountId"]] < at - QUICKLY
            if prior != "SQL" and (existed or self._account_based(lead, at)):
                return prior
        return "SQL" if self.now < at + RECYCLE_AFTER else "Re-Market"

    # onwards

    def _onwards(self, contact: Row, given: str) -> str:
        deals, lead = self._deals(contact), self.lead_of.get(contact["Id"])
        still_open = [deal for deal in deals if not deal["IsClosed"]]
        if given == "SQL":
            if deals:
                return _outcome(deals)
            over = lead is not None and self.now >= self._converted_at(lead) + RECYCLE_AFTER
            return "Re-Market" if over else "SQL"
        if given == "Customer":
            since = max((_time(r["CreatedDate"]) for r in self.own_history[contact["Id"]]), default=None)
            still_open = [deal for deal in still_open if since is not None and _time(deal["CreatedDate"]) > since]
        return "SQL" if still_open and given != "Disqualified" else given

    # evidence

    def _deals(self, contact: Row) -> list[Row]:
        """Of its roles and of the lead it was converted from; renewals do not count."""
        ids = {role["OpportunityId"] for role in self.roles[contact["Id"]]}
        lead = self.lead_of.get(contact["Id"])
        if lead is not None and lead["ConvertedOpportunityId"]:
            ids.add(lead["ConvertedOpportunityId"])
        found = (self.deals[id] for id in sorted(ids) if id in self.deals)
        return [deal for deal in found if "renewal" not in (deal["Type"] or "").lower()]

    def _converted_at(self, lead: Row) -> datetime:
        """The moment of the converting change; the CRM itself keeps the day only."""
        rows = [row for row in self.history[lead["Id"]] if row["NewValue"] in self.converting]
        if rows:
            return _time(max(row["CreatedDate"] for row in rows))
        return datetime.fromisoformat(lead["ConvertedDate"]).replace(tzinfo=UTC)

    def _status_before(self, lead: Row) -> str | None:
        """The last status before the converting change, dispositions and what was taken back at once left out."""
        rows = sorted(self.history[lead["Id"]], key=lambda row: str(row["CreatedDate"]))
        if not rows or rows[-1]["NewValue"] not in self.converting:
            return None
        kept: list[Row] = []
        for row in rows[:-1]:
            if kept and _takes_back(kept[-1], row):
                kept.pop()
            else:
                kept.append(row)
        texts = [rows[0]["OldValue"], *(row["NewValue"] for row in kept)]
        names = [self._name(text) for text in texts]
        return next((name for name in reversed(names) if name is not None), None)

    def _name(self, text: str | None) -> str | None:
        plain = re.sub(r"\s", "", text or "").lower()
        for name in NAMES:
            if plain == name.lower():
                return name
        return next((to for value, to in self.retired.items() if re.sub(r"\s", "", value).lower() == plain), None)

    def _account_based(self, lead: Row, at: datetime) -> bool:
        members = [*self.member_of[lead["Id"]], *self.member_of[lead["ConvertedContactId"]]]
        mine = (self.campaigns[row["CampaignId"]] for row in members if _time(row["CreatedDate"]) <= at)
        words = [f"{campaign['Name']} {campaign['Type']}" for campaign in mine]
        return any(re.search(r"\babm\b|account.based", text, re.IGNORECASE) for text in words)

    def _ever_answered(self, contact: Row, lead: Row | None) -> bool:
        ids = [contact["Id"], *([lead["Id"]] if lead else [])]
        return any(id in self.active or any(row["HasResponded"] for row in self.member_of[id]) for id in ids)

    def _who_did_something(self, rows: Rows) -> Iterable[str]:
        """Inbound mail or call, a connected call, a held meeting. Never our attempts, auto-replies or list mail."""
        for task in rows["Task"]:
            spoke = task["CallType"] == "Inbound" or "connected" in (task["CallDisposition"] or "").lower()
            if spoke and task["IsClosed"] and task["TaskSubtype"] == "Call":
                yield task["WhoId"]
        for event in rows["Event"]:
            if _time(event["StartDateTime"]) <= self.now and "cancel" not in event["Subject"].lower():
                yield event["WhoId"]
        mails = {mail["Id"]: mail for mail in rows["EmailMessage"]}
        for relation in rows["EmailMessageRelation"]:
            mail = mails[relation["EmailMessageId"]]
            automatic = re.search(r"automatic reply|out of office", mail["Subject"], re.IGNORECASE)
            if mail["Incoming"] and relation["RelationType"] == "FromAddress" and not automatic:
                yield relation["RelationId"]


def _outcome(deals: list[Row]) -> str:
    if any(not deal["IsClosed"] for deal in deals):
        return "SQL"
    return "Customer" if any(deal["IsWon"] for deal in deals) else "Re-Market"


def _takes_back(one: Row, other: Row) -> bool:
    soon = _time(other["CreatedDate"]) - _time(one["CreatedDate"]) <= QUICKLY
    return soon and one["CreatedById"] == other["CreatedById"] and one["OldValue"] == other["NewValue"]


def _by(column: str, rows: Iterable[Row]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


def _time(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z")
