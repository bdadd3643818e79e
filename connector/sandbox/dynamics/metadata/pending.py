"""What was changed but not published: labels, options and switches wait for PublishXml; new columns do not [D 5.2].

`org.entities` is what is in force. A table with unpublished changes has its next form kept beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import msgspec

from connector.sandbox.dynamics.catalogue import Attribute, Entity
from connector.sandbox.dynamics.metadata.create import with_new_column

if TYPE_CHECKING:
    from connector.sandbox.dynamics.org import Org

_PREFIX = "unpublished "


def unpublished(org: Org, name: str) -> Entity:
    """The table as it will be once it is published; the table in force if nothing waits."""
    kept = org.settings.get(_PREFIX + name)
    return msgspec.convert(kept, Entity).indexed() if kept is not None else org.entities[name]


def waiting(org: Org) -> Iterator[str]:
    """The names of tables with unpublished changes."""
    return (name.removeprefix(_PREFIX) for name in tuple(org.settings) if name.startswith(_PREFIX))


def keep(org: Org, entity: Entity) -> None:
    """Has this form of the table wait for being published."""
    bare = msgspec.structs.replace(entity, by_name={}, by_property={}, by_navigation={})
    org.settings[_PREFIX + entity.name] = msgspec.to_builtins(bare)


def publish(org: Org, names: Iterable[str]) -> None:
    """Puts the unpublished changes of these tables in force."""
    for name in names:
        if _PREFIX + name in org.settings:
            org.define(unpublished(org, name))
            del org.settings[_PREFIX + name]


def at_once(org: Org, name: str, change: Callable[[Entity], Entity]) -> None:
    """A change that needs no publishing: in force now, and in what waits for being published."""
    later = unpublished(org, name) if _PREFIX + name in org.settings else None
    org.define(change(org.entities[name]))
    if later is not None:
        keep(org, change(later))


def add_column(org: Org, name: str, attribute: Attribute) -> Attribute:
    """A new column is in force at once. Answers it with its number and id."""
    at_once(org, name, lambda entity: with_new_column(entity, attribute))
    return org.entities[name].by_name[attribute.name]


def drop_column(org: Org, name: str, column: str) -> None:
    """A deleted column is gone at once, with the virtual ones that came with it."""

    def without(entity: Entity) -> Entity:
        return entity.changed(
            attributes=tuple(one for one in entity.attributes if column not in (one.name, one.attribute_of))
        )

    at_once(org, name, without)
