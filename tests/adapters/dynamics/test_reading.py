"""Reading on from a mark: by delta link, by stamp where tracking is off, and what changes in between."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from connector.adapters.dynamics import query
from connector.errors import CrmFailed, MarkExpired
from connector.model import LEAD, Ref
from connector.ports import Mark, Table
from connector.sandbox.dynamics import roles
from connector.sandbox.dynamics.base import INTEGRATION_ID
from tests.adapters.contract import column, everything
from tests.adapters.dynamics.world import ORG, DynamicsWorld


def lead(world: DynamicsWorld, **columns: str) -> str:
    """A lead."""
    return world.add(Table.LEAD, **{"last_name": "Doe", "company": "Acme", "status": "Inquiry", **columns})


def untracked(world: DynamicsWorld) -> None:
    """Switches change tracking of leads off."""
    world.crm.define(world.crm.entities["lead"].changed(tracking=False))


def test_without_tracking_stamps_lead_on(world: DynamicsWorld) -> None:
    """Changed and new rows come with the next read; the admin is told that deletions do not."""
    untracked(world)
    one, gone = lead(world), lead(world)
    mark = everything(world.adapter().read(Table.LEAD, None))[3]
    assert mark is not None
    assert "since:" in mark.text
    world.edit(Table.LEAD, one, status="SQL")
    new = lead(world)
    world.delete(Table.LEAD, gone)
    rows, lost, _, later = everything(world.adapter().read(Table.LEAD, mark))
    assert {row[0]: column(Table.LEAD, row, "status") for row in rows} == {one: "SQL", new: "Inquiry"}
    assert lost == []
    assert later is not None
    assert any("change tracking is off for lead" in one for one in world.adapter().schema().warnings)


def test_what_was_begun_by_stamp_goes_on_by_stamp(world: DynamicsWorld) -> None:
    """Tracking that is switched on later is used from the next full read on."""
    untracked(world)
    lead(world)
    mark = everything(world.adapter().read(Table.LEAD, None))[3]
    world.crm.define(world.crm.entities["lead"].changed(tracking=True))
    rows, _, _, later = everything(world.adapter().read(Table.LEAD, mark))
    assert len(rows) == 1
    assert later is not None
    assert "since:" in later.text
    full = everything(world.adapter().read(Table.LEAD, None))[3]
    assert full is not None
    assert "link:" in full.text


def test_a_link_after_tracking_was_lost_means_reading_in_full(world: DynamicsWorld) -> None:
    """Any refusal of a delta link means that nobody can tell any more what changed."""
    lead(world)
    mark = everything(world.adapter().read(Table.LEAD, None))[3]
    untracked(world)
    with pytest.raises(MarkExpired):
        everything(world.adapter().read(Table.LEAD, mark))


def test_a_mark_of_fewer_sources_means_reading_in_full(world: DynamicsWorld) -> None:
    """Where a table has come to be read from more than before, the new part was never read."""
    with pytest.raises(MarkExpired, match="not read before"):
        everything(world.adapter().read(Table.TASK, Mark('{"call":"link:/x"}')))


def test_an_empty_source_is_no_reason_to_read_in_full(world: DynamicsWorld) -> None:
    """A table without tracking and without a row has a mark all the same, from which the next read goes on."""
    world.crm.define(world.crm.entities["phonecall"].changed(tracking=False))
    mark = everything(world.adapter().read(Table.TASK, None))[3]
    who = lead(world)
    bind = {"regardingobjectid_lead_phonecall@odata.bind": f"/leads({who})"}
    call = world.crm.create(world.crm.entities["phonecall"], {"subject": "x", **bind}).id
    assert [row[0] for row in everything(world.adapter().read(Table.TASK, mark))[0]] == [call]


def test_a_row_deleted_between_two_pages(world: DynamicsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Deleted while the table is read, before or behind the page: the next read tells it, and nothing is doubled."""
    monkeypatch.setattr(query, "PAGE", 2)
    made = [lead(world) for _ in range(6)]
    batches = world.adapter().read(Table.LEAD, None)
    first = next(batches)
    seen = {row[0] for row in first.rows}
    here, ahead = next(iter(seen)), next(one for one in made if one not in seen)
    world.delete(Table.LEAD, here)
    world.delete(Table.LEAD, ahead)
    rows, _, _, mark = everything(batches)
    ids = [*seen, *(row[0] for row in rows)]
    assert len(ids) == len(set(ids))
    _, gone, _, _ = everything(world.adapter().read(Table.LEAD, mark))
    assert here in {row[0] for row in gone}
    assert set(ids) - {row[0] for row in gone} == set(made) - {here, ahead}


