"""What still names a status value: cloud flows, though they belong to no table, and views."""

from __future__ import annotations

from typing import Any

from connector.sandbox.faults import Faults
from tests.adapters.dynamics.schema_change.conftest import Environment

FLOW: dict[str, Any] = {"table": "lead", "column": "statuscode", "becomes": [5], "owner": "Avery Admin"}


def test_a_cloud_flow_that_waits_for_a_status_is_found(environment: Environment) -> None:
    """By name, for the label of the number it compares with; a flow on another table or value is not."""
    flows = [
        FLOW | {"name": "Take lost leads"},
        FLOW | {"name": "Contacts", "table": "contact", "becomes": [2]},
        FLOW | {"name": "Other value", "becomes": [4]},
    ]
    environment.org.misbehave(Faults(own={"automation": flows}))
    found = environment.provisioner().uses("lead", ["Cannot Contact"])
    assert [(one.value, one.kind, one.name) for one in found.found] == [
        ("Cannot Contact", "process", "Take lost leads")
    ]


def test_a_view_that_filters_for_a_status_is_found(environment: Environment) -> None:
    """A saved view of the table with a condition on the number."""
    fetch = (
        "<fetch><entity name='lead'><filter><condition attribute='statuscode' operator='eq' value='5'/></filter>"
        "</entity></fetch>"
    )
    environment.org.load("savedquery", ["name", "returnedtypecode", "fetchxml"], [("Unreachable", "lead", fetch)])
    found = environment.provisioner().uses("lead", ["Cannot Contact", "New"])
    assert [(one.value, one.kind, one.name) for one in found.found] == [("Cannot Contact", "view", "Unreachable")]
