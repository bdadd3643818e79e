"""The people who work in the org, the queues, and who belongs to which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Protocol

MAIL = "northwind-instruments.example"
"""The firm's own mail domain."""

_LDRS = (
    "Jonas Weber", "Aylin Kaya", "Tomasz Wrona", "Grace Okonkwo", "Léa Fontaine", "Sam Whitaker", "Mirjam Öhler",
    "Deniz Arslan", "Paula Costa", "Ivo Novák", "Hanna Lindqvist", "Rory Byrne", "Chiara Rinaldi", "Emil Krogh",
    "Nadia Haddad", "Luca Bauer",
)  # fmt: skip
_SELLERS = (
    "Karin Brandt", "Marcus Hale", "Sofie Lund", "Dariusz Kamiński", "Bénédicte Roux", "Tim O'Hara", "Ulrike Sommer",
    "Victor Alvarez", "Yasemin Demir", "Gareth Pugh", "Ines Moreau", "Holger Franke", "Abigail Stone", "Jan de Wit",
    "Oksana Bondar", "Pietro Greco",
)  # fmt: skip
_MARKETERS = ("Wiebke Thoma", "Dana Levy", "Étienne Marchand")
_GONE = (("Ralf Petersen", "ldr"), ("Bianca Moser", "ldr"), ("Craig Dunlop", "seller"), ("Svenja Albers", "seller"))


class Job(NamedTuple):
    """A kind of user: department, title, and the role in the hierarchy."""

    department: str
    title: str
    role: str


JOBS = {
    "ldr": Job("Sales Development", "Lead Development Representative", "LDR"),
    "ldr lead": Job("Sales Development", "LDR Team Lead", "LDR Lead"),
    "seller": Job("Sales", "Account Executive", "Account Executive"),
    "sales lead": Job("Sales", "VP Sales", "VP Sales"),
    "marketer": Job("Marketing", "Marketing Manager", "Marketing"),
    "marketing lead": Job("Marketing", "CMO", "CMO"),
    "revops": Job("Revenue Operations", "RevOps Manager", "RevOps"),
    "automation": Job("Marketing", "Marketing Automation Sync", "Marketing"),
}


class Staff(NamedTuple):
    """Who works here, by user id. `gone`: those who left and whose users are inactive. `names`: of users and queues."""

    ldrs: tuple[str, ...]
    sellers: tuple[str, ...]
    marketers: tuple[str, ...]
    gone_ldrs: tuple[str, ...]
    gone_sellers: tuple[str, ...]
    automation: str
    revops: str
    inbound: str
    webinars: str
    names: Mapping[str, str]

    def marketing(self, number: int) -> str:
        """The owner that marketing gives the `number`-th person: one of its people, or the inbound queue."""
        choices = (self.inbound, *self.marketers)
        return choices[number % len(choices)]


class Firm(Protocol):
    """Who writes users and queues. `names`: of everybody written so far, by id."""

    names: dict[str, str]

    def user(self, name: str, job: str, manager: str | None, *, active: bool = True) -> str:
        """Writes a user with a job of JOBS; answers its id."""

    def queue(self, name: str, by: str, members: tuple[str, ...]) -> str:
        """Writes a queue that those users belong to; answers its id."""


def hire(people: int, firm: Firm) -> Staff:
    """Has users and queues written for an org of so many people, and says who is who."""
    revops = firm.user("Charlotte Meinhardt", "revops", None)
    cmo = firm.user("Henrik Aalto", "marketing lead", revops)
    chief = firm.user("Monika Strehle", "sales lead", revops)
    lead = firm.user("Patrick Nolan", "ldr lead", chief)
    automation = firm.user("Marketing Automation", "automation", cmo)
    ldrs = tuple(firm.user(name, "ldr", lead) for name in _enough(_LDRS, 6 + people // 20_000))
    sellers = tuple(firm.user(name, "seller", chief) for name in _enough(_SELLERS, 8 + people // 20_000))
    marketers = tuple(firm.user(name, "marketer", cmo) for name in _MARKETERS)
    gone = [(firm.user(name, job, lead if job == "ldr" else chief, active=False), job) for name, job in _GONE]
    return Staff(
        ldrs=ldrs,
        sellers=sellers,
        marketers=marketers,
        gone_ldrs=tuple(user for user, job in gone if job == "ldr"),
        gone_sellers=tuple(user for user, job in gone if job == "seller"),
        automation=automation,
        revops=revops,
        inbound=firm.queue("Inbound Inquiries", revops, (*marketers, lead)),
        webinars=firm.queue("Webinar Follow-Up", revops, ldrs[:3]),
        names=firm.names,
    )


def _enough(names: tuple[str, ...], count: int) -> Iterator[str]:
    for number in range(min(count, 60)):
        name = names[number % len(names)]
        yield name if number < len(names) else f"{name} {number // len(names) + 1}"
