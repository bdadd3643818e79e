"""Whom else a change concerns: the people of an owner, an account, a campaign or a deal, twins, converted contacts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from connector.ports import Table
from connector.store.bulk import Connection
from connector.store.mirror import scratch
from connector.store.mirror.dirty import mark_found
from connector.store.mirror.entries import digest
from connector.store.mirror.tables import OBJECT_NAMES

_IDS: Final = f"(SELECT word FROM {scratch.WORDS})"


def mark_twins(connection: Connection, object: int, emails: Iterable[str | None]) -> None:
    """People of the other object with one of these e-mails; `object` is the one that changed."""
    scratch.fill_words(connection, emails)
    mark_found(
        connection,
        f"SELECT p.key FROM {scratch.WORDS} AS w JOIN person AS p ON lower(p.email) = lower(w.word) AND p.object = ? "
        "WHERE p.email IS NOT NULL",
        (1 - object,),
        f"{OBJECT_NAMES[object]} with the same e-mail",
    )


def mark_contacts(connection: Connection, contacts: Iterable[str | None]) -> None:
    """Contacts (by id) whose lead changed, and with it perhaps the deals they are in."""
    scratch.fill_words(connection, contacts)
    _mark_dealing(connection, f"SELECT key FROM person WHERE object = 0 AND id IN {_IDS}", "its lead")


def mark_people_of(connection: Connection, table: Table, ids: Iterable[str | None], *, via_account: bool) -> None:
    """The people of changed users, accounts, campaigns, deals; of changed contact roles by their contact's id."""
    marking = _MARKING.get(table)
    if marking is not None:
        scratch.fill_words(connection, ids)
        marking(connection, via_account)


def _users(connection: Connection, _: bool) -> None:
    mark_found(connection, f"SELECT key FROM person WHERE owner_id IN {_IDS}", (), "owner")


def _accounts(connection: Connection, _: bool) -> None:
    mark_found(connection, f"SELECT key FROM person WHERE account_id IN {_IDS}", (), "account")
    mark_found(
        connection,
        "SELECT c.key FROM person AS l JOIN person AS c ON c.object = 0 AND c.id = l.converted_contact "
        f"WHERE l.converted_account IN {_IDS}",
        (),
        "account",
    )


def _campaigns(connection: Connection, _: bool) -> None:
    ids = [word for (word,) in connection.rows(f"SELECT word FROM {scratch.WORDS}")]
    scratch.fill_hashes(connection, [digest(id) for id in ids])
    members = f"SELECT m.key FROM mention AS m WHERE m.hash IN (SELECT hash FROM {scratch.HASHES})"
    mark_found(connection, f"SELECT key FROM person WHERE key IN ({members})", (), "campaign")
    mark_found(
        connection,
        "SELECT c.key FROM person AS l JOIN person AS c ON c.object = 0 AND c.id = l.converted_contact "
        f"WHERE l.key IN ({members})",
        (),
        "campaign",
    )


def _deals(connection: Connection, via_account: bool) -> None:
    _mark_dealing(
        connection,
        "SELECT p.key FROM opportunity_contacts AS r JOIN person AS p ON p.object = 0 AND p.id = r.contact_id "
        f"WHERE r.opportunity_id IN {_IDS}",
        "opportunity",
    )
    _mark_dealing(
        connection,
        "SELECT c.key FROM person AS l JOIN person AS c ON c.object = 0 AND c.id = l.converted_contact "
        f"WHERE l.converted_opportunity IN {_IDS}",
        "opportunity",
    )
    if via_account:
        _mark_dealing(
            connection,
            "SELECT p.key FROM opportunities AS o JOIN person AS p ON p.account_id = o.account_id "
            f"WHERE o.id IN {_IDS} AND p.object = 0",
            "opportunity",
        )


def _roles(connection: Connection, _: bool) -> None:
    _mark_dealing(connection, f"SELECT key FROM person WHERE object = 0 AND id IN {_IDS}", "opportunity")


def _mark_dealing(connection: Connection, contacts: str, cause: str) -> None:
    """Contacts (a query for their keys) whose deals may have changed, and the leads with the same e-mail."""
    mark_found(connection, contacts, (), cause)
    mark_found(
        connection,
        f"SELECT l.key FROM ({contacts}) AS d JOIN person AS c ON c.key = d.key "
        "JOIN person AS l ON lower(l.email) = lower(c.email) AND l.object = 1 "
        "WHERE l.email IS NOT NULL AND c.email IS NOT NULL",
        (),
        f"{cause} of a contact with the same e-mail",
    )


_MARKING: Final[Mapping[Table, Callable[[Connection, bool], None]]] = {
    Table.USER: _users,
    Table.ACCOUNT: _accounts,
    Table.CAMPAIGN: _campaigns,
    Table.OPPORTUNITY: _deals,
    Table.OPPORTUNITY_CONTACT: _roles,
}
