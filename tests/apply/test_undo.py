"""Undo."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.errors import Abort, CrmFailed, NotFound
from connector.model import Change, Ref
from connector.ports import Table
from tests.adapters.memory import MemoryCrm
from tests.apply.desk import Desk, history, in_order, leads, to, values
from tests.store.ledger.open import Clock


def test_restores(desk: Desk, crm: MemoryCrm) -> None:
    """Undo is a plan that puts back every value, in reverse order; applied, the CRM is as it was."""
    refs = leads(crm, *["Open", "Vmail", None] * 20)
    before = values(crm)
    changes = to(crm, refs, "Inquiry") + to(crm, refs, "Left Vmail", "disposition", rule="disposition")
    plan = desk.plan(in_order(changes))
    desk.apply(plan.id)
    undone = desk.undo(plan.id)
    assert (undone.kind, undone.undoes, undone.by_rule) == ("undo", plan.id, {"undo": 120})
    first, last = desk.entries(undone.id)[0], desk.entries(plan.id)[-1]
    assert first.origin == last.seq
    assert (first.change.before, first.change.after) == (last.change.after, last.change.before)
    assert first.change.because.startswith("takes back normalise: ")
    assert desk.apply(undone.id).applied == 120
    assert values(crm) == before
    assert desk.ledger.changes.counts(plan.number).undone == 120


def test_changed_since(desk: Desk, crm: MemoryCrm) -> None:
    """What somebody changed after us is a conflict and stays as they left it; the rest is restored."""
    edited, *rest = leads(crm, *["Open"] * 5)
    plan = desk.plan(to(crm, [edited, *rest], "Inquiry"))
    desk.apply(plan.id)
    crm.edit(Table.LEAD, edited.id, status="MQL")
    done = desk.apply(desk.undo(plan.id).id)
    assert (done.applied, done.conflicts) == (4, 1)
    assert [crm.value(ref, "status") for ref in (edited, *rest)] == ["MQL", *["Open"] * 4]


def test_only_what_was_applied(desk: Desk, crm: MemoryCrm) -> None:
    """Changes that failed, or were in conflict, or that somebody else had made are not taken back."""
    refused, edited, same, fine = leads(crm, *["Open"] * 4)
    plan = desk.plan(to(crm, [refused, edited, same, fine], "Inquiry"))
    crm.faults.refuse[refused.id] = ("NO", "no")
    crm.edit(Table.LEAD, edited.id, status="Working")
    crm.edit(Table.LEAD, same.id, status="Inquiry")
    desk.apply(plan.id)
    assert [entry.change.ref for entry in desk.entries(desk.undo(plan.id).id)] == [fine]


def test_held(desk: Desk, crm: MemoryCrm) -> None:
    """What was undone is held: the ledger says which value is not to be written again, until it is released."""
    one, two = leads(crm, "Open", "Open")
    plan = desk.plan(to(crm, [one, two], "Inquiry"))
    desk.apply(plan.id)
    assert desk.ledger.holds([one, two]) == []
    crm.edit(Table.LEAD, two.id, status="MQL")
    desk.apply(desk.undo(plan.id).id)
    (hold,) = desk.ledger.holds([one, two])
    assert (hold.ref, hold.field, hold.value, hold.facts) == (one, "status", "Inquiry", None)
    desk.ledger.held.remember({(one, "status"): "f1"})
    desk.ledger.held.remember({(one, "status"): "f2"})
    assert desk.ledger.holds([one])[0].facts == "f1"
    desk.ledger.held.release([(one, "status")])
    assert desk.ledger.holds([one]) == []


def test_part(desk: Desk, crm: MemoryCrm) -> None:
    """A part of a plan can be taken back, by rule or by record, and the rest later."""
    one, two = leads(crm, "Open", "Open")
    changes = to(crm, [one, two], "Inquiry") + to(crm, [one, two], "7", "score", rule="qualify")
    plan = desk.plan(in_order(changes))
    desk.apply(plan.id)
    part = desk.undo(plan.id, rules={"qualify"}, refs={one})
    assert part.changes == 1
    assert any("only a part" in warning for warning in part.warnings)
    desk.apply(part.id)
    assert (crm.value(one, "score"), crm.value(two, "score")) == (None, "7")
    rest = desk.undo(plan.id)
    assert rest.changes == 3
    assert any("1 changes of the plan were taken back before" in warning for warning in rest.warnings)


def test_part_by_a_rule_that_another_ended(desk: Desk, crm: MemoryCrm) -> None:
    """By rule means every change that the rule took part in, whoever said the last word."""
    one, two = leads(crm, None, "Open")
    first = to(crm, [one], "MQL", rule="qualify", also=("contact-status",))
    plan = desk.plan(in_order(first + to(crm, [two], "Inquiry")))
    desk.apply(plan.id)
    part = desk.undo(plan.id, rules={"contact-status"})
    assert part.changes == 1
    desk.apply(part.id)
    assert (crm.value(one, "status"), crm.value(two, "status")) == (None, "Inquiry")


def test_undo_of_undo(desk: Desk, crm: MemoryCrm) -> None:
    """An undo can be taken back too; then nothing is held any more."""
    (one,) = leads(crm, "Open")
    plan = desk.plan(to(crm, [one], "Inquiry"))
    desk.apply(plan.id)
    back = desk.undo(plan.id)
    desk.apply(back.id)
    desk.apply(desk.undo(back.id).id)
    assert crm.value(one, "status") == "Inquiry"
    assert desk.ledger.holds([one]) == []


def test_nothing_to_undo(desk: Desk, crm: MemoryCrm) -> None:
    """A plan that changed nothing, or was taken back already, cannot be undone, and the error says which."""
    plan = desk.plan(to(crm, leads(crm, "Open"), "Inquiry"))
    with pytest.raises(NotFound, match="has not changed anything"):
        desk.undo(plan.id)
    desk.apply(plan.id)
    desk.apply(desk.undo(plan.id).id)
    with pytest.raises(NotFound, match="already been taken back"):
        desk.undo(plan.id)


def test_interrupted(desk: Desk, crm: MemoryCrm) -> None:
    """As long as nobody knows what was carried out, it can't be undone."""
    crm.faults.lost.update(range(9))
    plan = desk.plan(to(crm, leads(crm, "Open"), "Inquiry"))
    with pytest.raises(CrmFailed):
        desk.apply(plan.id)
    with pytest.raises(Abort, match="was interrupted"):
        desk.undo(plan.id)


