"""Status changes in the order they happened, our own among them."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from connector.model import Observation
from connector.timeline.rows import rows
from tests.people import at, changes, own, ref


def pairs(found):  # type: ignore[no-untyped-def]
    return [(one.before, one.after) for one in found]


def test_same_second() -> None:
    """Changes of the same second follow one another by their values, in whatever order they were recorded."""
    recorded = changes("2026-02-01 MAQL LAL", "2026-02-01 Inquiry MAQL", "2026-02-02 LAL MQL", "2026-02-02 MAQL LAL")
    assert pairs(rows(recorded[:2], "LAL", ())) == [("Inquiry", "MAQL"), ("MAQL", "LAL")]
    more = (*recorded[:1], *changes("2026-02-02 LAL MAQL"), recorded[3], recorded[2])
    assert pairs(rows(more, "MQL", ())) == [("MAQL", "LAL"), ("LAL", "MAQL"), ("MAQL", "LAL"), ("LAL", "MQL")]


@pytest.mark.parametrize("swapped", [False, True])
def test_there_and_back_within_a_second(swapped: bool) -> None:
    """Of two changes that fit either way, the status now, or the change after them, says which was the last."""
    pair = changes("2026-01-05T10:00 Disqualified Inquiry", "2026-01-05T10:00 Inquiry Disqualified")
    given = pair[::-1] if swapped else pair
    later = changes("2026-02-01 Inquiry LAL")
    assert [row.after for row in rows(given, "Disqualified", ())] == ["Inquiry", "Disqualified"]
    assert [row.after for row in rows((*given, *later), "LAL", ())] == ["Disqualified", "Inquiry", "LAL"]


def test_many_within_a_second() -> None:
    """Whatever the order of the records, a chain of changes of one second is told as it was."""
    chain = changes(
        *(f"2026-01-05T10:00 {pair}" for pair in ("Raw Inquiry", "Inquiry LAL", "LAL Inquiry", "Inquiry MAQL"))
    )
    for recorded in permutations(chain):
        assert [row.after for row in rows(recorded, "MAQL", ())] == ["Inquiry", "LAL", "Inquiry", "MAQL"]


def test_a_row_that_changes_nothing() -> None:
    """A row from a value to itself is no change."""
    assert rows(changes("2026-02-01 LAL LAL"), "LAL", ()) == []


def test_our_write_is_found_although_we_learned_of_it_later() -> None:
    """A bulk job or a crash may keep us from knowing for hours; the last row of the same values before that is ours."""
    recorded = changes("2026-02-01 Busy LAL rep", "2026-02-05 LAL Busy rep", "2026-02-10T02:00 Busy LAL connector")
    found = rows(recorded, "LAL", [own("disposition", "2026-02-10T09:00", "Busy", "LAL")])
    assert [bool(one.own) for one in found] == [False, False, True]


def test_another_fields_write_is_no_status_change() -> None:
    """Only writes of the status are looked for."""
    found = rows(changes("2026-02-01 - LAL"), "LAL", [own("age", "2026-02-01", None, "LAL", field="disposition")])
    assert [one.own for one in found] == [None]


def test_our_write_before_its_row_arrives() -> None:
    """Between the write and the next sync, or where no history is kept, our write stands for its row."""
    write = own("disposition", "2026-02-10", "Busy", "LAL")
    assert pairs(rows((), "LAL", [write])) == [("Busy", "LAL")]
    assert pairs(rows(changes("2026-02-01 Inquiry Busy"), "LAL", [write]))[-1] == ("Busy", "LAL")


def test_our_write_that_history_contradicts() -> None:
    """A write of ours after which nothing agrees is not made up."""
    assert rows((), "MQL", [own("disposition", "2026-02-10", "Busy", "LAL")]) == []


def test_several_writes_without_rows() -> None:
    """A chain of our writes is told whole."""
    writes = [
        own("disposition", "2026-02-10", "Busy", "LAL"),
        own("recycled", "2026-02-20", "LAL", "Re-Market"),
    ]
    assert pairs(rows((), "Re-Market", writes)) == [("Busy", "LAL"), ("LAL", "Re-Market")]


def test_undone_writes_without_rows() -> None:
    """A write and its undo are both known for ours, whether history shows both, one, or none of them."""
    writes = [
        own("disposition", "2026-02-10", "Busy", "LAL", undone=True),
        own("undo", "2026-02-11", "LAL", "Busy"),
    ]
    assert all(one.own for one in rows((), "Busy", writes))
    half = rows(changes("2026-02-10 Busy LAL connector"), "Busy", writes)
    assert [(one.before, one.after, bool(one.own)) for one in half] == [("Busy", "LAL", True), ("LAL", "Busy", True)]


def seen(before: str | None, after: str, *, at_sync: str, since: str | None) -> Observation:
    return Observation(ref(), "status", at(since) if since else None, at(at_sync), before, after)


def test_what_a_sync_saw() -> None:
    """Where the CRM keeps no history, what we saw between two syncs is the change, and an estimate."""
    (row,) = rows((), "LAL", (), [seen("Inquiry", "LAL", since="2026-02-01", at_sync="2026-02-02")])
    assert (row.at, row.before, row.after, row.seen) == (at("2026-02-02"), "Inquiry", "LAL", True)


def test_what_a_sync_saw_and_history_tells() -> None:
    """History is better: what it tells is not told twice, in whatever steps it went."""
    recorded = changes("2026-02-01T10:00 Inquiry MAQL", "2026-02-01T11:00 MAQL LAL")
    found = rows(recorded, "LAL", (), [seen("Inquiry", "LAL", since="2026-02-01", at_sync="2026-02-02")])
    assert [one.seen for one in found] == [False, False]


def test_a_record_that_is_new_to_us() -> None:
    """The first time a sync sees a record is no change."""
    assert rows((), "LAL", (), [seen(None, "LAL", since=None, at_sync="2026-02-02")]) == []


def test_our_own_write_that_a_sync_saw() -> None:
    """Without history a sync sees our own write like anybody's; the ledger tells whose it was."""
    write = own("disposition", "2026-02-01T12:00", "Busy", "LAL")
    observed = [seen("Busy", "LAL", since="2026-02-01", at_sync="2026-02-02")]
    (row,) = rows((), "LAL", [write], observed)
    assert row.own is write
    assert row.at - write.at <= timedelta(hours=12)


def test_a_change_of_which_nobody_knows_what_it_was() -> None:
    """It stands between its neighbours with the value that the next one found; before it, if nothing is, is a blank."""
    hole, then = "2026-02-01 - -", "2026-03-01 LAL MQL"
    assert pairs(rows(changes("2026-01-05 Raw Inquiry", hole, then), "MQL", ())) == [
        ("Raw", "Inquiry"),
        ("LAL", "LAL"),
        ("LAL", "MQL"),
    ]
    assert pairs(rows(changes(hole), "LAL", ())) == [(None, None), ("LAL", "LAL")]
    two = changes(hole, "2026-02-02 - -")
    assert pairs(rows(two, "LAL", ())) == [(None, None), ("LAL", "LAL")]


def test_our_own_write_fills_a_hole() -> None:
    """What the ledger says that we wrote then is known, whatever the CRM has lost."""
    mine = own("normalise", "2026-02-01", "Busy", "LAL")
    assert pairs(rows(changes("2026-02-01 - -"), "LAL", [mine])) == [("Busy", "LAL")]
