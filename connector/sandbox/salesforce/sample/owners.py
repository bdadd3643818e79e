"""The people who work in the org, the queues, and who belongs to which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from connector.sandbox.salesforce.base import ADMIN_ID, ORG_ID, PROFILE_ID
from connector.sandbox.salesforce.sample.names import plain
from connector.sandbox.salesforce.sample.times import DAY, stamp

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


ROLE_COLUMNS = ("Id", "Name", "DeveloperName", "LastModifiedDate", "LastModifiedById", "SystemModstamp")
USER_COLUMNS = (
    "Id", "Username", "FirstName", "LastName", "Email", "Alias", "CommunityNickname", "IsActive", "Department",
    "Title", "UserRoleId", "ProfileId", "ManagerId", "UserType", "TimeZoneSidKey", "LocaleSidKey", "LanguageLocaleKey",
    "EmailEncodingKey", "CreatedDate", "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip
GROUP_COLUMNS = (
    "Id", "Name", "DeveloperName", "Type", "OwnerId", "DoesSendEmailToMembers", "DoesIncludeBosses", "CreatedDate",
    "CreatedById", "LastModifiedDate", "LastModifiedById", "SystemModstamp",
)  # fmt: skip
MEMBER_COLUMNS = ("Id", "GroupId", "UserOrGroupId", "SystemModstamp")
QUEUE_OBJECT_COLUMNS = ("Id", "QueueId", "SobjectType", "CreatedById", "SystemModstamp")

Put = Callable[[str, tuple[str, ...], tuple[object, ...]], None]
"""Takes one row: object, columns, values."""
Mint = Callable[[str], str]
"""A fresh id for an object."""


def hire(people: int, now: int, mint: Mint, put: Put) -> Staff:
    """Writes roles, users and queues for an org of so many people, and says who is who."""
    firm = _Firm(now, mint, put)
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


class _Firm:
    """Writes users and queues with everything that hangs on them."""

    def __init__(self, now: int, mint: Mint, put: Put) -> None:
        self._now = now
        self._mint = mint
        self._put = put
        self._roles: dict[str, str] = {}
        self.names: dict[str, str] = {}

    def user(self, name: str, job: str, manager: str | None, *, active: bool = True) -> str:
        made = JOBS[job]
        user = self._mint("User")
        self.names[user] = name
        first, _, last = name.partition(" ")
        since = stamp(self._now - (900 + len(name) * 7) * DAY)
        address = f"{plain(first)}.{plain(last)}@{MAIL}"
        self._put(
            "User",
            USER_COLUMNS,
            (
                user, address, first, last, address, plain(first)[:4] + plain(last)[:4], plain(name), int(active),
                made.department, made.title, self._role(made.role), PROFILE_ID, manager, "Standard", "Europe/Berlin",
                "en_GB", "en_US", "UTF-8", since, ADMIN_ID, since, ADMIN_ID, since,
            ),
        )  # fmt: skip
        return user

    def queue(self, name: str, by: str, members: tuple[str, ...]) -> str:
        queue = self._mint("Group")
        self.names[queue] = name
        since = stamp(self._now - 800 * DAY)
        short = name.replace(" ", "_").replace("-", "_")
        self._put("Group", GROUP_COLUMNS, (queue, name, short, "Queue", ORG_ID, 0, 0, since, by, since, by, since))
        self._put("QueueSobject", QUEUE_OBJECT_COLUMNS, (self._mint("QueueSobject"), queue, "Lead", by, since))
        for member in members:
            self._put("GroupMember", MEMBER_COLUMNS, (self._mint("GroupMember"), queue, member, since))
        return queue

    def _role(self, name: str) -> str:
        if name not in self._roles:
            since = stamp(self._now - 900 * DAY)
            role = self._roles[name] = self._mint("UserRole")
            self._put("UserRole", ROLE_COLUMNS, (role, name, plain(name).replace("-", "_"), since, ADMIN_ID, since))
        return self._roles[name]
