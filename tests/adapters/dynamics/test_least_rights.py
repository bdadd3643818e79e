"""With the security role that connector makes for itself, and no other, everything can be read."""

from __future__ import annotations

import pytest

from connector.adapters.dynamics.schema_change.access import RUN
from connector.ports import COLUMNS, Table
from connector.sandbox.dynamics import roles
from connector.sandbox.dynamics.base import INTEGRATION_ID
from tests.adapters.contract import everything
from tests.adapters.dynamics.world import DynamicsWorld


@pytest.fixture
def world(world: DynamicsWorld) -> DynamicsWorld:
    """That environment, with the least rights."""
    roles.assign(world.crm, INTEGRATION_ID, rights(world))
    return world


def rights(world: DynamicsWorld) -> list[str]:
    """Those of the role's privileges that this environment has: not every one knows connections."""
    known = {name for (name,) in world.crm.storage.reader().execute("SELECT name FROM privilege")}
    return [one for one in RUN if one in known]


def test_every_table_is_read_with_the_role_connector(world: DynamicsWorld) -> None:
    """No table is refused, and the roles of users, by which teams are told, are read too."""
    adapter = world.adapter()
    for table in Table:
        everything(adapter.read(table, None))
        adapter.count(table)
    users = everything(adapter.read(Table.USER, None))[0]
    assert any(row[COLUMNS[Table.USER].index("role")] for row in users)


def test_the_schema_tells_what_it_may_do(world: DynamicsWorld) -> None:
    """Leads and contacts can be read and corrected; without the right to write, no field is writable."""
    schema = world.adapter().schema()
    assert all(one.can_read and one.can_update for one in schema.objects.values())
    roles.assign(world.crm, INTEGRATION_ID, [one for one in rights(world) if one != "prvWriteContact"])
    contact = world.adapter().schema().objects["contact"]
    assert (contact.can_read, contact.can_update) == (True, False)
    assert not any(field.writable for field in contact.fields.values())
