"""Whose task it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.alerts.assignee import assignee
from connector.model import Evidence, Person, Ref
from connector.ports import Table
from connector.store.mirror import Mirror
from tests.store.mirror.given import load, opened, row


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    """Ann reports to Bob, Cleo to Dan who has left, Eve to nobody; queues with one and with two workers."""
    with opened(tmp_path) as mirror:
        people = {"ann": ("bob", 1), "bob": (None, 1), "cleo": ("dan", 1), "dan": (None, 0), "eve": (None, 1)}
        users = [
            row(Table.USER, id=id, name=id.title(), email=f"{id}@x.org", active=active, manager_id=lead, kind="user")
            for id, (lead, active) in people.items()
        ]
        queues = [row(Table.USER, id=id, name=id.title(), kind="queue") for id in ("one", "two", "none")]
        load(mirror, Table.USER, *users, *queues)
        members = [("one", "ann"), ("one", "dan"), ("two", "ann"), ("two", "eve")]
        load(mirror, Table.QUEUE_MEMBER, *(row(Table.QUEUE_MEMBER, queue_id=q, user_id=u) for q, u in members))
        yield mirror


def whose(
    mirror: Mirror, owner: str | None, level: str = "breach", fallback: str = "", account: str | None = None
) -> str:
    """Whose task it is, or why nobody's. `account`: who owns the account, whose business it is."""
    at = datetime(2026, 3, 2, tzinfo=UTC)
    person = Person(ref=Ref("acme", "lead", "1"), person_id=1, version="1", created_at=at, owner_id=owner)
    evidence = Evidence(key=1, person=person, owner=mirror.users.one(owner))
    evidence = replace(evidence, account_owner=mirror.users.one(account))
    found = assignee(level, evidence, mirror.users, fallback, of_account=account is not None)
    return found.user.id if found.user is not None else found.why


def test_the_owner(mirror: Mirror) -> None:
    """Who owns the person has to act."""
    assert whose(mirror, "ann", fallback="eve") == "ann"
    assert whose(mirror, "ann", "warn") == "ann"


def test_escalated_to_the_manager(mirror: Mirror) -> None:
    """Who leads the owner; where nobody does, or they have left, the fallback, else the owner again."""
    assert whose(mirror, "ann", "escalate") == "bob"
    assert whose(mirror, "cleo", "escalate", fallback="eve") == "eve"
    assert whose(mirror, "cleo", "escalate") == "cleo"
    assert whose(mirror, "bob", "escalate", fallback="nobody") == "bob"


def test_who_works_off_the_queue(mirror: Mirror) -> None:
    """The one active worker of a queue; of several nobody is picked."""
    assert whose(mirror, "one") == "ann"
    assert whose(mirror, "one", "escalate") == "bob"
    assert whose(mirror, "two", fallback="EVE@x.org") == "eve"
    assert "queue Two, which 2 people work off" in whose(mirror, "two")
    assert "queue None, which 0 people work off" in whose(mirror, "none")


def test_nobody_is_left(mirror: Mirror) -> None:
    """Why, and what is wrong with the fallback."""
    assert whose(mirror, "dan") == "Dan, who owns it, has left; no fallback is set in [org.alerts.task]"
    assert "no active user is called 'Dan'" in whose(mirror, "dan", fallback="Dan")
    assert whose(mirror, None).startswith("the owner is not known")
    load(mirror, Table.USER, *(row(Table.USER, id=id, name="Twin", kind="user") for id in ("t1", "t2")))
    assert "2 active users are called 'twin'" in whose(mirror, None, fallback="twin")


def test_the_owner_of_the_account(mirror: Mirror) -> None:
    """What is theirs is theirs; of the person's owner if they have left, or many could be meant; then the fallback."""
    assert whose(mirror, "ann", "tell", account="bob") == "bob"
    assert whose(mirror, "ann", "tell", account="one") == "ann"
    assert whose(mirror, "eve", "tell", account="dan") == "eve"
    assert whose(mirror, "eve", "tell", account="two") == "eve"
    assert whose(mirror, "eve", "tell", account="nobody") == "eve"
    assert whose(mirror, "dan", "tell", fallback="ann", account="two") == "ann"
