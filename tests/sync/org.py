"""A small org in memory that is edited at random, and a mirror that follows it: what the laws of sync are tested on.

`Edits` draws what people do in a CRM: create, change, move, delete, restore, merge, convert, edit users and campaigns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from connector.apply import Tools, apply
from connector.model import Change, Evidence, Judgement
from connector.policy.model import Limits
from connector.ports import Table
from connector.store.ledger import Ledger
from connector.store.mirror import Mirror
from connector.sync import How, Synced, sync
from tests.adapters.memory import MemoryCrm
from tests.people import policy
from tests.store.ledger.open import planned

NOW = datetime(2026, 4, 1, tzinfo=UTC)
POLICY = policy("demand-gen")
FACTS = ("rating", "state")

PEOPLE = (Table.LEAD, Table.CONTACT)
HAPPENINGS = (Table.TASK, Table.EVENT, Table.MAIL)
EMAILS = ("a@x.org", "A@x.org", "b@x.org", "info@x.org", None)
STATUSES = ("Inquiry", "MAQL", "Left Vmail", "SQL", None)


class Office:
    """The CRM, our mirror and our ledger of it. `clock` is our own time, an hour per sync."""

    def __init__(self, folder: Path, crm: MemoryCrm | None = None) -> None:
        self.crm = crm or MemoryCrm("acme")
        self.folder = folder
        self.clock = NOW
        self.policy = POLICY
        self.ledger = Ledger.open(folder / "ledger.db", "acme", lambda: self.clock)
        self.mirror = self.open("mirror.db")

    def open(self, name: str) -> Mirror:
        """A mirror of its own."""
        return Mirror.open(self.folder / name, "acme", FACTS, via_account=True)

    def sync(self, mirror: Mirror | None = None, how: How = How.CHANGES, **options: Any) -> Synced:
        """One sync of the office's mirror (or another one)."""
        adapter = self.crm.adapter(**options)
        return sync(mirror or self.mirror, adapter, self.ledger, self.policy, mapping="m1", now=self.clock, how=how)

    def apply(self, changes: Sequence[Change]) -> None:
        """Plans and applies these changes; the mirror is told what was written."""
        self.crm.now = int(self.clock.timestamp())
        with self.ledger.lease("connector test") as lease:
            plan = planned(self.ledger, lease, changes)
            limits = Limits(floor=1000)
            tools = Tools(
                adapter=self.crm.adapter(),
                ledger=self.ledger,
                lease=lease,
                limits=limits,
                wait=lambda _: None,
                told=self.mirror.wrote,
            )
            apply(plan.id, tools, by="ann", attended=True)

    def close(self) -> None:
        """Lets go of the files."""
        self.mirror.close()
        self.ledger.close()


def evidence(mirror: Mirror) -> dict[tuple[str, str], Evidence]:
    """Everybody's evidence without row numbers, which mean nothing outside a mirror."""
    return {
        (one.person.ref.object, one.person.ref.id): msgspec.structs.replace(one, key=0)
        for page in mirror.people.everyone()
        for one in page
    }


def settled(one: Evidence) -> Evidence:
    """Evidence without the record's stamps, which move by themselves."""
    person = msgspec.structs.replace(one.person, version="", modified_at=None, modified_by=None)
    return msgspec.structs.replace(one, person=person)


def judge_all(mirror: Mirror) -> set[tuple[str, str]]:
    """Judges whoever is marked, to nothing; who that was."""
    judged = set()
    for page in mirror.people.pages(NOW):
        judged |= {(one.person.ref.object, one.person.ref.id) for one in page}
        mirror.verdicts.store([(one, Judgement()) for one in page])
    return judged


