"""What only matters to whoever changes the environment: rights, the role, what qualifying a lead carries over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from connector.adapters.dynamics.metadata import Metadata
from connector.adapters.dynamics.org import Environment, asked
from connector.adapters.dynamics.schema_change import access, conversion
from connector.adapters.dynamics.schema_change.words import WORDS
from connector.adapters.dynamics.session import Session
from connector.mapping import Mapping as CrmMapping
from connector.model import OBJECTS
from connector.provisioning import Setup

_NEEDED: Final = ("Read", "Write")


def setup(
    session: Session, environment: Environment, metadata: Metadata, mapping: CrmMapping, user: str | None
) -> Setup:
    """Asks the environment; some five calls. Raises NotFound for a `user` that it does not have."""
    who = (environment.user_id, environment.user_name)
    target = who if user is None else access.user_of(session, user)
    ours = asked(lambda: access.held(session, environment.user_id))
    theirs = ours if target == who else asked(lambda: access.held(session, target[0]))
    granted = _granted(metadata, mapping, theirs or {})
    return Setup(
        user=target[1],
        user_id=target[0],
        lacks=tuple(what for name, what in access.PROVISION.items() if ours is not None and name not in ours),
        granted=granted,
        assigned=bool(granted),
        own_access=target == who,
        conversion=asked(lambda: conversion.read(session)),
        open_lists=False,
        words=WORDS,
    )


def _granted(metadata: Metadata, mapping: CrmMapping, held: Mapping[str, str]) -> dict[tuple[str, str], bool]:
    """Every column of ours of a table that the user may write as a whole; not those that an admin has secured."""
    found: dict[tuple[str, str], bool] = {}
    for name in OBJECTS:
        if name not in mapping.tables:
            continue
        table = mapping.object(name)
        info = metadata.table(table.api)
        if info is None or any(held.get(f"prv{right}{_spelled(table.api)}") not in access.ALL for right in _NEEDED):
            continue
        for field in table.writable:
            column = info.columns.get(table.field(field).api)
            if column is None or not column.secured:
                found[name, table.field(field).api] = True
    return found


def _spelled(table: str) -> str:
    """As privileges of standard tables spell it: `Lead`."""
    return table[:1].upper() + table[1:]
