"""What happened to one person, told backwards from now and without any record ids."""

from __future__ import annotations

from typing import NamedTuple

from connector.sandbox.sample.dice import Dice
from connector.sandbox.sample.staff import Staff
from connector.sandbox.sample.statuses import DISQUALIFIED, INQUIRY, MAQL, RAW, SAL, SQL
from connector.sandbox.sample.times import DAY, HOUR, at_work


class Turn(NamedTuple):
    """Status `status` began at `at`, by the hand of user `by`. The first turn of a life is the record's creation."""

    at: int
    by: str
    status: str


class Deed(NamedTuple):
    """One activity: `kind` is a name of `activities.KINDS`, `by` the user."""

    at: int
    kind: str
    by: str


class Joined(NamedTuple):
    """Membership of the campaign with that key. `responded` is when the person answered it, or None."""

    campaign: str
    at: int
    responded: int | None = None


class Deal(NamedTuple):
    """An opportunity. `outcome`: open, won or lost. `closed` is when, None while open."""

    kind: str
    outcome: str
    created: int
    closed: int | None


class Life:
    """One person. `ought` is the status the record should have in the end, `rule` the rule that says so.

    `marks` are the planted errors, findings and curiosities this life stands for (see `planted.py`). `bounced` and
    `converted` are moments or None. `extra` asks the writer for something besides the person's own record.
    """

    __slots__ = (
        "bounced", "converted", "deals", "deeds", "email", "extra", "joined", "marks", "ought", "owner", "rule",
        "source", "turns",
    )  # fmt: skip

    def __init__(self, turns: list[Turn], source: str | None, owner: str) -> None:
        self.turns = turns
        self.source = source
        self.owner = owner
        self.deeds: list[Deed] = []
        self.joined: list[Joined] = []
        self.deals: list[Deal] = []
        self.bounced: int | None = None
        self.converted: int | None = None
        self.email: str | None = None
        self.ought: str = turns[-1].status
        self.rule = ""
        self.marks: tuple[str, ...] = ()
        self.extra = ""

    @property
    def created(self) -> int:
        """When the record was made."""
        return self.turns[0].at

    @property
    def entered(self) -> int:
        """When the present status began."""
        return self.turns[-1].at

    @property
    def status(self) -> str:
        """The text in the status field now."""
        return self.turns[-1].status


class Scene:
    """What a life is made from: dice, the present moment (epoch seconds) and the people who work in the org."""

    def __init__(self, dice: Dice, now: int, staff: Staff) -> None:
        self.dice = dice
        self.now = now
        self.staff = staff

    def ago(self, least: float, most: float) -> int:
        """A moment in office hours between so many days ago; `least` must be at least one day."""
        return at_work(self.now - int((least + self.dice.roll() * (most - least)) * DAY))

    def hours_ago(self, least: float, most: float) -> int:
        """A moment between so many hours ago, whatever the clock says."""
        return self.now - int((least + self.dice.roll() * (most - least)) * HOUR)

    def soon(self, at: int, least: float, most: float) -> int:
        """Between so many hours after `at`, but never in the future."""
        return min(at + int((least + self.dice.roll() * (most - least)) * HOUR), self.now - 60)

    def hand(self, status: str) -> str:
        """Who usually moves somebody to that status."""
        staff = self.staff
        if status in (INQUIRY, MAQL, RAW):
            return staff.automation
        if status in (SAL, SQL):
            return self.dice.pick(staff.sellers)
        if status == DISQUALIFIED and self.dice.chance(0.3):
            return self.dice.pick(staff.sellers)
        return self.dice.pick(staff.ldrs)

    def path(self, entered: int, *statuses: str) -> list[Turn]:
        """The statuses one after the other: the last entered at that moment, each 1 to 12 days before the next."""
        turns = [Turn(entered, self.hand(statuses[-1]), statuses[-1])]
        at = entered
        for status in reversed(statuses[:-1]):
            at = at_work(at - int((1 + self.dice.roll() * 11) * DAY))
            turns.append(Turn(at, self.hand(status), status))
        turns.reverse()
        return turns
