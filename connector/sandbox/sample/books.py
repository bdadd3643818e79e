"""What a CRM's sample offers so that lives can be written down: a book for each sort of record."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from connector.sandbox.sample.companies import Company
from connector.sandbox.sample.life import Deal, Deed, Life
from connector.sandbox.sample.people import Human


class Became(NamedTuple):
    """What a lead was converted into: ids, and when."""

    at: int
    account: str
    contact: str
    opportunity: str | None


class LeadBook(Protocol):
    """Writes leads with their history."""

    def new(self) -> str:
        """A fresh id for a lead."""

    def write(
        self, lead: str, life: Life, human: Human, company: Company, *, active: int = 0, became: Became | None = None
    ) -> None:
        """The record and its history. `active`: the moment of the last activity, 0 for none."""

    def ghost(self, life: Life, human: Human, company: Company, winner: str | None) -> None:
        """A second record of the same human that was deleted, or merged into `winner`."""


class AccountBook(Protocol):
    """Writes accounts, contacts and opportunities."""

    def new_contact(self) -> str:
        """A fresh id for a contact."""

    def account(self, company: Company, owner: str, made: int, kind: str) -> str:
        """Writes an account; answers its id. `kind`: Prospect, or Customer - Direct."""

    def contact(
        self, contact: str, life: Life, human: Human, company: Company, account: str, made: int, active: int
    ) -> None:
        """Writes a contact. `made`: when it was created. `active`: the moment of the last activity, 0 for none."""

    def deal(self, deal: Deal, account: str, contact: str, company: Company, life: Life) -> str:
        """Writes an opportunity and the contact's part in it; answers the opportunity's id."""


class DiaryBook(Protocol):
    """Writes activities."""

    def write(self, deeds: list[Deed], who: str, account: str | None, email: str | None) -> int:
        """The activities of one person: of a contact of that account, or without one of a lead. Answers the latest
        moment that counts as last activity, or 0."""


class MemberBook(Protocol):
    """Writes who was in which campaign."""

    def write(self, life: Life, who: Human, company: Company, *, lead: str | None, contact: str | None) -> None:
        """The memberships of one person; a converted lead's name both records."""


class Books(NamedTuple):
    """All of them."""

    leads: LeadBook
    accounts: AccountBook
    diary: DiaryBook
    members: MemberBook
