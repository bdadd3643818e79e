"""What people do in the CRM by day, and what of it is known of each lead afterwards."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from connector.sandbox.salesforce.base import ADMIN_ID
from connector.sandbox.salesforce.convert import Conversion, convert_lead
from connector.sandbox.salesforce.merge import merge
from connector.sandbox.salesforce.stamps import instant
from tests.soak.crm import PLATFORM, PLATFORM_ID, REP, Clock, WatchedOrg
from tests.soak.lead import Entry, Lead

FIRST = ("Inquiry", "inquiry", "Left Vmail", "LAL", "MQL", "Inquiry ", "Raw", "SAL", "Re-Market", "busy")
TYPED = (
    "Left Vmail", "No Answer", "Busy", "Callback", "Wrong Number", "No longer with company", "LAL", "lal", "MQL", "SAL",
    "Inquiry", "inquiry", "Re-Market", "Disqualified",
)  # fmt: skip
MISSPELT = ("lal", "inquiry")
"""What the rule corrects that the platform contests already."""
CONTESTED = 2
"""People at most whom reps keep changing back at a time: a third would park the rule, by its share of the people."""
ACCEPTED = "SAL"
"""What somebody enters while a night waits."""
APART = timedelta(minutes=11)
"""Between two acts: what the same person takes back within ten minutes counts as never said."""


class Office:
    """The people at work. `leads`: those that are open, by id; `fought`: those of the marketing platform.

    `watched`: when connector reads the org for the first time.
    """

    def __init__(self, org: WatchedOrg, clock: Clock, random: Random, watched: datetime) -> None:
        self._org, self._clock, self._random, self._watched = org, clock, random, watched
        self.leads: dict[str, Lead] = {}
        self.fought: dict[str, str] = {}
        self._count = 0
        self._acts: list[Any] = [self.comes, *[self.types] * 5, self.asks, self.converts, self.deal_ends, self.contact]
        self._acts += [self.deletes, self.merges]

    def moves_in(self, people: int) -> None:
        """Everybody who is there on the first day, with something for every rule to correct."""
        for number in range(people):
            if number % 6 == 5:
                self.contact()
            else:
                self.comes(FIRST[number % len(FIRST)], bought=number == 0 or None)
        for lead in [lead for lead in self.leads.values() if lead.status == "LAL"][:5]:
            self._after_a_while()
            self._types(lead, "Inquiry")
        for lead in [lead for lead in self.leads.values() if lead.status == "Inquiry"][-2:]:
            self.asks(lead)
        for lead in [lead for lead in self.leads.values() if lead.status == "inquiry"][:2]:
            self.fought[lead.id] = lead.status

    def works(self, acts: int) -> None:
        """So many acts, one after the other; the platform puts back its values first."""
        self.platform()
        for _ in range(acts):
            self._after_a_while()
            self._random.choice(self._acts)()

    def platform(self) -> None:
        """It knows better: whoever of its people was corrected gets its value again."""
        for id, value in self.fought.items():
            lead = self.leads.get(id)
            if lead is not None and lead.status != value:
                self._update("Lead", id, {"Status": value}, PLATFORM)
                lead.entries.append(Entry(value, self._clock.now, PLATFORM_ID))

    def comes(self, status: str | None = None, *, bought: bool | None = None) -> None:
        """A new lead; three of ten are from a list that was bought."""
        self._count += 1
        name = f"Person{self._count:04}"
        bought = self._random.random() < 0.3 if bought is None else bought
        record = {
            "LastName": name, "Company": f"Company {self._count}", "Status": status or self._random.choice(FIRST),
            "LeadSource": "ZoomInfo" if bought else "Web", "Email": f"{name}@company{self._count}.example",
            "OwnerId": ADMIN_ID,
        }  # fmt: skip
        id, now = self._insert("Lead", record), self._clock.now
        self.leads[id] = Lead(
            id, name, bought, now, max(now, self._watched), [Entry(record["Status"].strip(), now, None)]
        )

    def contact(self) -> None:
        """A new contact, perhaps with a deal."""
        self._count += 1
        account = self._insert("Account", {"Name": f"Firm {self._count}"})
        record = {"LastName": f"Contact{self._count:04}", "AccountId": account, "OwnerId": ADMIN_ID}
        contact = self._insert("Contact", record)
        if self._random.random() < 0.6:
            deal = {"Name": f"Deal {self._count}", "AccountId": account, "StageName": "Prospecting"}
            deal["CloseDate"] = f"{self._clock.now + timedelta(days=60):%Y-%m-%d}"
            opportunity = self._insert("Opportunity", deal)
            self._insert("OpportunityContactRole", {"OpportunityId": opportunity, "ContactId": contact})

    def types(self) -> None:
        """A rep enters a status, or what came of a call."""
        lead, word = self._one(), self._random.choice(TYPED)
        if lead is not None and not self._parks_a_rule(lead, word):
            self._types(lead, word)

    def asks(self, lead: Lead | None = None) -> None:
        """Somebody asks for a demo."""
        lead = lead or self._one()
        if lead is None:
            return
        task = {
            "WhoId": lead.id, "Subject": "Demo request", "Status": "Completed", "OwnerId": ADMIN_ID,
            "ActivityDate": f"{self._clock.now:%Y-%m-%d}",
        }  # fmt: skip
        id = self._insert("Task", task)
        (row,) = self._org.rows(f"SELECT CompletedDateTime FROM Task WHERE Id = '{id}'")
        lead.asked.append(instant(row["CompletedDateTime"]))

    def converts(self) -> None:
        """A lead becomes a contact: with a deal, or not; of a new account."""
        lead = self._one(settled=True)
        if lead is None:
            return
        wanted = Conversion(
            lead_id=lead.id, converted_status="Closed - Converted",
            do_not_create_opportunity=self._random.random() < 0.4,
        )  # fmt: skip
        done = convert_lead(self._org, wanted, ADMIN_ID)
        assert done.error is None, done.error
        del self.leads[lead.id]

    def deal_ends(self) -> None:
        """A deal is won or lost."""
        still = [row["Id"] for row in self._org.rows("SELECT Id FROM Opportunity WHERE IsClosed = 0 ORDER BY Id")]
        if still:
            stage = self._random.choice(("Closed Won", "Closed Lost"))
            values = {"StageName": stage, "CloseDate": f"{self._clock.now:%Y-%m-%d}"}
            self._update("Opportunity", self._random.choice(still), values)

    def deletes(self) -> None:
        """A lead is deleted."""
        lead = self._one()
        if lead is not None:
            assert self._org.delete("Lead", [lead.id], REP)[0].success
            del self.leads[lead.id]

    def merges(self) -> None:
        """A duplicate of which nothing is known but what it asked for goes into another lead."""
        lead, plain = self._one(), [one for one in self.leads.values() if len(one.entries) == 1 and not one.word]
        plain = [one for one in plain if one is not lead and one.id not in self.fought and not self._was_changed(one)]
        if lead is None or not plain:
            return
        loser = self._random.choice(plain)
        merge(self._org, "Lead", lead.id, [loser.id])
        lead.asked += loser.asked
        del self.leads[loser.id]

    def edits(self, ids: list[str]) -> list[str]:
        """While the night waits, somebody accepts some of those whom it is about to correct; whom."""
        taken = []
        for lead in [self.leads[id] for id in ids[-2:]]:
            (done,) = self._org.update("Lead", [{"Id": lead.id, "Status": ACCEPTED}], REP)
            if done.success:  # else somebody else holds the row, and they are told so
                lead.typed(ACCEPTED, self._clock.now, ADMIN_ID)
                taken.append(lead.id)
        return taken

    def _one(self, *, settled: bool = False) -> Lead | None:
        """Any lead that the platform does not fight over. `settled`: with nothing left to be corrected."""
        now = self._clock.now
        found = [lead for lead in self.leads.values() if lead.id not in self.fought]
        if settled:
            oughts = ((lead, lead.ought(now)) for lead in found if not lead.asked)
            found = [lead for lead, ought in oughts if ought is not None and ought.status == lead.status]
        return self._random.choice(found) if found else None

    def _types(self, lead: Lead, word: str) -> None:
        self._update("Lead", lead.id, {"Status": word})
        lead.typed(word, self._clock.now, ADMIN_ID)

    def _parks_a_rule(self, lead: Lead, word: str) -> bool:
        """Whether that would be contested, where enough is."""
        now = self._clock.now
        if not lead.is_contested_by(word, now, ADMIN_ID):
            return False
        others = [one for one in self.leads.values() if one is not lead and one.id not in self.fought]
        return word in MISSPELT or sum(one.is_contested_by(one.status, now, ADMIN_ID) for one in others) >= CONTESTED

    def _was_changed(self, lead: Lead) -> bool:
        return bool(self._org.rows(f"SELECT Id FROM LeadHistory WHERE LeadId = '{lead.id}'"))

    def _after_a_while(self) -> None:
        self._clock.set(self._clock.now + APART + timedelta(seconds=self._random.randrange(60)))

    def _insert(self, object: str, record: dict[str, Any]) -> str:
        (done,) = self._org.insert(object, [record], REP)
        assert done.success, done
        assert done.id is not None
        return done.id

    def _update(self, object: str, id: str, values: dict[str, Any], who: Any = REP) -> None:
        (done,) = self._org.update(object, [{"Id": id, **values}], who)
        assert done.success, done


def at(day: datetime, hour: int) -> datetime:
    """That hour of the day, UTC."""
    return day.replace(hour=hour, minute=0, second=0)
