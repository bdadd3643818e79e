"""Leads and what auditing kept of their past, as rows."""

from __future__ import annotations

from connector.sandbox.dynamics.base import CURRENCY_ID
from connector.sandbox.dynamics.dml import audit
from connector.sandbox.dynamics.sample.audits import Audits
from connector.sandbox.dynamics.sample.rows import OWNED, Mint, Put, stamp
from connector.sandbox.dynamics.sample.staff import Firm
from connector.sandbox.dynamics.sample.values import BOUNCED_ON, CLOSED, MERGED_AWAY, OPEN, Choices
from connector.sandbox.sample import details
from connector.sandbox.sample.books import Became
from connector.sandbox.sample.companies import Company
from connector.sandbox.sample.life import Life
from connector.sandbox.sample.people import Human
from connector.sandbox.sample.staff import Staff

COLUMNS = (
    "leadid", "subject", "salutation", "firstname", "lastname", "jobtitle", "companyname", "address1_line1",
    "address1_city", "address1_postalcode", "address1_country", "telephone1", "mobilephone", "emailaddress1",
    "description", "leadsourcecode", "statecode", "statuscode", "industrycode", "leadqualitycode", "revenue",
    "transactioncurrencyid", "numberofemployees", "parentaccountid", "parentcontactid", "qualifyingopportunityid",
    "merged", "masterid", "donotbulkemail", "donotphone", BOUNCED_ON, *OWNED,
)  # fmt: skip


class Leads:
    """Writes leads with their audit rows; remembers which ones were deleted."""

    def __init__(self, staff: Staff, firm: Firm, choices: Choices, audits: Audits, mint: Mint, put: Put) -> None:
        self._staff = staff
        self._firm = firm
        self._choices = choices
        self._audits = audits
        self._mint = mint
        self._put = put
        self.deleted: list[str] = []

    def new(self) -> str:
        """A fresh id for a lead."""
        return self._mint("lead")

    def write(
        self, lead: str, life: Life, human: Human, company: Company, *, active: int = 0, became: Became | None = None
    ) -> None:
        """The record and its past. Nothing in the record tells of its last activity."""
        last = life.turns[-1]
        ended = self._choices.status(last.status, converted=became is not None)
        self._record(lead, life, human, company, ended, became)
        self._history(lead, life, ended, became)

    def ghost(self, life: Life, human: Human, company: Company, winner: str | None) -> None:
        """A second record of the same human: one that lost a merge stays, closed; a deleted one leaves its id."""
        lead = self.new()
        if winner is None:
            self.deleted.append(lead)
        else:
            self._record(lead, life, human, company, (CLOSED, MERGED_AWAY), None, winner)

    def _record(
        self, lead: str, life: Life, human: Human, company: Company, status: tuple[int, int], became: Became | None,
        winner: str | None = None,
    ) -> None:  # fmt: skip
        first, last = life.turns[0], life.turns[-1]
        choices = self._choices
        modified = max(last.at, life.bounced or 0, became.at if became else 0)
        stamps = (stamp(first.at), first.by, stamp(modified), last.by)
        self._put(
            "lead",
            COLUMNS,
            (
                lead, f"{company.name}: {life.source or 'unknown'}"[:300], human.salutation, human.first, human.last,
                human.role.title, company.name, company.street, company.city, company.postal_code,
                company.country.name, human.phone, human.mobile, life.email or human.email, details.note(first.at),
                choices.number("lead", "leadsourcecode", life.source), *status,
                choices.number("lead", "industrycode", company.industry),
                choices.number("lead", "leadqualitycode", details.rating(first.at)), company.revenue, CURRENCY_ID,
                company.employees, became.account if became else None, became.contact if became else None,
                became.opportunity if became else None, int(winner is not None), winner,
                int(details.opted_out(first.at)), int(details.no_calls(first.at)),
                stamp(life.bounced) if life.bounced else None, *stamps, *self._firm.owner(life.owner),
            ),
        )  # fmt: skip

    def _history(self, lead: str, life: Life, ended: tuple[int, int], became: Became | None) -> None:
        turns = life.turns
        only = len(turns) == 1
        before = ended if only else self._choices.status(turns[0].status)
        self._audits.write("lead", lead, turns[0].at, turns[0].by, audit.CREATE, {}, _pair(before))
        for place, (at, by, text) in enumerate(turns[1:], start=2):
            after = ended if place == len(turns) else self._choices.status(text)
            self._audits.write("lead", lead, at, by, _action(before, after), *_change(before, after))
            before = after
        if len(turns) > 2 and life.owner in self._staff.ldrs:  # handed over by the team
            at, by, _ = turns[1]
            was, now = (self._owner(one) for one in (self._staff.inbound, life.owner))
            self._audits.write("lead", lead, at, by, audit.ASSIGN, was, now)
        if became is not None:
            links = {"parentaccountid": became.account, "parentcontactid": became.contact}
            self._audits.write("lead", lead, became.at, turns[-1].by, audit.UPDATE, {}, links)

    def _owner(self, who: str) -> dict[str, object]:
        id, table, _ = self._firm.owner(who)
        return {"ownerid": id, "ownerid__type": table}


def _pair(status: tuple[int, int]) -> dict[str, object]:
    return {"statecode": status[0], "statuscode": status[1]}


def _change(before: tuple[int, int], after: tuple[int, int]) -> tuple[dict[str, object], dict[str, object]]:
    """What an audit row tells of a change of status: the state only if that changed too."""
    was, now = _pair(before), _pair(after)
    if before[0] == after[0]:
        del was["statecode"], now["statecode"]
    return was, now


def _action(before: tuple[int, int], after: tuple[int, int]) -> int:
    if before[0] == after[0]:
        return audit.UPDATE
    return audit.SET_STATE if after[0] == OPEN else audit.DISQUALIFY if after[0] == CLOSED else audit.QUALIFY
