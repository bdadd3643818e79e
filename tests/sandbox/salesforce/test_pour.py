"""Pouring very many rows into an org."""

from collections.abc import Iterator

import pytest

from connector.sandbox.salesforce.org import Org
from connector.sandbox.salesforce.pour import pouring

COLUMNS = ("Id", "LastName", "Company", "SystemModstamp")


@pytest.fixture
def org() -> Iterator[Org]:
    made = Org()
    yield made
    made.close()


def indexes(org: Org) -> set[str]:
    return {name for (name,) in org.storage.db.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}


def count(org: Org) -> int:
    found: int = org.storage.db.execute("SELECT COUNT(*) FROM Lead").fetchone()[0]
    return found


def test_rows_arrive_in_any_mixture_with_ids_of_their_own(org: Org) -> None:
    """More rows than a block, of two objects in turn: all are there, counted, and indexed as before."""
    before = indexes(org)
    with pouring(org) as pour:
        for number in range(4500):
            row = (pour.mint("Lead"), f"L{number}", "X", "2026-01-01T00:00:00.000Z")
            pour.put("Lead", COLUMNS, row)
            pour.put("LeadHistory", ("Id", "LeadId"), (pour.mint("LeadHistory"), row[0]))
    assert pour.counts == {"Lead": 4500, "LeadHistory": 4500}
    assert count(org) == 4500
    assert indexes(org) == before
    assert org.ids.next("00Q") > org.storage.db.execute("SELECT MAX(Id) FROM Lead").fetchone()[0]


def test_a_second_pour_adds_to_the_first(org: Org) -> None:
    """An object that has rows already keeps them and its indexes."""
    for _ in range(2):
        with pouring(org) as pour:
            pour.put("Lead", COLUMNS, (pour.mint("Lead"), "L", "X", None))
    assert count(org) == 2


def test_an_exception_undoes_everything(org: Org) -> None:
    """Rows, dropped indexes, all of it: the org is as it was."""
    before = indexes(org)

    def spill() -> None:
        with pouring(org) as pour:
            for number in range(3000):
                pour.put("Lead", COLUMNS, (pour.mint("Lead"), f"L{number}", "X", None))
            raise KeyError("stopped")

    with pytest.raises(KeyError):
        spill()
    assert count(org) == 0
    assert indexes(org) == before


def test_columns_that_are_no_columns_are_refused(org: Org) -> None:
    """A name that the object lacks, or that is calculated, is named."""
    with pytest.raises(ValueError, match="no column to fill on Lead: Name, Nonsense"), pouring(org) as pour:
        pour.put("Lead", ("Id", "Name", "Nonsense"), ("x", "y", "z"))


def test_waiting_rows_are_seen_after_a_flush(org: Org) -> None:
    """Queries in the same transaction see what was poured, once it is flushed."""
    with pouring(org) as pour:
        pour.put("Lead", COLUMNS, (pour.mint("Lead"), "L", "X", None))
        assert count(org) == 0
        pour.flush()
        assert count(org) == 1
