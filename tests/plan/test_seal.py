"""Sealing plans."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.case import OrgFacts
from connector.errors import LeaseLost, NotFound, StoreFailed
from connector.model import Change
from connector.plan import About, seal, touched_by, verify
from connector.store.ledger import Kind, Lease, Ledger, PlanHeader, Share
from tests.store.ledger.open import NOON, Clock, change, opened, planned


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Ledger, Lease]]:
    """An empty ledger and its lease."""
    with opened(tmp_path, Clock()) as both:
        yield both


def test_header(held: tuple[Ledger, Lease]) -> None:
    """A header says how much, by which rule, on how many records, of which kinds, on which grounds."""
    ledger, lease = held
    changes = [
        change("003A", object="contact", before=None, rule="contact-status"),
        change("00Q1", rule="recycled", after="Re-Market", before="Inquiry"),
        change("00Q1", "2026-05-31", field="wake_up_date", before=None, rule="recycled"),
        change("00Q2"),
        change("00Q3", record_type="Partner"),
        change("00Q4"),
    ]
    header = planned(ledger, lease, changes, synced_at=NOON, findings={"same_email": 2}, warnings=("old",))
    assert (header.changes, header.records, header.people) == (6, 5, 100)
    assert header.by_rule == {"contact-status": 1, "normalise": 3, "recycled": 2}
    assert header.rules["recycled"] == Share(2, 1)
    assert header.findings == {"same_email": 2}
    assert header.warnings == ("old",)
    assert header == ledger.plans.find(header.id)
    kinds = ledger.plans.kinds(header.number)
    assert kinds[0] == Kind("normalise", "lead", None, "status", "Open", "Inquiry", 2)
    assert kinds[0].text == "lead status: Open → Inquiry"
    assert Kind("normalise", "lead", "Partner", "status", "Open", "Inquiry", 1) in kinds
    assert Kind("recycled", "lead", None, "wake_up_date", None, None, 1).text == "lead wake_up_date"
    assert [entry.change for entry in ledger.changes.each(header.number)] == changes


def test_same_changes_same_digest(held: tuple[Ledger, Lease]) -> None:
    """The same corrections planned twice are two plans with one digest; one letter more is another digest."""
    ledger, lease = held
    first, second = (planned(ledger, lease, [change("00Q1")]) for _ in range(2))
    third = planned(ledger, lease, [change("00Q1", because="a retired value!")])
    assert first.digest == second.digest != third.digest
    assert len({first.id, second.id, third.id}) == 3


def test_empty_plan_has_an_id(held: tuple[Ledger, Lease]) -> None:
    """A plan without changes is a plan."""
    ledger, lease = held
    header = planned(ledger, lease, [])
    assert len(header.id) == 8
    assert header.changes == header.records == 0
    assert ledger.plans.find(header.id) == header


def test_find(held: tuple[Ledger, Lease]) -> None:
    """The beginning of an id is enough if it is the only one; else the error lists them or says what to do."""
    ledger, lease = held
    ids = [planned(ledger, lease, [change("00Q1")]).id for _ in range(40)]
    for one in ids:
        assert ledger.plans.find(one.upper()).id == one
    shared = next(one[0] for one in ids if sum(other[0] == one[0] for other in ids) > 1)
    with pytest.raises(NotFound, match="several plans begin with"):
        ledger.plans.find(shared)
    for wrong in ("", "%", "_", "zz", ids[0] + "0"):
        with pytest.raises(NotFound, match="no plan"):
            ledger.plans.find(wrong)


def test_torn_plan_is_invisible(held: tuple[Ledger, Lease]) -> None:
    """What a crash in the middle of sealing leaves behind can't be seen, and the next sealing clears it away."""
    ledger, lease = held

    def dying() -> Iterator[Change]:
        for n in range(3_000):
            yield change(f"00Q{n:05d}")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        planned(ledger, lease, dying())
    assert ledger.plans.latest() == []
    assert len(list(ledger.changes.each(1))) == 2_000
    header = planned(ledger, lease, [change("00Q1")])
    assert [entry.change.ref.id for entry in ledger.changes.each(header.number)] == ["00Q1"]
    assert len(ledger._database.rows("SELECT * FROM change WHERE org = :org")) == 1


