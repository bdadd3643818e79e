"""The bill of materials."""

from hypothesis import given
from hypothesis import strategies as st

from connector.sandbox.sample.kinds import KINDS, PLAIN, deal_out
from connector.sandbox.sample.planted import Tally


@given(st.integers(1, 3_000_000))
def test_the_kinds_add_up(people: int) -> None:
    """However many people: the lives of all kinds make exactly so many, and plain inquiries are never negative."""
    counts = deal_out(people)
    assert sum(count * KINDS[name].people for name, count in counts.items()) == people
    assert counts[PLAIN] >= 0


def test_from_500_people_on_every_kind_occurs() -> None:
    """A small demo shows every kind of fault at least once."""
    assert all(deal_out(500).values())


def test_there_are_fewer_kinds_than_a_byte_holds() -> None:
    """Kinds are shuffled as bytes."""
    assert len(KINDS) < 256


def test_a_tally_takes_no_group_that_a_record_does_not_have() -> None:
    """Every mark in the table ends up in the record: none is counted and then forgotten."""
    tally = Tally()
    for kind in KINDS.values():
        tally.mark(kind.marks)
    planted = tally.settle(1, 1, "")
    assert set(tally.counts) <= set(planted.__dataclass_fields__)
