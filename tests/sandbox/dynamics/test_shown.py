"""What can be seen of the rules in a faults file."""

from collections.abc import Callable

import msgspec

from connector.sandbox.dynamics.org import Org
from connector.sandbox.faults import Faults

FLOW = {"table": "lead", "column": "statuscode", "becomes": [4, 5], "owner": "Avery Admin", "name": "Take lost leads"}
_FLOWS = "SELECT name, primaryentity, statecode, clientdata FROM workflow WHERE category = 5"


def test_a_flow_is_a_cloud_flow_of_no_table(own: Callable[..., Org]) -> None:
    """Which table, column and values it is about stands in its clientdata; a plug-in is no flow."""
    org = own(automation=[FLOW, FLOW | {"plugin": True, "name": "Hidden"}])
    rows = org.storage.db.execute(_FLOWS).fetchall()
    assert [row[:3] for row in rows] == [("Take lost leads", "none", 1)]
    definition = msgspec.json.decode(rows[0][3])["properties"]["definition"]
    trigger = definition["triggers"]["When_a_row_is_modified"]["inputs"]["parameters"]
    assert trigger["subscriptionRequest/entityname"] == "lead"
    assert trigger["subscriptionRequest/filteringattributes"] == "statuscode"
    assert trigger["subscriptionRequest/filterexpression"] == "statuscode eq 4 or statuscode eq 5"


def test_what_is_no_longer_in_force_is_no_longer_shown(own: Callable[..., Org]) -> None:
    """Other rules take the place of the first; the environment's own processes stay."""
    org = own(automation=[FLOW, FLOW], duplicate_rule=[{"table": "contact"}])
    count = "SELECT (SELECT count(*) FROM workflow), (SELECT count(*) FROM duplicaterule)"
    assert org.storage.db.execute(count).fetchone() == (3, 1)
    org.misbehave(Faults(own={"automation": [FLOW]}))
    assert org.storage.db.execute(count).fetchone() == (2, 0)
    org.misbehave(Faults())
    assert org.storage.db.execute(count).fetchone() == (1, 0)


def test_a_plug_in_is_a_step_of_the_update(own: Callable[..., Org]) -> None:
    """Its table is that of the message's filter, and the columns that wake it are named; what it does is not."""
    org = own(automation=[FLOW | {"plugin": True, "name": "Hidden"}])
    found = org.storage.db.execute(
        "SELECT s.name, m.name, f.primaryobjecttypecode, s.filteringattributes FROM sdkmessageprocessingstep s "
        "JOIN sdkmessage m ON m.sdkmessageid = s.sdkmessageid "
        "JOIN sdkmessagefilter f ON f.sdkmessagefilterid = s.sdkmessagefilterid"
    ).fetchall()
    assert [tuple(row) for row in found] == [("Hidden", "Update", "lead", "statuscode")]