def test_a_delta_of_many_pages(world: DynamicsWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Changes and deletions that fill several pages all come, and the mark is that of the last page."""
    monkeypatch.setattr(query, "PAGE", 2)
    made = [lead(world) for _ in range(6)]
    mark = everything(world.adapter().read(Table.LEAD, None))[3]
    for one in made[:4]:
        world.edit(Table.LEAD, one, status="SQL")
    for one in made[3:]:
        world.delete(Table.LEAD, one)
    rows, gone, _, later = everything(world.adapter().read(Table.LEAD, mark))
    assert sorted(row[0] for row in rows) == sorted(made[:3])
    assert sorted(row[0] for row in gone) == sorted(made[3:])
    assert everything(world.adapter().read(Table.LEAD, later))[:2] == ([], [])


def test_tables_that_may_not_be_read_are_left_out_if_they_are_optional(world: DynamicsWorld) -> None:
    """Without the right to read campaigns nothing else suffers; they count as none."""
    names = [name for (name,) in world.crm.storage.reader().execute("SELECT name FROM privilege").fetchall()]
    roles.assign(world.crm, INTEGRATION_ID, [one for one in names if one != "prvReadCampaign"])
    adapter = world.adapter()
    assert everything(adapter.read(Table.CAMPAIGN, None))[0] == []
    assert adapter.count(Table.CAMPAIGN) == 0


def test_an_answer_that_is_no_list_is_not_an_empty_one(world: DynamicsWorld) -> None:
    """A proxy's JSON with status 200: taken for an empty page, everybody would look deleted."""
    ref = Ref(ORG, LEAD, lead(world))
    adapter = world.adapter()
    mark = everything(adapter.read(Table.LEAD, None))[3]
    (found,) = adapter.reread([ref], ["status"])
    assert found.ref == ref
    world.faults.add(path="/leads", times=0, status=200, body='{"maintenance": true}')
    for ask in (
        lambda: list(adapter.reread([ref], ["status"])),
        lambda: list(adapter.ids(Table.LEAD)),
        lambda: everything(adapter.read(Table.LEAD, None)),
        lambda: everything(adapter.read(Table.LEAD, mark)),
    ):
        with pytest.raises(CrmFailed, match="no list of rows"):
            ask()


def relabel(world: DynamicsWorld, old: str, new: str) -> None:
    """An admin gives a status reason of leads another label."""
    entity = world.crm.entities["lead"]
    status = entity.by_name["statuscode"]
    options = tuple(replace(one, label=new) if one.label == old else one for one in status.options)
    world.crm.define(entity.with_attribute(replace(status, options=options)))


@pytest.mark.parametrize("table", [Table.LEAD, Table.LEAD_HISTORY])
def test_a_label_that_changes_is_no_change_of_a_row(world: DynamicsWorld, table: Table) -> None:
    """The delta is empty, and the mirror would keep the old label for ever: so everything is read again."""
    world.edit(Table.LEAD, lead(world), status="MQL")
    mark = everything(world.adapter().read(table, None))[3]
    relabel(world, "Raw", "Raw")
    everything(world.adapter().read(table, mark))
    relabel(world, "MQL", "Marketing qualified")
    with pytest.raises(MarkExpired, match="'MQL', and is 'Marketing qualified' now"):
        everything(world.adapter().read(table, mark))
    rows = everything(world.adapter().read(table, None))[0]
    (text,) = {column(table, row, "status" if table is Table.LEAD else "after") for row in rows}
    assert text == "Marketing qualified"


def test_every_table_without_tracking_is_named(world: DynamicsWorld) -> None:
    """Not only leads and contacts: a deleted opportunity or task counts as evidence until ids are compared."""
    adapter = world.adapter()
    assert adapter.inspect(world.crm.clock).untracked == ()
    assert not any("tracking" in one for one in adapter.schema().warnings)
    for name in ("opportunity", "task"):
        world.crm.define(world.crm.entities[name].changed(tracking=False))
    (told,) = [one for one in adapter.schema(fresh=True).warnings if "tracking" in one]
    assert "change tracking is off for opportunity, task: " in told
    assert "Track changes" in told
    assert adapter.inspect(world.crm.clock).untracked == ("opportunity", "task")


@pytest.mark.parametrize("first", [True, False], ids=["first read", "later read"])
def test_a_last_page_without_a_delta_link_is_an_error(world: DynamicsWorld, first: bool) -> None:
    """A page was lost, or everything would come as changes for ever: the table is named, and no mark is kept."""
    lead(world)
    mark = None if first else everything(world.adapter().read(Table.LEAD, None))[3]
    world.faults.add(path=r"/leads\?", times=0, status=200, body='{"value": []}')
    with pytest.raises(CrmFailed, match="next read of lead") as caught:
        everything(world.adapter().read(Table.LEAD, mark))
    assert "Track changes" in caught.value.next
