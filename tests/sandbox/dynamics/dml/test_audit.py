"""Audit rows: what they hold, and the three switches."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from connector.sandbox.dynamics import base
from connector.sandbox.dynamics.dml.request import Options
from connector.sandbox.dynamics.org import Org

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_COLUMNS = "operation, action, objecttypecode, userid, createdon, attributemask, changedata"


@pytest.fixture
def org() -> Org:
    return Org(clock=lambda: NOW)


def audits(org: Org, id: str) -> list[dict[str, Any]]:
    """The audit rows of a row, oldest first, with their changes as (column, before, after)."""
    query = f"SELECT {_COLUMNS} FROM audit WHERE objectid = ? ORDER BY versionnumber"
    cursor = org.storage.db.execute(query, (id,))
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, row, strict=True)) for row in cursor]
    for one in found:
        data = msgspec.json.decode(one.pop("changedata"))["changedAttributes"]
        one["changes"] = [(change["logicalName"], change["oldValue"], change["newValue"]) for change in data]
    return found


def new(org: Org) -> str:
    """The id of a lead without audit rows."""
    made = org.create(org.entities["lead"], {"lastname": "L"})
    org.storage.db.execute("DELETE FROM audit")
    return made.id


def test_a_change_is_recorded_with_who_when_and_what(org: Org) -> None:
    """Operation and action are Update, the mask holds the ColumnNumber, values before and after are there."""
    id = new(org)
    org.update(org.entities["lead"], id, {"statuscode": 2}, Options(user_id=base.ADMIN_ID))
    number = org.entities["lead"].by_name["statuscode"].number
    assert audits(org, id) == [
        {
            "operation": 2,
            "action": 2,
            "objecttypecode": "lead",
            "userid": base.ADMIN_ID,
            "createdon": "2026-03-02T09:00:00Z",
            "attributemask": str(number),
            "changes": [("statuscode", "1", "2")],
        }
    ]


def test_creation_and_deletion_are_recorded(org: Org) -> None:
    """Create has the new values only, Delete the old ones."""
    made = org.create(org.entities["lead"], {"lastname": "L"})
    org.delete(org.entities["lead"], made.id)
    first, last = audits(org, made.id)
    assert (first["operation"], first["action"]) == (1, 1)
    assert ("lastname", None, "L") in first["changes"]
    assert (last["operation"], last["action"]) == (3, 3)
    assert ("lastname", "L", None) in last["changes"]


def test_a_new_owner_is_an_assignment_and_a_new_state_is_set(org: Org) -> None:
    """Assign is a row of its own, beside the update of the same request; a state set alone is Set State."""
    id = new(org)
    owner = {"ownerid@odata.bind": f"/systemusers({base.ADMIN_ID})"}
    org.update(org.entities["lead"], id, {"subject": "x", **owner})
    org.update(org.entities["lead"], id, {"statecode": 2, "statuscode": 5})
    assign, update, state = audits(org, id)
    assert (assign["action"], update["action"], state["action"]) == (13, 2, 41)
    assert assign["changes"] == [
        ("ownerid", f"systemuser,{base.INTEGRATION_ID}", f"systemuser,{base.ADMIN_ID}"),
    ]
    assert update["changes"] == [("subject", None, "x")]
    assert sorted(state["changes"]) == [("statecode", "0", "2"), ("statuscode", "1", "5")]


def test_nothing_is_recorded_unless_all_three_switches_are_on(org: Org) -> None:
    """Organization, table and column each stop it."""
    id = new(org)
    lead = org.entities["lead"]
    subject = msgspec.structs.replace(lead.by_name["subject"], audited=False)
    org.define(lead.with_attribute(subject))
    org.update(org.entities["lead"], id, {"subject": "column off"})
    org.define(lead.changed(audited=False))
    org.update(org.entities["lead"], id, {"subject": "table off"})
    org.define(lead)
    org.update(org.entities["organization"], base.ORGANIZATION_ID, {"isauditenabled": False}, Options(system=True))
    org.update(org.entities["lead"], id, {"subject": "organization off"})
    assert audits(org, id) == []


def test_a_long_value_is_cut(org: Org) -> None:
    """Values over 5 KB are kept in part only."""
    id = new(org)
    org.update(org.entities["lead"], id, {"description": "ä" * 2_000})
    note = org.entities["lead"].by_name["description"]
    org.define(org.entities["lead"].with_attribute(msgspec.structs.replace(note, max_length=100_000)))
    org.update(org.entities["lead"], id, {"description": "ä" * 4_000})
    whole, cut = audits(org, id)
    assert whole["changes"][0][2] == "ä" * 2_000
    assert cut["changes"][0][2] == "ä" * 2_560 + "…"
