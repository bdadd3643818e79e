"""What stands around the people of a page: twins, deals, the leads that contacts came from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from connector.model import CONTACT, Conversion, Membership, Opportunity, Ref, Twin
from connector.store.bulk import Connection
from connector.store.mirror import scratch
from connector.store.mirror.tables import OBJECT_CODES, OBJECT_NAMES
from connector.store.mirror.unpacking import activities, status_changes

MANY: Final = 3
"""Twins told of each (object, status, converted or not). More say nothing new: an info@ address may have thousands."""

ACCOUNT_AGE: Final = 60
"""Seconds. A conversion that makes account and contact makes them in one go; an older account was there before."""

DAY: Final = 86_400
"""Seconds. Some CRMs only tell the day of a conversion, in a zone of their own."""

_PEOPLE: Final = "{among} AS g JOIN person AS p ON p.key = g.key"
_PAGE_PEOPLE: Final = _PEOPLE.format(among=scratch.PAGE)


class Surroundings(NamedTuple):
    """By key of the person; twins by object and lower-case e-mail of those who have them, each with its person id."""

    twins: dict[tuple[int, str], list[tuple[int, Twin]]]
    opportunities: dict[int, tuple[Opportunity, ...]]
    conversions: dict[int, Conversion]


Memberships = Callable[[bytes], tuple[Membership, ...]]


def surroundings(
    connection: Connection, org: str, objects: set[int], memberships: Memberships, *, via_account: bool
) -> Surroundings:
    """What stands around the people in `scratch.PAGE`, who are of these objects."""
    twins: dict[tuple[int, str], list[tuple[int, Twin]]] = {}
    for object in objects:
        _add_twins(twins, connection, org, object, via_account=via_account)
    if OBJECT_CODES[CONTACT] not in objects:
        return Surroundings(twins, {}, {})
    return Surroundings(twins, _deals(connection, via_account=via_account), _conversions(connection, memberships))


def _add_twins(
    twins: dict[tuple[int, str], list[tuple[int, Twin]]],
    connection: Connection,
    org: str,
    object: int,
    *,
    via_account: bool,
) -> None:
    are_contacts = 1 - object == OBJECT_CODES[CONTACT]
    found = connection.rows(
        "SELECT key, email, id, status, is_converted, person_id FROM ("
        "SELECT t.key, lower(t.email) AS email, t.id, t.status, t.is_converted, t.person_id, "
        "row_number() OVER (PARTITION BY lower(t.email), t.status, t.is_converted "
        f"ORDER BY {_DEALS_FIRST if are_contacts else ''} t.id) AS number "
        "FROM person AS t WHERE t.email IS NOT NULL AND t.object = ? AND lower(t.email) IN "
        f"(SELECT lower(p.email) FROM {_PAGE_PEOPLE} WHERE p.object = ? AND p.email IS NOT NULL)) AS ranked "
        "WHERE number <= ? ORDER BY email, id",
        (1 - object, object, MANY),
    )
    deals: dict[int, tuple[Opportunity, ...]] = {}
    if are_contacts and found:
        scratch.fill_twins(connection, [row[0] for row in found])
        deals = _deals(connection, via_account=via_account, among=scratch.TWINS)
    name = OBJECT_NAMES[1 - object]
    for key, email, id, status, converted, person in found:
        still_open = tuple(deal for deal in deals.get(key, ()) if deal.is_open)
        twin = Twin(Ref(org, name, id), status, bool(converted), still_open)
        twins.setdefault((object, email), []).append((person, twin))


_DEALS_FIRST: Final = (
    "NOT EXISTS (SELECT 1 FROM opportunity_contacts AS r JOIN opportunities AS o ON o.id = r.opportunity_id "
    "WHERE r.contact_id = t.id AND o.is_open = 1), "
)
_DEAL: Final = "o.id, o.name, o.type, o.is_open, o.is_won, o.created_at, o.closed_at"
_LEADS_OF: Final = "JOIN person AS l ON l.converted_contact = p.id AND p.object = 0"
_VIA: Final = (
    (
        "account",
        f"SELECT p.key, {_DEAL} FROM {_PEOPLE} JOIN opportunities AS o ON o.account_id = p.account_id "
        "WHERE p.object = 0",
    ),
    (
        "conversion",
        f"SELECT p.key, {_DEAL} FROM {_PEOPLE} {_LEADS_OF} JOIN opportunities AS o ON o.id = l.converted_opportunity",
    ),
    (
        "role",
        f"SELECT p.key, {_DEAL} FROM {_PEOPLE} JOIN opportunity_contacts AS r ON r.contact_id = p.id "
        "JOIN opportunities AS o ON o.id = r.opportunity_id WHERE p.object = 0",
    ),
)
"""The nearest way in which a deal belongs to somebody comes last and counts."""


def _deals(
    connection: Connection, *, via_account: bool, among: str = scratch.PAGE
) -> dict[int, tuple[Opportunity, ...]]:
    """By key of the contacts in a table of keys, oldest first."""
    by_key: dict[int, dict[str, Opportunity]] = defaultdict(dict)
    for via, query in _VIA if via_account else _VIA[1:]:
        for key, id, name, type, is_open, is_won, created_at, closed_at in connection.rows(query.format(among=among)):
            by_key[key][id] = Opportunity(
                id, name or "", type, bool(is_open), bool(is_won), _time(created_at), _maybe(closed_at), via
            )
    return {key: tuple(sorted(deals.values(), key=_age)) for key, deals in by_key.items()}


def _age(deal: Opportunity) -> tuple[datetime, str]:
    return deal.created_at, deal.id


_CONVERSIONS: Final = (
    "SELECT p.key, l.id, l.converted_at, l.status, l.created_at, l.source, l.converted_opportunity, l.owner_id, "
    "p.created_at, a.created_at, h.entries, t.entries, e.entries, m.entries, c.entries "
    f"FROM {_PAGE_PEOPLE} {_LEADS_OF} LEFT JOIN accounts AS a ON a.id = l.converted_account "
    "LEFT JOIN packed_history AS h ON h.key = l.key LEFT JOIN packed_task AS t ON t.key = l.key "
    "LEFT JOIN packed_event AS e ON e.key = l.key LEFT JOIN packed_mail AS m ON m.key = l.key "
    "LEFT JOIN packed_member AS c ON c.key = l.key ORDER BY p.key, l.converted_at, l.id"
)


def _conversions(connection: Connection, memberships: Memberships) -> dict[int, Conversion]:
    """Of several leads that became one contact, the one converted last."""
    found = {row[0]: row for row in connection.rows(_CONVERSIONS)}
    return {key: _conversion(row, memberships) for key, row in found.items()}


def _conversion(row: tuple[Any, ...], memberships: Memberships) -> Conversion:
    _, lead, at, status, created_at, source, deal, owner, contact_at, account_at, *lists = row
    history, tasks, events, mails, members = lists
    return Conversion(
        lead_id=lead,
        at=_time(contact_at if at is None else at),
        status=status,
        created_at=_time(created_at),
        changes=status_changes(history),
        activities=activities(tasks, events, mails),
        memberships=memberships(members) if members else (),
        account_was_new=_was_new(account_at, contact_at, at),
        opportunity_id=deal,
        source=source,
        owner_id=owner,
    )


def _was_new(account_at: int | None, contact_at: int, converted_at: int | None) -> bool | None:
    """The conversion made the account: account and contact were created together, and not before the conversion."""
    if account_at is None or converted_at is None:
        return None
    return contact_at >= converted_at - DAY and abs(account_at - contact_at) <= ACCOUNT_AGE


def _time(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def _maybe(at: int | None) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, UTC)
