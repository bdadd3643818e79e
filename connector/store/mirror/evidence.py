"""Reads people with all that is known about them, a page at a time: a few statements per page, none per person.

Rows become records straight from the driver's tuples. Packed lists are decoded by msgspec in one go.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec

from connector.model import Evidence, Membership, Person, Ref, Scalar, Twin, User
from connector.store.bulk import Connection, listed
from connector.store.mirror import scratch
from connector.store.mirror.notes import Notes
from connector.store.mirror.surroundings import Surroundings, surroundings
from connector.store.mirror.tables import OBJECT_NAMES
from connector.store.mirror.unpacking import activities, member_entries, status_changes

PAGE: Final = 2_000
"""People per page."""

COMPANY: Final = "contact_company"
"""The note that says where a contact's company comes from. As long as it is not OWN, it is the account's name: then a
renamed account shows at once, although the contacts themselves have not changed."""
OWN: Final = b"own"

_COLUMNS: Final = [
    "key",
    "object",
    "person_id",
    "id",
    "version",
    "created_at",
    "modified_at",
    "modified_by",
    "record_type",
    "status",
    "disposition",
    "status_reason",
    "wake_up_date",
    "status_entered_at",
    "status_since_is_estimate",
    "score",
    "sla_due_at",
    "sla_breached_at",
    "cycle",
    "first_source",
    "source",
    "email",
    "phone",
    "first_name",
    "last_name",
    "title",
    "company",
    "industry",
    "employees",
    "country",
    "owner_id",
    "account_id",
    "is_converted",
    "is_inactive",
    "is_bounced",
    "facts",
    "is_closed",
]

_ACCOUNT: Final = "a.name, a.industry, a.employees, a.type, a.owner_id"
_LISTS: Final = ("packed_history", "packed_task", "packed_event", "packed_mail", "packed_member")

_QUERY: Final = (
    f"SELECT {listed(_COLUMNS, 'p.')}, lower(p.email), {_ACCOUNT}, "
    f"{listed(f'{name}.entries' for name in _LISTS)} "
    f"FROM {scratch.PAGE} AS g JOIN person AS p ON p.key = g.key LEFT JOIN accounts AS a ON a.id = p.account_id "
    + " ".join(f"LEFT JOIN {name} ON {name}.key = g.key" for name in _LISTS)
    + " ORDER BY g.key"
)

_facts = msgspec.json.Decoder(list[Any]).decode

Campaigns = dict[str, tuple[str, str, bool]]


class Reader:
    """Reads pages of evidence. Make a new one for each pass: users and campaigns are looked up once."""

    def __init__(self, connection: Connection, org: str, facts: tuple[str, ...], *, via_account: bool) -> None:
        self._connection = connection
        self._org = org
        self._own_company = Notes(connection).get(COMPANY) == OWN
        self._facts = facts
        self._via_account = via_account
        self._users = users(connection)
        self._campaigns: Campaigns = {
            id: (name or "", type or "", bool(active))
            for id, name, type, active in connection.rows("SELECT id, name, type, active FROM campaigns")
        }

    def page(self, keys: Sequence[int]) -> list[Evidence]:
        """The evidence of these people, in the order of keys."""
        scratch.fill_page(self._connection, keys)
        rows = self._connection.rows(_QUERY)
        objects = {row[1] for row in rows}
        around = surroundings(self._connection, self._org, objects, self._memberships, via_account=self._via_account)
        return [self._evidence(row, around) for row in rows]

    def _evidence(self, row: tuple[Any, ...], around: Surroundings) -> Evidence:
        key, object = row[0], row[1]
        email, *account, account_type, account_owner, history, tasks, events, mails, members = row[-11:]
        conversion = around.conversions.get(key)
        return Evidence(
            key=key,
            person=self._person(row, account, conversion.lead_id if conversion else None),
            changes=status_changes(history),
            activities=activities(tasks, events, mails),
            memberships=self._memberships(members) if members else (),
            opportunities=around.opportunities.get(key, ()),
            owner=self._users.get(row[30]),
            twins=_twins(around.twins.get((object, email)), row[2]) if email else (),
            conversion=conversion,
            account_type=account_type,
            account_owner=self._users.get(account_owner) if account_owner else None,
        )

    def _person(self, row: tuple[Any, ...], account: Sequence[Any], converted_from: str | None) -> Person:
        """`account`: its name, and its industry and employees where the contact's are the account's."""
        company, industry, employees = account
        return Person(
            ref=Ref(self._org, OBJECT_NAMES[row[1]], row[3]),
            person_id=row[2],
            version=row[4],
            created_at=datetime.fromtimestamp(row[5], UTC),
            modified_at=_time(row[6]),
            modified_by=row[7],
            record_type=row[8],
            status=row[9],
            disposition=row[10],
            status_reason=row[11],
            wake_up_date=None if row[12] is None else date.fromisoformat(row[12]),
            status_entered_at=_time(row[13]),
            status_since_is_estimate=None if row[14] is None else bool(row[14]),
            score=row[15],
            sla_due_at=_time(row[16]),
            sla_breached_at=_time(row[17]),
            cycle=row[18],
            first_source=row[19],
            source=row[20],
            email=row[21],
            phone=row[22],
            first_name=row[23],
            last_name=row[24],
            title=row[25],
            company=row[26] if self._own_company else company or row[26],
            industry=industry or row[27],
            employees=row[28] if employees is None else employees,
            country=row[29],
            owner_id=row[30],
            account_id=row[31],
            converted_from=converted_from,
            is_converted=bool(row[32]),
            is_inactive=bool(row[33]),
            is_closed=bool(row[36]),
            is_bounced=bool(row[34]),
            facts=self._named(row[35]) if row[35] else (),
        )

    def _named(self, facts: str) -> tuple[tuple[str, Scalar], ...]:
        return tuple(zip(self._facts, _facts(facts), strict=True))

    def _memberships(self, packed: bytes) -> tuple[Membership, ...]:
        found = []
        for one in member_entries(packed):
            name, type, active = self._campaigns.get(one.campaign_id, ("", "", False))
            found.append(
                Membership(one.campaign_id, name, type, active, one.responded, one.created_at, one.responded_at)
            )
        return tuple(found)


def _twins(found: list[tuple[int, Twin]] | None, person_id: int) -> tuple[Twin, ...]:
    """Without those that are the same person: a contact's lead has its e-mail too."""
    return tuple(twin for person, twin in found if person != person_id) if found else ()


def _time(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)


def users(connection: Connection) -> dict[str | None, User]:
    """All users and queues by id."""
    found = connection.rows("SELECT id, name, email, active, kind, department, title, role, manager_id FROM users")
    return {
        id: User(id, name or "", email, bool(active), kind or "user", department, title, role, manager)
        for id, name, email, active, kind, department, title, role, manager in found
    }
