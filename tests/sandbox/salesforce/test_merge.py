"""Merging duplicates."""

import pytest

from connector.sandbox.salesforce.merge import merge
from connector.sandbox.salesforce.org import Org


def test_losers_point_at_the_master(org: Org) -> None:
    """A loser is deleted with MasterRecordId set; its tasks move to the master, whose stamps move."""
    new = {"LastName": "a", "Company": "b"}
    master, loser = (str(result.id) for result in org.insert("Lead", [new, new]))
    org.insert("Task", [{"WhoId": loser, "Subject": "Call"}])
    merge(org, "Lead", master, [loser])
    db = org.storage.reader()
    rows = db.execute('SELECT "Id", IsDeleted, MasterRecordId FROM Lead ORDER BY "Id"').fetchall()
    assert rows == [(master, 0, None), (loser, 1, master)]
    assert db.execute("SELECT WhoId, IsDeleted FROM Task").fetchall() == [(master, 0)]
    with pytest.raises(ValueError, match="no live Lead"):
        merge(org, "Lead", master, [loser])
    with pytest.raises(ValueError, match="cannot be merged"):
        merge(org, "Task", master, [loser])