TEXT = st.sampled_from(["Open", "Inquiry", "Left Vmail", "ünïcode ’ value", None])
FIELD_VALUES = {
    "status": TEXT,
    "disposition": TEXT,
    "wake_up_date": st.sampled_from(["2026-03-01", "2027-12-31", None]),
    "status_entered_at": st.sampled_from(["2026-03-01T10:00:00Z", None]),
    "status_since_is_estimate": st.sampled_from(["true", "false"]),
    "score": st.sampled_from(["0", "12.5", "100", None]),
    "cycle": st.sampled_from(["1", "2", None]),
}
PERSON = st.fixed_dictionaries({"object": st.sampled_from(["lead", "contact"]), "status": TEXT})
WANTED = st.dictionaries(
    st.integers(0, 29), st.fixed_dictionaries({}, optional=FIELD_VALUES), max_size=30
)  # number of the person → what its fields ought to be


@settings(max_examples=25, deadline=None)
@given(st.lists(PERSON, min_size=1, max_size=30), WANTED, st.sets(st.integers(0, 29), max_size=3))
def test_law(people: list[dict[str, str]], wanted: dict[int, dict[str, str | None]], edited: set[int]) -> None:
    """Apply, then undo, gives the CRM back value for value, but for what people changed in between."""
    crm = MemoryCrm()
    for person in people:
        crm.add(Table(person["object"]), status=person["status"], status_since_is_estimate=0)
    refs = [Ref(crm.org, *key) for key in values(crm)]
    changes: list[Change] = []
    for number, fields in wanted.items():
        for field, after in fields.items():
            changes += to(crm, refs[number : number + 1], after, field)
    before = values(crm)
    with TemporaryDirectory() as folder, Desk(Path(folder), crm, Clock()).open() as desk:
        plan = desk.plan(in_order(changes))
        assert desk.apply(plan.id).applied == len(changes)
        rows = history(crm)
        for number in edited & set(range(len(refs))):
            crm.edit(Table(refs[number].object), refs[number].id, status="Edited")
            before[refs[number].object, refs[number].id]["status"] = "Edited"
        if changes:
            done = desk.apply(desk.undo(plan.id).id)
            kept = [entry.change for entry in desk.entries(plan.id) if not entry.undone]
            assert done.applied == len(changes) - len(kept)
            for change in kept:  # conflicts, and what belongs to them
                assert refs.index(change.ref) in edited
                if change.field != "status":
                    before[change.ref.object, change.ref.id][change.field] = change.after
        assert values(crm) == before
        statuses = sum(change.field == "status" for change in changes)
        assert rows <= statuses + len(edited)
