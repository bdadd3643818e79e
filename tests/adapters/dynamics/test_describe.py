"""What the schema says: options, switches of auditing, and what an admin should know."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from connector.model import CONTACT, LEAD
from connector.ports import FieldSchema
from connector.sandbox.dynamics.base import ADMIN_ID, ORGANIZATION_ID
from connector.sandbox.dynamics.catalogue import Option
from connector.sandbox.dynamics.dml.request import Options
from tests.adapters.dynamics.world import FIRST, DynamicsWorld

SYSTEM = Options(user_id=ADMIN_ID, system=True)


def status(world: DynamicsWorld, on: str = LEAD) -> FieldSchema:
    """The status field as the schema shows it."""
    return world.adapter().schema().objects[on].fields["status"]


def test_status_reasons_of_the_state_qualified_convert(world: DynamicsWorld) -> None:
    """What converts is told by the state, the default by the open state; contacts have nothing that converts."""
    values = {one.value: one for one in status(world).values}
    assert [name for name, one in values.items() if one.converts] == ["Qualified"]
    states = {name: one.state for name, one in values.items()}
    assert (states["New"], states["Qualified"], states["Lost"]) == ("Open", "Qualified", "Disqualified")
    assert [name for name, one in values.items() if one.default] == ["New"]
    assert status(world).restricted
    assert not any(one.converts for one in status(world, CONTACT).values)


def test_a_label_of_two_states_is_told(world: DynamicsWorld) -> None:
    """A label that both an open and a qualified reason have does not convert by itself, and is warned of."""
    lead = world.crm.entities["lead"]
    reasons = lead.by_name["statuscode"]
    twin = Option(value=FIRST + 99, label="Qualified", state=0, managed=False)
    world.crm.define(lead.with_attribute(replace(reasons, options=(*reasons.options, twin))))
    schema = world.adapter().schema()
    values = {one.value: one for one in schema.objects[LEAD].fields["status"].values}
    assert not values["Qualified"].converts
    assert values["Qualified"].state == ""
    assert any("several options called 'Qualified'" in one for one in schema.warnings)


@pytest.mark.parametrize("off", ["organization", "table", "column", None])
def test_all_three_audit_switches_count(world: DynamicsWorld, off: str | None) -> None:
    """History is kept only if the organisation, the table and the column say so."""
    crm = world.crm
    lead = crm.entities["lead"]
    if off == "organization":
        crm.update(crm.entities["organization"], ORGANIZATION_ID, {"isauditenabled": False}, SYSTEM)
    if off == "table":
        crm.define(lead.changed(audited=False))
    if off == "column":
        crm.define(lead.with_attribute(replace(lead.by_name["statuscode"], audited=False)))
    assert status(world).tracked is (off is None)
    told = any("auditing is off" in one for one in world.adapter().schema().warnings)
    assert told is (off == "organization")


def test_labels_are_those_of_the_base_language(world: DynamicsWorld) -> None:
    """Texts, types and lengths are the environment's own; the record's address leads to its form."""
    lead = world.adapter().schema().objects[LEAD]
    assert (lead.api, lead.label) == ("lead", "Lead")
    assert (lead.fields["title"].type, lead.fields["title"].length) == ("string", 100)
    assert lead.fields["wake_up_date"].writable
    assert not lead.fields["title"].writable
    assert "version" not in lead.missing
