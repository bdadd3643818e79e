"""Global choices: option sets that several columns share, and that changes reach all of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from connector.sandbox.dynamics.catalogue import Attribute, Option
from connector.sandbox.dynamics.catalogue.tables import metadata_id
from connector.sandbox.dynamics.metadata.label import Shape
from connector.sandbox.dynamics.metadata.option_sets import option_set
from connector.sandbox.dynamics.metadata.pending import keep, unpublished

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_SETTING = "global choices"


class Choice(msgspec.Struct, frozen=True):
    """One global choice."""

    name: str
    label: str
    options: tuple[Option, ...]
    custom: bool = True
    boolean: bool = False

    @property
    def id(self) -> str:
        """Its MetadataId."""
        return metadata_id(self.name)

    def shape(self) -> Shape:
        """As metadata shows it."""
        stand_in = Attribute(
            name=self.name, schema_name=self.name, label=self.label, type="Boolean" if self.boolean else "Picklist",
            options=self.options, option_set=self.name, global_options=True, custom=self.custom,
        )  # fmt: skip
        kind = "BooleanOptionSetMetadata" if self.boolean else "OptionSetMetadata"
        return {"@odata.type": f"#Microsoft.Dynamics.CRM.{kind}", **option_set("", stand_in)}


def choices(org: Org) -> dict[str, Choice]:
    """Every global choice by name: those that columns use, and those that were made for columns to come."""
    found = {one.option_set: _choice(one) for _, one in _users(org)}
    made = {name: msgspec.convert(one, Choice) for name, one in org.settings.get(_SETTING, {}).items()}
    return {**found, **made}


def put(org: Org, choice: Choice) -> None:
    """Makes or changes a global choice; columns that use it change with their table's next publishing."""
    org.settings[_SETTING] = {**org.settings.get(_SETTING, {}), choice.name: msgspec.to_builtins(choice)}
    for table in {table for table, one in _users(org) if one.option_set == choice.name}:
        entity = unpublished(org, table)
        for one in entity.attributes:
            if one.global_options and one.option_set == choice.name:
                entity = entity.with_attribute(replace(one, options=choice.options))
        keep(org, entity)


def _users(org: Org) -> Iterator[tuple[str, Attribute]]:
    for name, entity in org.entities.items():
        for one in entity.attributes:
            if one.global_options and one.option_set:
                yield name, one


def _choice(one: Attribute) -> Choice:
    return Choice(one.option_set, one.label, one.options, one.custom, one.type == "Boolean")
