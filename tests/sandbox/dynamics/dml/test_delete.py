"""Deletions: what goes along, what is let go of, and what delta links learn."""

import pytest

from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.org import Org


@pytest.fixture(scope="module")
def org() -> Org:
    return Org()


def test_activities_go_along_and_lookups_become_empty(org: Org) -> None:
    """A lead's tasks and notes vanish with it; an opportunity that came of it stays, without its origin."""
    lead = org.create(org.entities["lead"], {"lastname": "L", "Lead_Tasks": [{"subject": "t"}]}).id
    note = org.create(org.entities["annotation"], {"subject": "n", "objectid_lead@odata.bind": f"/leads({lead})"}).id
    origin = {"originatingleadid@odata.bind": f"/leads({lead})"}
    deal = org.create(org.entities["opportunity"], {"name": "o", **origin})
    org.delete(org.entities["lead"], lead)
    count = "SELECT count(*) FROM activitypointer WHERE regardingobjectid = ?"
    assert org.storage.db.execute(count, (lead,)).fetchone() == (0,)
    assert org.get(org.entities["annotation"], note) is None
    after = org.get(org.entities["opportunity"], deal.id) or {}
    assert after["originatingleadid"] is None
    assert after["versionnumber"] > deal.version


def test_a_deletion_is_remembered_for_delta_links(org: Org) -> None:
    """A deleted activity is told under its own table and under activitypointer, with a version above all others."""
    task = org.create(org.entities["task"], {"subject": "t"})
    org.delete(org.entities["task"], task.id)
    rows = org.storage.db.execute("SELECT entity, versionnumber FROM deleted WHERE id = ?", (task.id,)).fetchall()
    assert {row[0] for row in rows} == {"task", "activitypointer"}
    assert all(row[1] > task.version for row in rows)


def test_a_row_that_is_gone_cannot_be_deleted(org: Org) -> None:
    """404 the second time."""
    made = org.create(org.entities["lead"], {"lastname": "L"})
    org.delete(org.entities["lead"], made.id)
    with pytest.raises(DataverseError) as caught:
        org.delete(org.entities["lead"], made.id)
    assert (caught.value.status, caught.value.message) == (404, f"lead With Id = {made.id} Does Not Exist")