def furnish(crm: MemoryCrm) -> None:
    """Users, accounts, campaigns and deals that edits refer to, and a few people."""
    for number in range(2):
        crm.add(Table.USER, id=f"user-{number}", name=f"User {number}", active=1, kind="user")
        crm.add(Table.ACCOUNT, id=f"account-{number}", name=f"Account {number}", created_at=crm.now)
        crm.add(Table.CAMPAIGN, id=f"campaign-{number}", name=f"Campaign {number}", type="Web", active=1)
        deal = {"is_open": 1, "is_won": 0, "account_id": f"account-{number}", "created_at": crm.now}
        crm.add(Table.OPPORTUNITY, id=f"deal-{number}", name=f"Deal {number}", **deal)
    crm.add(Table.HOURS, id="hours", name="Office", is_default=1, timezone="UTC", week=str([[480, 1020]] * 7))
    crm.add(Table.HOLIDAY, id="holiday", name="Outing", date="2026-04-06")
    for number in range(3):
        crm.add(Table.LEAD, status="Inquiry", email=EMAILS[number], owner_id="user-0", facts='["Hot","CA"]')
    crm.add(Table.CONTACT, email="a@x.org", owner_id="user-1", account_id="account-0")


class Edits:
    """Carries out edits; `choose` decides which."""

    def __init__(self, crm: MemoryCrm, choose: Callable[[Sequence[Any]], Any]) -> None:
        self.crm = crm
        self.choose = choose

    def some(self, most: int = 8) -> None:
        """A few edits."""
        for _ in range(self.choose(range(most + 1))):
            _EDITS[self.choose(sorted(_EDITS))](self)

    def pick(self, table: Table) -> str | None:
        """A live row of the table."""
        ids = sorted(self.crm.tables[table])
        return str(self.choose(ids)) if ids else None

    def one(self, *values: Any) -> Any:
        """One of the values."""
        return self.choose(values)

    def person(self) -> tuple[Table, str | None]:
        """A live lead or contact."""
        table = self.one(*PEOPLE)
        return table, self.pick(table)

    def whom(self) -> dict[str, str | None]:
        """The columns that say whose something is; sometimes nobody who is here."""
        table, who = self.person()
        column = "lead_id" if table is Table.LEAD else "contact_id"
        return {"lead_id": None, "contact_id": None, column: self.one(who, who, who, "nobody") or "nobody"}

    def add_person(self) -> None:
        table = self.one(*PEOPLE)
        account = self.one("account-0", "account-1", None) if table is Table.CONTACT else None
        self.crm.add(
            table,
            status=self.one(*STATUSES),
            email=self.one(*EMAILS),
            owner_id=self.one("user-0", "user-1", "gone"),
            account_id=account,
            facts=self.one('["Hot","CA"]', '[null,"NY"]'),
        )

    def edit_person(self) -> None:
        table, who = self.person()
        if who is None:
            return
        column, values = self.one(
            ("status", STATUSES),
            ("email", EMAILS),
            ("owner_id", ("user-0", "user-1", None)),
            ("title", ("VP", "", None)),
            ("source", ("Web", "List")),
            ("is_inactive", (0, 1)),
            ("facts", ('["Hot","CA"]', '["Cold","CA"]')),
        )
        self.crm.edit(table, who, **{column: self.one(*values)})

    def touch_person(self) -> None:
        table, who = self.person()
        if who is not None:
            self.crm.edit(table, who)

    def delete_person(self) -> None:
        table, who = self.person()
        if who is not None:
            self.crm.delete(table, who)

    def restore_person(self) -> None:
        table = self.one(*PEOPLE)
        dead = [id for id, row in self.crm.dead[table].items() if "_winner" not in row]
        if dead:
            id = self.one(*sorted(dead))
            row = self.crm.dead[table].pop(id)
            row["_seq"] = self.crm.tick()
            self.crm.tables[table][id] = row

    def merge(self) -> None:
        table, loser = self.person()
        winner = self.pick(table)
        if loser is not None and winner is not None and loser != winner:
            self.crm.merge(table, loser, winner)

    def convert(self) -> None:
        lead = self.pick(Table.LEAD)
        if lead is None or self.crm.tables[Table.LEAD][lead]["is_converted"]:
            return
        contact = self.crm.convert(lead, "Closed - Converted", account_id=self.one("account-0", None))
        self.crm.edit(
            Table.LEAD,
            lead,
            converted_account=self.one("account-0", None),
            converted_opportunity=self.one("deal-0", "deal-1", None),
        )
        for table in HAPPENINGS:
            for id, row in list(self.crm.tables[table].items()):
                if row["lead_id"] == lead:
                    self.crm.edit(table, id, lead_id=None, contact_id=contact)

    def convert_into(self) -> None:
        lead, contact = self.pick(Table.LEAD), self.pick(Table.CONTACT)
        if lead is not None and contact is not None and not self.crm.tables[Table.LEAD][lead]["is_converted"]:
            columns = {"is_converted": 1, "converted_at": self.crm.now, "converted_contact": contact}
            self.crm.edit(Table.LEAD, lead, status="Closed - Converted", **columns)

    def happen(self) -> None:
        kind, direction = self.one(("call", "out"), ("mail", "in"))
        self.crm.add(
            self.one(*HAPPENINGS),
            **self.whom(),
            at=self.crm.now - self.one(0, 0, 100, -3_000_000),
            kind=kind,
            direction=direction,
            outcome="",
            by=self.one("user-0", None),
        )

    def change_happening(self) -> None:
        table = self.one(*HAPPENINGS)
        id = self.pick(table)
        if id is not None:
            what = self.one("outcome", "whose", "delete")
            if what == "delete":
                self.crm.delete(table, id)
            else:
                self.crm.edit(table, id, **({"outcome": "connected"} if what == "outcome" else self.whom()))

    def join_campaign(self) -> None:
        self.crm.add(
            Table.CAMPAIGN_MEMBER,
            **self.whom(),
            campaign_id=self.one("campaign-0", "campaign-1", "hidden"),
            responded=self.one(0, 1),
            created_at=self.crm.now,
        )

    def change_member(self) -> None:
        id = self.pick(Table.CAMPAIGN_MEMBER)
        if id is not None and self.one(True, False):
            self.crm.delete(Table.CAMPAIGN_MEMBER, id)
        elif id is not None:
            self.crm.edit(Table.CAMPAIGN_MEMBER, id, responded=1, responded_at=self.crm.now)

    def change_surroundings(self) -> None:
        table, column, values = self.one(
            (Table.USER, "active", (0, 1)),
            (Table.USER, "department", ("LDR", "Sales")),
            (Table.HOLIDAY, "date", ("2026-04-07", "2026-04-08", "2026-04-09")),
            (Table.HOURS, "timezone", ("Europe/Berlin", "America/New_York")),
            (Table.ACCOUNT, "type", ("Partner", None)),
            (Table.ACCOUNT, "name", ("Acme", "Acme Inc")),
            (Table.CAMPAIGN, "active", (0, 1)),
            (Table.OPPORTUNITY, "is_won", (0, 1)),
            (Table.OPPORTUNITY, "account_id", ("account-0", "account-1")),
        )
        id = self.pick(table)
        if id is not None:
            self.crm.edit(table, id, **{column: self.one(*values)})

    def give_role(self) -> None:
        contact, deal = self.pick(Table.CONTACT), self.pick(Table.OPPORTUNITY)
        if contact is not None and deal is not None:
            self.crm.add(Table.OPPORTUNITY_CONTACT, opportunity_id=deal, contact_id=contact)

    def take_role(self) -> None:
        table = self.one(Table.OPPORTUNITY_CONTACT, Table.OPPORTUNITY, Table.ACCOUNT, Table.CAMPAIGN)
        id = self.pick(table)
        if id is not None:
            self.crm.delete(table, id)


_EDITS = {
    name: edit
    for name, edit in vars(Edits).items()
    if callable(edit) and name not in {"__init__", "some", "pick", "one", "person", "whom"}
}
