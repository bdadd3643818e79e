"""The people who work in the org, and the queues, as rows."""

from __future__ import annotations

from collections.abc import Callable

from connector.sandbox.salesforce.base import ADMIN_ID, ORG_ID, PROFILE_ID
from connector.sandbox.salesforce.sample.times import stamp
from connector.sandbox.sample.names import plain
from connector.sandbox.sample.staff import JOBS, MAIL
from connector.sandbox.sample.times import DAY

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


class Firm:
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
