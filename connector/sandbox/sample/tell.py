"""Deals out the kinds of life, tells each one, has it written down, and counts what was planted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from connector.sandbox.sample.books import AccountBook, Became, Books
from connector.sandbox.sample.companies import Company, company
from connector.sandbox.sample.dice import Dice
from connector.sandbox.sample.kinds import KINDS, Kind, deal_out
from connector.sandbox.sample.life import Deal, Deed, Life, Scene
from connector.sandbox.sample.people import Human, human
from connector.sandbox.sample.planted import Tally
from connector.sandbox.sample.staff import Staff
from connector.sandbox.sample.statuses import INQUIRY, SQL
from connector.sandbox.sample.times import DAY

SEATS = 3


class Truth(NamedTuple):
    """What one open lead ought to become, as its maker knows it: the status now and in the end, and the rule."""

    lead: str
    kind: str
    before: str
    after: str
    rule: str


def tell(
    people: int, seed: int, now: int, staff: Staff, books: Books, tally: Tally, truth: Callable[[Truth], None] | None
) -> None:
    """Tells the lives of so many people (see `Planted.people`) and has them written into the books.

    The same number, seed, moment and staff give the same lives in the same order. `truth` is called once for every
    open lead. Each life is written as it is told: a million people need no more memory than a thousand.
    """
    writer = _Writer(Scene(Dice(seed), now, staff), books, tally, truth)
    for name in _shuffled(people, seed):
        writer.live(name, KINDS[name])


def _shuffled(people: int, seed: int) -> Iterator[str]:
    """The kind of every life, in an order that the seed decides; a byte each."""
    names = list(KINDS)
    codes = bytearray()
    for name, count in deal_out(people).items():
        codes += bytes([names.index(name)]) * count
    Dice(seed + 1).shuffle(codes)
    for code in codes:
        yield names[code]


class _Writer:
    """Writes one life after the other and counts."""

    def __init__(self, scene: Scene, books: Books, tally: Tally, truth: Callable[[Truth], None] | None) -> None:
        self._scene = scene
        self._tally = tally
        self._truth = truth
        self._leads, self._accounts, self._diary, self._members = books
        self._desks = _Desks(scene, self._accounts)

    def live(self, name: str, kind: Kind) -> None:
        """Tells one life of that kind and writes it."""
        life = kind.tell(self._scene)
        tally = self._tally
        tally.add("lives", name)
        tally.mark(kind.marks)
        tally.mark(life.marks)
        if life.converted is not None:
            self._converted(life)
        elif kind.contact:
            company, account, seat = self._desks.account(life.owner)
            self._contact(life, human(self._scene.dice, company, seat), company, account)
        else:
            self._lead(name, life)

    def _lead(self, name: str, life: Life) -> None:
        if life.extra.startswith("twin"):
            company, account, seat = self._desks.account(life.owner)
            who = human(self._scene.dice, company, seat)
            self._twin(life, who, company, account)
        else:
            company, seat = self._desks.lead()
            who = human(self._scene.dice, company, seat)
        lead = self._leads.new()
        active = self._diary.write(life.deeds, lead, None, life.email or who.email)
        self._members.write(life, who, company, lead=lead, contact=None)
        self._leads.write(lead, life, who, company, active=active)
        if life.extra in ("merged", "deleted"):
            self._leads.ghost(life, who, company, lead if life.extra == "merged" else None)
        self._tally.add("statuses", life.status)
        if self._truth is not None:
            self._truth(Truth(lead, name, life.status, life.ought, life.rule))

    def _twin(self, lead: Life, who: Human, company: Company, account: str) -> None:
        """The contact with the same e-mail as that lead, made long before it."""
        scene = self._scene
        life = Life(lead.turns[:1], lead.source, scene.staff.marketers[0])
        life.ought = INQUIRY
        made = scene.ago(450, 1200)
        life.deeds.append(Deed(made + DAY, "mail, received", life.owner))
        if lead.extra == "twin in a deal":
            life.ought = SQL
            life.owner = scene.dice.pick(scene.staff.sellers)
            life.deals.append(Deal("New Business", "open", lead.created + 3600, None))
        self._contact(life, who, company, account, made=made)

    def _contact(self, life: Life, who: Human, company: Company, account: str, *, made: int | None = None) -> None:
        contact = self._accounts.new_contact()
        active = self._diary.write(life.deeds, contact, account, who.email)
        self._members.write(life, who, company, lead=None, contact=contact)
        self._accounts.contact(contact, life, who, company, account, made or life.created, active)
        for deal in life.deals:
            self._accounts.deal(deal, account, contact, company, life)
        self._count_contact(life)

    def _converted(self, life: Life) -> None:
        at = life.converted or 0
        if life.extra == "known account":
            company, account, seat = self._desks.account(life.owner)
        else:
            company, seat = self._desks.fresh()
            account = self._accounts.account(company, life.owner, at, "Customer - Direct")
        who = human(self._scene.dice, company, seat)
        lead, contact = self._leads.new(), self._accounts.new_contact()
        active = self._diary.write(life.deeds, contact, account, who.email)
        self._members.write(life, who, company, lead=lead, contact=contact)
        deals = [self._accounts.deal(deal, account, contact, company, life) for deal in life.deals]
        became = Became(at, account, contact, deals[0] if deals else None)
        self._leads.write(lead, life, who, company, active=active, became=became)
        self._accounts.contact(contact, life, who, company, account, at, active)
        self._tally.add("kept", "converted leads")
        self._count_contact(life)

    def _count_contact(self, life: Life) -> None:
        self._tally.add("contacts", life.ought)
        self._tally.add("errors", "contact_without_status")


class _Desks:
    """Seats people: three to a company. Companies of accounts have even numbers, those of leads odd ones."""

    def __init__(self, scene: Scene, accounts: AccountBook) -> None:
        self._scene = scene
        self._accounts = accounts
        self._leads = 0
        self._companies = 0
        self._seat = SEATS
        self._open: tuple[Company, str] | None = None

    def lead(self) -> tuple[Company, int]:
        """A company and a seat for a lead."""
        number, seat = divmod(self._leads, SEATS)
        self._leads += 1
        return company(2 * number + 1), seat

    def fresh(self) -> tuple[Company, int]:
        """A company that has no account yet."""
        self._companies += 1
        return company(2 * self._companies), 0

    def account(self, owner: str) -> tuple[Company, str, int]:
        """A company, its account, made years ago, and a free seat there."""
        if self._open is None or self._seat == SEATS:
            found, _ = self.fresh()
            made = self._scene.now - (1400 + self._companies % 90) * DAY
            if self._companies % 12 == 0:  # nobody ever hands an account over
                owner = self._scene.dice.pick(self._scene.staff.gone_sellers)
            self._open = (found, self._accounts.account(found, owner, made, "Prospect"))
            self._seat = 0
        seat = self._seat
        self._seat += 1
        return (*self._open, seat)
