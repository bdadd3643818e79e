"""Rereading tells what a record is at this moment, for few records and for very many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connector.adapters.salesforce.adapter import SalesforceAdapter
from connector.adapters.salesforce.reread import canonical
from connector.model import CONTACT, FIELDS, LEAD, Kind, Ref
from connector.ports import COLUMNS, Table, Update, Way
from tests.adapters.contract import everything
from tests.adapters.journal import Remembered
from tests.adapters.salesforce.world import SalesforceWorld

VALUES = {
    "status": "Left Vmail",
    "disposition": "Busy",
    "status_reason": "Not ready",
    "wake_up_date": "2026-05-31",
    "status_entered_at": "2026-03-02T09:00:00Z",
    "status_since_is_estimate": "true",
    "score": "12.5",
    "sla_due_at": "2026-03-04T09:00:00Z",
    "sla_breached_at": "2026-03-05T09:00:00Z",
    "cycle": "3",
    "first_source": "Webinar",
}


def small(world: SalesforceWorld, by_id: int, rest_to: int = 20_000) -> SalesforceAdapter:
    """An adapter that takes the way for very many records from few on."""
    made = world.adapter()
    return SalesforceAdapter(
        made._session, world.mapping, address="https://x", bulk_above=20, rest_to=rest_to, by_id=by_id
    )


def lead(world: SalesforceWorld) -> Ref:
    """A lead."""
    return Ref(world.org, LEAD, world.add(Table.LEAD, last_name="Doe", company="Acme", status="Inquiry"))


@pytest.mark.parametrize("way", [Way("rows", 200), Way("bulk", 50_000)], ids=["rows", "bulk"])
@pytest.mark.parametrize("object", [LEAD, CONTACT])
def test_what_was_written_reads_back_as_the_same_text(world: SalesforceWorld, way: Way, object: str) -> None:
    """Every field we may write comes back letter for letter, so that compare and undo can rest on it."""
    assert VALUES.keys() == FIELDS.keys()
    table = Table(object)
    given = {"last_name": "Doe"} | ({"company": "Acme"} if object == LEAD else {})
    ref = Ref(world.org, object, world.add(table, **given))
    adapter = world.adapter()
    (outcome,) = adapter.write([Update(ref, VALUES)], way, Remembered())
    assert outcome.result.value == "written", outcome
    (seen,) = adapter.reread([ref], list(VALUES))
    assert seen.values == VALUES
    adapter._reader._rest_to = 0
    (row,) = everything(adapter.read(table, None))[0]
    stored = dict(zip(COLUMNS[table], row, strict=True))
    assert {name: canonical(FIELDS[name], stored[name]) for name in VALUES} == VALUES


def test_both_objects_at_once(world: SalesforceWorld) -> None:
    """Leads and contacts may be asked for together."""
    refs = [lead(world), Ref(world.org, CONTACT, world.add(Table.CONTACT, last_name="Roe"))]
    assert {seen.ref for seen in world.adapter().reread(refs, ["status"])} == set(refs)


def test_a_field_the_org_lacks_is_empty(world: SalesforceWorld) -> None:
    """Asking for a hidden field is no error: it reads as empty."""
    ref = lead(world)
    world.crm.storage.db.execute("DELETE FROM FieldPermissions WHERE Field = 'Lead.Status_Reason__c'")
    world.crm.after_load(world.crm.objects["PermissionSet"])
    (seen,) = world.adapter().reread([ref], ["status", "status_reason"])
    assert seen.values == {"status": "Inquiry", "status_reason": None}


def test_many_ids_take_few_calls(world: SalesforceWorld) -> None:
    """Some 650 ids per request, each record once."""
    world.crm.load("Lead", ("LastName", "Company", "Status"), [(f"D{n}", "A", "Inquiry") for n in range(2_000)])
    adapter = world.adapter()
    refs = [Ref(world.org, LEAD, one) for page in adapter.ids(Table.LEAD) for one in page]
    adapter.schema()
    before = adapter.budget().ours
    assert len(list(adapter.reread(refs, ["status"]))) == 2_000
    assert adapter.budget().ours - before <= 4


@pytest.mark.parametrize("rest_to", [20_000, 1], ids=["rest", "bulk"])
def test_very_many_are_asked_by_what_changed(world: SalesforceWorld, rest_to: int) -> None:
    """Only those modified since the mark come, deleted and converted ones as locked; the unchanged do not."""
    refs = [lead(world) for _ in range(6)]
    adapter = small(world, by_id=3, rest_to=rest_to)
    mark = everything(adapter.read(Table.LEAD, None))[3]
    now = datetime.now(UTC)
    world.crm.clock = lambda: now + timedelta(hours=1)
    world.edit(Table.LEAD, refs[1].id, status="SQL")
    world.delete(Table.LEAD, refs[2].id)
    world.convert(refs[3].id)
    others = lead(world)
    assert not adapter.rereads_all(len(refs))
    later = type(mark)((now + timedelta(minutes=30)).isoformat()) if mark else None
    seen = {each.ref: each for each in adapter.reread(refs, ["status"], later)}
    assert seen[refs[1]].values["status"] == "SQL"
    assert seen[refs[1]].locked is None
    assert seen[refs[2]].locked == "deleted"
    assert seen[refs[3]].locked == "converted"
    assert seen.keys() == {refs[1], refs[2], refs[3]}
    assert others not in seen


def test_what_earlier_batches_wrote_is_not_read_again(world: SalesforceWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches come in the order of ids: what was modified before the first id or after the last is not asked for."""
    refs = sorted(lead(world) for _ in range(6))
    adapter = small(world, by_id=1)
    mark = everything(adapter.read(Table.LEAD, None))[3]
    for ref in refs:
        world.edit(Table.LEAD, ref.id, status="SQL")
    found: list[int] = []
    ask = adapter._session.query

    def asked(query: str, *, all_rows: bool = False) -> Any:
        answer = ask(query, all_rows=all_rows)
        found.append(answer["totalSize"])
        return answer

    monkeypatch.setattr(adapter._session, "query", asked)
    seen = [each.ref for each in adapter.reread([refs[3], refs[2]], ["status"], mark)]
    assert sorted(seen) == refs[2:4]
    assert found == [2]


def test_few_are_asked_by_id_even_with_a_mark(world: SalesforceWorld) -> None:
    """A mark alone does not leave out the unchanged."""
    refs = [lead(world) for _ in range(3)]
    adapter = small(world, by_id=3)
    mark = everything(adapter.read(Table.LEAD, None))[3]
    assert adapter.rereads_all(3)
    assert len(list(adapter.reread(refs, ["status"], mark))) == 3


@pytest.mark.parametrize(
    ("kind", "stored", "text"),
    [
        (Kind.TEXT, "x", "x"),
        (Kind.DATETIME, 0, "1970-01-01T00:00:00Z"),
        (Kind.FLAG, 0, "false"),
        (Kind.NUMBER, 12.50, "12.5"),
        (Kind.WHOLE, 3, "3"),
        (Kind.DATE, "2026-01-31", "2026-01-31"),
        (Kind.NUMBER, None, None),
    ],
)
def test_stored_values_have_one_text(kind: Kind, stored: str | int | float | None, text: str | None) -> None:
    """The canonical text of what the mirror stores."""
    assert canonical(kind, stored) == text