def test_replay_beside_a_run(held: tuple[Ledger, Lease]) -> None:
    """A plan that only replays a case has a lease of its own, and neither of the two clears the other's rows away."""
    ledger, lease = held

    def meanwhile() -> Iterator[Change]:
        yield from (change(f"00Q{n:05d}") for n in range(2_500))
        with ledger.lease("connector plan --now", kind="replay") as other:
            replays.append(planned(ledger, other, [change("00Q1")], bar="it replays"))
        yield change("00Q99999")

    replays: list[PlanHeader] = []
    header = planned(ledger, lease, meanwhile())
    assert (header.changes, replays[0].changes) == (2_501, 1)
    assert len(list(ledger.changes.each(header.number))) == 2_501
    assert header.number != replays[0].number


def test_out_of_order(held: tuple[Ledger, Lease]) -> None:
    """Changes that are not in order, or twice the same field, are a fault of ours and never sealed."""
    ledger, lease = held
    for wrong in ([change("00Q2"), change("00Q1")], [change("00Q1"), change("00Q1", "MQL")]):
        with pytest.raises(ValueError, match="out of order"):
            planned(ledger, lease, wrong)


def test_verify(held: tuple[Ledger, Lease]) -> None:
    """A plan whose rows were edited behind our back is not applied."""
    ledger, lease = held
    header = planned(ledger, lease, [change("00Q1"), change("00Q2")])
    verify(header, ledger)
    with ledger._database.transaction() as connection:
        connection.exec_driver_sql("UPDATE change SET after = 'Customer' WHERE id = '00Q2'")
    with pytest.raises(StoreFailed, match="not those that were sealed"):
        verify(header, ledger)


def test_parked_rules(held: tuple[Ledger, Lease]) -> None:
    """A record that a parked rule would change is left out whole: other rules build on that change."""
    ledger, lease = held
    changes = [change("00Q1", rule="recycled"), change("00Q1", "1", field="score", rule="age"), change("00Q2")]
    changes.sort(key=lambda one: (one.ref, one.field))
    header = seal(changes, ledger, lease, About(as_of=NOON, policy="p", people=9), parked={"recycled"})
    assert header.by_rule == {"normalise": 1}


def test_every_rule_that_took_part(held: tuple[Ledger, Lease]) -> None:
    """Counts are by the last word; the shares, the kinds, the rows and what is left out know the others too."""
    ledger, lease = held
    both = change("003A", "MQL", object="contact", before=None, rule="qualify", also=("contact-status",))
    changes = [both, change("00Q1")]
    header = planned(ledger, lease, changes)
    assert header.by_rule == {"normalise": 1, "qualify": 1}
    assert header.rules == {"contact-status": Share(0, 1, 1), "normalise": Share(1, 1), "qualify": Share(1, 1)}
    assert header == ledger.plans.find(header.id)
    assert Kind("qualify", "contact", None, "status", None, "MQL", 1, ("contact-status",)) in ledger.plans.kinds(
        header.number
    )
    assert [entry.change for entry in ledger.changes.each(header.number)] == changes
    verify(header, ledger)
    assert planned(ledger, lease, changes, parked={"contact-status"}).by_rule == {"normalise": 1}
    assert list(touched_by({"contact-status"}, changes)) == [both]
    with ledger._database.transaction() as connection:
        connection.exec_driver_sql("UPDATE change SET also = NULL")
    with pytest.raises(StoreFailed):
        verify(header, ledger)


def test_values_the_org_does_not_offer(held: tuple[Ledger, Lease]) -> None:
    """A status that nobody could pick by hand is planned, with a warning; one that is offered is not warned about."""
    ledger, lease = held
    org = OrgFacts(offered={("lead", None): frozenset({"Open", "Inquiry"})})
    changes = [change("00Q1"), change("00Q2", "Re-Market"), change("00Q3", "Re-Market")]
    (warning,) = planned(ledger, lease, changes, org=org).warnings
    assert warning.startswith("'Re-Market' is not in the org's list of lead statuses (2 changes would write it)")


def test_memory_is_flat(held: tuple[Ledger, Lease]) -> None:
    """A plan ten times as large needs no more memory."""
    ledger, lease = held

    def peak(count: int) -> int:
        tracemalloc.start()
        planned(ledger, lease, (change(f"00Q{n:08d}") for n in range(count)))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(3_000)
    assert peak(30_000) < 1.3 * peak(3_000) + 100_000


def test_needs_the_lease(held: tuple[Ledger, Lease]) -> None:
    """Without the lease nothing is sealed."""
    ledger, lease = held
    lease.__exit__(None, None, None)
    with pytest.raises(LeaseLost):
        planned(ledger, lease, [change("00Q1")])
