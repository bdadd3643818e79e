"""Rereading before a write: numbers behind labels, states, versions, and who may not be written."""

from __future__ import annotations

from connector.model import LEAD, Ref
from connector.ports import Seen, Table
from tests.adapters.contract import column, everything
from tests.adapters.dynamics.world import FIRST, ORG, STATUSES, WORDS, DynamicsWorld

FIELDS = ["status", "disposition", "wake_up_date", "status_since_is_estimate", "score", "cycle"]


def lead(world: DynamicsWorld, **columns: object) -> Ref:
    """A lead."""
    return Ref(ORG, LEAD, world.add(Table.LEAD, **{"last_name": "Doe", "status": "SQL", **columns}))


def seen(world: DynamicsWorld, ref: Ref) -> Seen:
    """The lead as it is now."""
    (found,) = world.adapter().reread([ref], FIELDS)
    return found


def test_values_are_canonical_and_numbers_stand_beside_them(world: DynamicsWorld) -> None:
    """Texts are labels; `raw` holds the options' numbers and the state, by the CRM's names."""
    ref = lead(world, disposition="Busy", wake_up_date="2026-05-01", status_since_is_estimate=True, score=12.5, cycle=2)
    found = seen(world, ref)
    assert found.values == {
        "status": "SQL",
        "disposition": "Busy",
        "wake_up_date": "2026-05-01",
        "status_since_is_estimate": "true",
        "score": "12.5",
        "cycle": "2",
    }
    assert found.raw == {
        "statuscode": str(FIRST + STATUSES.index("SQL")),
        "conn_lastcalldisposition": str(FIRST + WORDS.index("Busy")),
        "statecode": "0",
    }
    assert found.version.startswith('W/"')
    assert (found.locked, found.closed) == (None, False)


def test_a_flag_of_a_row_older_than_its_column_means_no(world: DynamicsWorld) -> None:
    """Rows that were there before the column are empty in it: that is no, when read and when reread."""
    ref = lead(world)
    with world.crm.storage.transaction() as db:
        db.execute("UPDATE lead SET conn_statussinceisestimate = NULL")
    assert seen(world, ref).values["status_since_is_estimate"] == "false"
    (row,) = everything(world.adapter().read(Table.LEAD, None))[0]
    assert column(Table.LEAD, row, "status_since_is_estimate") == 0


def test_every_change_is_a_new_version(world: DynamicsWorld) -> None:
    """The version is the row's own etag, which moves with every write."""
    ref = lead(world)
    before = seen(world, ref).version
    assert seen(world, ref).version == before
    world.edit(Table.LEAD, ref.id, title="Buyer")
    assert seen(world, ref).version != before


def test_closed_merged_and_converted(world: DynamicsWorld) -> None:
    """A disqualified lead is closed; a merged or qualified one is locked for good."""
    closed, loser, winner, converted = lead(world, status="Lost"), lead(world), lead(world), lead(world)
    world.merge(Table.LEAD, loser.id, winner.id)
    world.convert(converted.id)
    assert (seen(world, closed).locked, seen(world, closed).closed) == (None, True)
    assert seen(world, loser).locked == "merged into another"
    assert seen(world, converted).locked == "converted"
    assert seen(world, closed).raw["statecode"] == "2"


def test_many_are_reread_in_few_requests(world: DynamicsWorld) -> None:
    """Leads and contacts together, more than one request can name; those that are gone are not answered."""
    refs = [lead(world) for _ in range(450)]
    refs.append(Ref(ORG, "contact", world.add(Table.CONTACT, last_name="Doe")))
    world.delete(Table.LEAD, refs[7].id)
    adapter = world.adapter()
    adapter.schema()
    before = adapter.budget().ours
    found = {one.ref for one in adapter.reread(refs, ["status"])}
    assert found == set(refs) - {refs[7]}
    assert adapter.budget().ours - before == 3
