"""Automations: what sets them off, what they do, and who may keep them from it."""

from collections.abc import Callable

import pytest

from connector.sandbox.dynamics import base
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.errors import DataverseError
from connector.sandbox.dynamics.org import Org

ASSIGN = {"table": "lead", "column": "statuscode", "becomes": [2], "owner": "Avery Admin"}
TASK = {"table": "lead", "column": "statuscode", "task": {"subject": "Call back", "prioritycode": 2}}
Own = Callable[..., Org]


def contacted(org: Org, **options: object) -> dict[str, object]:
    """A lead after its status reason was changed to Contacted."""
    id = org.create(org.entities["lead"], {"lastname": "L"}, Options(flows=False)).id
    org.update(org.entities["lead"], id, {"statuscode": 2}, Options(**options))  # type: ignore[arg-type]
    return org.get(org.entities["lead"], id) or {}


def test_a_flow_gives_the_row_to_somebody_else(own: Own) -> None:
    """The owner changes as SYSTEM, and the row's version is no longer the one the write answered with."""
    org = own(automation=[ASSIGN])
    row = contacted(org)
    assert (row["ownerid"], row["modifiedby"]) == (base.ADMIN_ID, base.SYSTEM_ID)
    id = org.create(org.entities["lead"], {"lastname": "L"}).id
    made = org.update(org.entities["lead"], id, {"statuscode": 2})
    assert (org.get(org.entities["lead"], id) or {})["versionnumber"] > made.version


def test_a_flow_creates_a_task_about_the_row(own: Own) -> None:
    """With the values that the faults file gives."""
    org = own(automation=[TASK])
    row = contacted(org)
    query = "SELECT subject, prioritycode, createdby FROM task WHERE regardingobjectid = ?"
    assert org.storage.db.execute(query, (row["leadid"],)).fetchall() == [("Call back", 2, base.SYSTEM_ID)]


def test_a_flow_waits_for_its_value(own: Own) -> None:
    """Another status reason does not set it off."""
    org = own(automation=[ASSIGN | {"becomes": [5]}])
    assert contacted(org)["ownerid"] == base.INTEGRATION_ID


def test_a_value_written_again_sets_a_flow_off(own: Own) -> None:
    """The platform goes by the columns that a request names, not by whether they differ."""
    org = own(automation=[TASK])
    id = str(contacted(org)["leadid"])
    org.update(org.entities["lead"], id, {"statuscode": 2})
    count = "SELECT count(*) FROM task WHERE regardingobjectid = ?"
    assert org.storage.db.execute(count, (id,)).fetchone() == (2,)


def test_flows_can_be_suppressed_and_plugins_bypassed(own: Own) -> None:
    """Suppressing triggers stops flows only; bypassing CustomSync stops plug-ins only, CustomAsync flows."""
    flow, plugin = own(automation=[ASSIGN]), own(automation=[ASSIGN | {"plugin": True}])
    sync, later = frozenset({"CustomSync"}), frozenset({"CustomAsync"})
    assert contacted(flow, flows=False)["ownerid"] == base.INTEGRATION_ID
    assert contacted(flow, bypass=later)["ownerid"] == base.INTEGRATION_ID
    assert contacted(flow, bypass=sync)["ownerid"] == base.ADMIN_ID
    assert contacted(plugin, flows=False)["ownerid"] == base.ADMIN_ID
    assert contacted(plugin, bypass=sync)["ownerid"] == base.INTEGRATION_ID


def test_a_flow_does_not_set_itself_off(own: Own) -> None:
    """What SYSTEM writes starts no automation."""
    org = own(automation=[{"table": "lead", "column": "subject", "set": {"subject": "again"}}])
    made = org.create(org.entities["lead"], {"lastname": "L", "subject": "s"})
    assert (org.get(org.entities["lead"], made.id) or {})["subject"] == "again"


def test_a_plugin_that_fails_takes_the_request_with_it_and_a_flow_does_not(own: Own) -> None:
    """Both set a text that is too long after creating a task; with the plug-in nothing is written, with the flow all
    but what the flow did.
    """
    bad = {"table": "lead", "column": "statuscode", "becomes": [2], "task": {"subject": "x" * 201}, "set": {"sic": "1"}}
    flow, plugin = own(automation=[bad]), own(automation=[bad | {"plugin": True}])
    row = contacted(flow)
    assert (row["statuscode"], row["sic"]) == (2, None)
    with pytest.raises(DataverseError):
        contacted(plugin)
    states = plugin.storage.db.execute("SELECT statuscode FROM lead").fetchall()
    assert states == [(1,)]
