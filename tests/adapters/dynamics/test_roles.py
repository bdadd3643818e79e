"""Stakeholders: connections between an opportunity and a contact."""

from __future__ import annotations

from connector.ports import Table
from connector.sandbox.dynamics.base import ADMIN_ID
from connector.sandbox.dynamics.catalogue import Attribute, Entity
from connector.sandbox.dynamics.catalogue.types import Navigation
from connector.sandbox.dynamics.dml.request import Options
from tests.adapters.contract import everything
from tests.adapters.dynamics.world import DynamicsWorld

HUMAN = Options(user_id=ADMIN_ID)


def end(number: int) -> Attribute:
    """One end of a connection: an opportunity or a contact."""
    name = f"record{number}id"
    targets = ("opportunity", "contact")
    ways = tuple(
        Navigation(target=one, single=f"{name}_{one}", collection=f"{one}_c{number}", schema_name=f"{one}_{name}")
        for one in targets
    )
    return Attribute(name=name, schema_name=name, label=name, type="Lookup", targets=targets, navigations=ways)


CONNECTION = Entity(
    name="connection",
    set_name="connections",
    schema_name="Connection",
    label="Connection",
    plural="Connections",
    code=3234,
    id="3234",
    primary_id="connectionid",
    primary_name="name",
    ownership="None",
    attributes=(
        Attribute(name="connectionid", schema_name="ConnectionId", label="Connection", type="Uniqueidentifier"),
        Attribute(name="name", schema_name="Name", label="Name", type="String", max_length=100),
        end(1),
        end(2),
        Attribute(name="modifiedon", schema_name="ModifiedOn", label="Modified On", type="DateTime"),
        Attribute(name="versionnumber", schema_name="VersionNumber", label="Version", type="BigInt"),
    ),
)


def test_stakeholders_take_part(world: DynamicsWorld) -> None:
    """A connection from an opportunity to a contact counts; its twin from the other side, and others, do not."""
    crm = world.crm
    crm.define(CONNECTION)
    contact = world.add(Table.CONTACT, last_name="Doe")
    deals = [crm.create(crm.entities["opportunity"], {"name": name}, HUMAN).id for name in "ab"]
    columns = ("connectionid", "record1id", "record1id__type", "record2id", "record2id__type", "modifiedon")
    at = "2026-05-04T10:00:00Z"
    ends = [(deals[0], contact), (contact, deals[0]), (deals[0], deals[1])]
    kinds = {contact: "contact", **dict.fromkeys(deals, "opportunity")}
    ids = [crm.id_of(crm.next_version()) for _ in ends]
    crm.load("connection", columns, [(i, a, kinds[a], b, kinds[b], at) for i, (a, b) in zip(ids, ends, strict=True)])
    adapter = world.adapter()
    assert everything(adapter.read(Table.OPPORTUNITY_CONTACT, None))[0] == [(ids[0], deals[0], contact)]
    assert adapter.count(Table.OPPORTUNITY_CONTACT) == 1
