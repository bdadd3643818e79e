"""A new table, as CreateEntities defines it: its own columns, and those that every owned table has [SDK]."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from connector.sandbox.dynamics.catalogue import Attribute, Entity, Option
from connector.sandbox.dynamics.catalogue.tables import metadata_id
from connector.sandbox.dynamics.errors import DataverseError, invalid_argument
from connector.sandbox.dynamics.metadata import solutions
from connector.sandbox.dynamics.metadata.create import with_new_column
from connector.sandbox.dynamics.metadata.label import label_text
from connector.sandbox.dynamics.metadata.parse import new_column, schema_name_of

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_LIKE = "campaign"
"""An owned table whose stamps and owner columns are those of every one."""
_SHARED = (
    "createdon", "createdby", "createdonbehalfby", "modifiedon", "modifiedby", "modifiedonbehalfby", "versionnumber",
    "overriddencreatedon", "importsequencenumber", "timezoneruleversionnumber", "utcconversiontimezonecode", "ownerid",
    "owningbusinessunit", "owninguser", "owningteam",
)  # fmt: skip
_FIRST_CODE = 10_000


def create_table(org: Org, body: dict[str, Any], solution: str | None) -> Entity:
    """Makes a table, at once in force. Raises DataverseError."""
    prefixes, option_prefix = solutions.prefixes(org), solutions.option_prefix(org, solution)
    schema_name = schema_name_of(body, prefixes)
    name = schema_name.lower()
    if name in org.entities:
        raise DataverseError(400, "0x80044363", f"An entity with the specified name {name} already exists.")
    given = body.get("Attributes")
    columns = [new_column(one, prefixes, option_prefix) for one in given] if isinstance(given, list) else []
    names = [one.name for one, text in zip(columns, given or (), strict=True) if text.get("IsPrimaryName") is True]
    if len(names) != 1 or len({one.name for one in columns}) != len(columns):
        raise invalid_argument("A table needs columns of different names, one of which is its primary name.")
    made = Entity(
        name=name,
        set_name=_plural(name),
        schema_name=schema_name,
        label=label_text(body.get("DisplayName")) or name,
        plural=label_text(body.get("DisplayCollectionName")) or _plural(name),
        code=max(_FIRST_CODE - 1, *(one.code for one in org.entities.values())) + 1,
        id=metadata_id(name),
        primary_id=f"{name}id",
        primary_name=names[0],
        ownership="UserOwned",
        attributes=(),
        concurrency=True,
        tracking=bool(body.get("ChangeTrackingEnabled", True)),
        custom=True,
    ).indexed()
    for one in (_key(schema_name, made), *columns, *_shared(org.entities[_LIKE], name)):
        made = with_new_column(made, one)
    org.define(made)
    solutions.put_in(org, solution, solutions.TABLE, made.id)
    return made


def _key(schema_name: str, entity: Entity) -> Attribute:
    return Attribute(
        name=entity.primary_id, schema_name=f"{schema_name}Id", label=entity.label, type="Uniqueidentifier",
        required="SystemRequired", updateable=False, custom=True,
    )  # fmt: skip


def _shared(like: Entity, name: str) -> list[Attribute]:
    """State, status reason, stamps and owner, their relationships called by the new table's name."""
    made = [
        Attribute(
            name="statecode", schema_name="statecode", label="Status", type="State", createable=False, default=0,
            option_set=f"{name}_statecode", required="SystemRequired",
            options=(
                Option(value=0, label="Active", default_status=1, invariant="Active"),
                Option(value=1, label="Inactive", default_status=2, invariant="Inactive"),
            ),
        ),
        Attribute(
            name="statuscode", schema_name="statuscode", label="Status Reason", type="Status",
            option_set=f"{name}_statuscode",
            options=(Option(value=1, label="Active", state=0), Option(value=2, label="Inactive", state=1)),
        ),
    ]  # fmt: skip
    for one in map(like.by_name.__getitem__, _SHARED):
        ways = tuple(
            replace(way, collection=_renamed(way.collection, name), schema_name=_renamed(way.schema_name, name))
            for way in one.navigations
        )
        made.append(replace(one, id="", number=0, navigations=ways))
    return made


def _renamed(text: str, name: str) -> str:
    return text.replace(_LIKE, name)


def _plural(name: str) -> str:
    if name.endswith(("s", "x", "ch", "sh")):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2:-1] not in "aeiou" else f"{name}s"
