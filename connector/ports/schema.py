"""What is there in the org: objects, fields, values, permissions, as a login sees them."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class PicklistValue(msgspec.Struct, frozen=True):
    """One value of a picklist. `value` is stored; `active`: users may pick it; `converts`: it converts a lead.

    `state`: the state that a record takes with it, where the CRM has such, in no language; empty if that is not one.
    """

    value: str
    label: str
    active: bool = True
    default: bool = False
    converts: bool = False
    state: str = ""


class FieldSchema(msgspec.Struct, frozen=True):
    """One field of the CRM that the mapping names. `name` is ours (`status`), `api` the CRM's (`Status`)."""

    name: str
    api: str
    label: str
    type: str
    length: int | None = None
    readable: bool = True
    writable: bool = False
    restricted: bool = False
    tracked: bool | None = None
    """Field history (audit) is on for it; None if that can't be told."""
    unfit: str = ""
    """Why it cannot hold what we would write there, and is not read either; empty if it can."""
    values: tuple[PicklistValue, ...] = ()


class RecordType(msgspec.Struct, frozen=True):
    """A record type and the status values its process offers (None: could not be read)."""

    id: str
    name: str
    active: bool = True
    statuses: frozenset[str] | None = None


class ObjectSchema(msgspec.Struct, frozen=True):
    """What the org has of one object of ours. `missing`: fields the mapping names and the org lacks or hides."""

    name: str
    api: str
    label: str
    fields: Mapping[str, FieldSchema]
    missing: tuple[str, ...] = ()
    record_types: tuple[RecordType, ...] = ()
    can_read: bool = True
    can_update: bool = True


class OrgSchema(msgspec.Struct, frozen=True):
    """What is there: objects, fields, values, permissions, as this login sees them."""

    org_id: str
    org_name: str
    timezone: str
    user_id: str
    user_name: str
    api_version: str
    objects: Mapping[str, ObjectSchema]
    warnings: tuple[str, ...] = ()
    """Things an admin should know, one line each: assignment rules that are active, person accounts, clock skew …"""
