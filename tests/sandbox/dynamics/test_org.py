"""The environment: loading, versions, clones, and tables that grow."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from connector.sandbox.dynamics import base
from connector.sandbox.dynamics.catalogue import Attribute, Key
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.org import Org

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def org() -> Org:
    return Org(clock=lambda: NOW)


def lead(org: Org, **values: object) -> dict[str, object]:
    """The one row loaded with these values."""
    org.load("lead", list(values), [list(values.values())])
    id = org.storage.db.execute("SELECT leadid FROM lead ORDER BY versionnumber DESC LIMIT 1").fetchone()[0]
    return org.get(org.entities["lead"], id) or {}


def test_loading_fills_in_what_a_row_always_has(org: Org) -> None:
    """Id, owner, stamps, state, defaults and calculated columns are there although only a name was given."""
    row = lead(org, firstname="Ada", lastname="Lovelace")
    assert row["fullname"] == "Ada Lovelace"
    assert (row["statecode"], row["statuscode"]) == (0, 1)
    assert (row["ownerid"], row["ownerid__type"], row["owninguser"]) == (base.ADMIN_ID, "systemuser", base.ADMIN_ID)
    assert row["createdon"] == row["modifiedon"] == "2026-03-02T09:00:00Z"
    assert row["donotemail"] == 0
    assert row["leadqualitycode"] == 2


def test_a_loaded_state_follows_from_the_status_reason(org: Org) -> None:
    """A status reason alone puts the row in its state; a state alone gives its default status reason."""
    assert lead(org, lastname="a", statuscode="5")["statecode"] == 2
    assert lead(org, lastname="b", statecode=1)["statuscode"] == 3


def test_a_loaded_lookup_says_which_table_it_points_at(org: Org) -> None:
    """The type of a polymorphic lookup may be given under its metadata name; the calculated lookups follow."""
    row = lead(org, lastname="c", ownerid=base.TEAM_ID, owneridtype="team")
    assert (row["owningteam"], row["owninguser"]) == (base.TEAM_ID, None)


@pytest.mark.parametrize(
    ("columns", "row", "told"),
    [
        (["nope"], ["x"], "no column 'nope'"),
        (["fullname"], ["x"], "no column 'fullname'"),
        (["statuscode"], ["New"], "row 1: 'New' does not fit the column statuscode"),
        (["lastname", "subject"], ["x"], "row 1: 1 values for 2 columns"),
        (["leadid"], ["x"], "row 1: 'x' does not fit the column leadid"),
    ],
)
def test_what_cannot_be_loaded_is_named(org: Org, columns: list[str], row: list[str], told: str) -> None:
    """A wrong column or value is refused with its place."""
    with pytest.raises(ValueError, match="lead") as caught:
        org.load("lead", columns, [row])
    assert told in str(caught.value)


def test_versions_rise_with_every_write(org: Org) -> None:
    """Each row written gets a version above all others of the environment, whichever table it is in."""
    lead_id = org.create(org.entities["lead"], {"lastname": "v"})
    task = org.create(org.entities["task"], {"subject": "v"})
    changed = org.update(org.entities["lead"], lead_id.id, {"subject": "w"})
    assert lead_id.version < task.version < changed.version <= org.version()


def test_versions_go_on_where_a_file_ended(tmp_path: Path) -> None:
    """A reopened environment gives out no version and no id a second time, even if its newest row was deleted."""
    first = Org(tmp_path / "org.db")
    made = first.create(first.entities["lead"], {"lastname": "gone"})
    first.delete(first.entities["lead"], made.id)
    highest = first.version()
    first.close()
    second = Org(tmp_path / "org.db")
    assert second.next_version() == highest + 1
    second.close()


def test_a_snapshot_is_a_world_of_its_own(org: Org, tmp_path: Path) -> None:
    """A clone has all rows; what is written to it is not in the original."""
    made = org.create(org.entities["lead"], {"lastname": "kept"})
    clone = Org.from_snapshot(org.snapshot(tmp_path / "snap.db"), clock=org.clock)
    clone.update(clone.entities["lead"], made.id, {"subject": "clone only"})
    assert (org.get(org.entities["lead"], made.id) or {})["subject"] is None
    assert (clone.get(clone.entities["lead"], made.id) or {})["subject"] == "clone only"
    clone.close()


def test_a_failed_transaction_leaves_nothing(org: Org) -> None:
    """Rows written in one transaction are undone together when one is refused."""
    before = org.storage.db.execute("SELECT count(*) FROM lead").fetchone()
    with pytest.raises(DataverseError), org.storage.transaction():  # noqa: PT012 the first is what must be undone
        org.create(org.entities["lead"], {"lastname": "first"})
        org.create(org.entities["lead"], {"lastname": "x" * 51})
    assert org.storage.db.execute("SELECT count(*) FROM lead").fetchone() == before


def test_activities_are_seen_as_activity_pointers(org: Org) -> None:
    """Every activity is a row of activitypointer with its type as text, found by what it is regarding."""
    person = org.create(org.entities["lead"], {"lastname": "busy"})
    bind = {"regardingobjectid_lead_{}@odata.bind": f"/leads({person.id})"}
    for table in ("task", "phonecall", "email"):
        record = {key.format(table): value for key, value in bind.items()}
        org.create(org.entities[table], {"subject": table, **record})
    query = "SELECT activitytypecode FROM activitypointer WHERE regardingobjectid = ? ORDER BY versionnumber"
    assert [row[0] for row in org.storage.db.execute(query, (person.id,))] == ["task", "phonecall", "email"]


def test_a_new_column_is_there_for_every_row_and_survives(tmp_path: Path) -> None:
    """A defined column can be written and read, and is still there when the file is opened again."""
    org = Org(tmp_path / "org.db")
    made = org.create(org.entities["contact"], {"lastname": "old"})
    score = Attribute(name="ctso_score", schema_name="ctso_Score", label="Score", type="Integer", custom=True)
    before = org.schema_version
    org.define(org.entities["contact"].with_attribute(score))
    assert org.schema_version > before
    org.update(org.entities["contact"], made.id, {"ctso_score": 42})
    org.close()
    again = Org(tmp_path / "org.db")
    assert (again.get(again.entities["contact"], made.id) or {})["ctso_score"] == 42
    again.define(
        again.entities["contact"].changed(
            attributes=tuple(one for one in again.entities["contact"].attributes if one.name != "ctso_score")
        )
    )
    assert "ctso_score" not in (again.get(again.entities["contact"], made.id) or {})
    again.close()


def test_an_alternate_key_finds_and_guards_its_row() -> None:
    """With a key on a column rows are upserted by it, and a second row with its value is refused."""
    org = Org()
    account = org.entities["account"]
    key = Key(name="ext", schema_name="ctso_Ext", label="Ext", attributes=("accountnumber",), id="k")
    org.define(account.changed(keys=(key,)))
    account = org.entities["account"]
    made = org.upsert(account, {"accountnumber": "A1"}, {"name": "Acme"})
    again = org.upsert(account, {"accountnumber": "A1"}, {"name": "Acme Inc"})
    assert (made.created, again.created, made.id == again.id) == (True, False, True)
    with pytest.raises(DataverseError) as caught:
        org.create(account, {"name": "Other", "accountnumber": "a1"})
    assert (caught.value.status, caught.value.code) == (412, "0x80060892")
    org.close()


def test_ids_are_unique_and_do_not_sort_by_age() -> None:
    """Ids made from consecutive versions differ, and their order is not that of their making."""
    ids = [Org.id_of(1_000_000 + number) for number in range(5_000)]
    assert len(set(ids)) == len(ids)
    assert sorted(ids) != ids
